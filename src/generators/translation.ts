import type { Random } from '../base/random';
import type { TextGenerator } from './generator';

/** A row of letters, and the same from its end. */
export const reverse: TextGenerator = {
  label: 'Reverse the string',
  about: 'write what was read from its end to its beginning',
  extension: 'csv',
  usual: { count: 10_000, length: 12 },
  lengths: { min: 1, max: 200 },
  *lines({ count, length }, random) {
    yield 'source,target';
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    for (let row = 0; row < count; row++) {
      const long = Math.min(length, 3) + random.integer(length - Math.min(length, 3) + 1);
      const word = Array.from({ length: long }, () => letters[random.integer(letters.length)]);
      yield `${word.join('')},${word.toReversed().join('')}`;
    }
  },
};

const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Days as people write them, and as ISO 8601 does. */
export const dates: TextGenerator = {
  label: 'Date formats',
  about: 'write days of many forms as ISO 8601 has them',
  extension: 'csv',
  usual: { count: 5000, length: 1 },
  *lines({ count }, random) {
    yield 'source,target';
    const first = Date.UTC(1950, 0, 1);
    const days = 40_000;
    for (let row = 0; row < count; row++) {
      const date = new Date(first + random.integer(days) * 86_400_000);
      yield `"${asWritten(date, random)}",${date.toISOString().slice(0, 10)}`;
    }
  },
};

function asWritten(date: Date, random: Random): string {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const name = months[month] ?? '';
  const weekday = weekdays[date.getUTCDay()] ?? '';
  const forms = [
    `${day} ${name} ${year}`,
    `${name} ${day}, ${year}`,
    `${weekday}, ${day} ${name} ${year}`,
    `${day} ${name.slice(0, 3)} ${year}`,
    `${weekday.slice(0, 3)} ${name.slice(0, 3)} ${day} ${year}`,
    `${day}.${month + 1}.${year}`,
    `${String(day).padStart(2, '0')}.${String(month + 1).padStart(2, '0')}.${year}`,
    `${year}/${month + 1}/${day}`,
  ];
  return forms[random.integer(forms.length)] ?? '';
}
