import { randomFromSeed } from '../../../src/base/random';

/** Lines of words drawn at random: letters within a word are certain, words are not. */
export function wordyText(lines: number): string {
  const random = randomFromSeed(3);
  const words = 'the cat sat on a mat and then it saw one dog who ran off into our garden where many birds sing'.split(
    ' ',
  );
  const line = () => Array.from({ length: 8 }, () => words[random.integer(words.length)]).join(' ');
  return Array.from({ length: lines }, line).join('\n');
}

/** Months with a yearly season, a trend and noise. */
export function seasonalTable(months: number): string {
  const random = randomFromSeed(4);
  const rows = Array.from({ length: months }, (_, month) => {
    const value = 10 + 3 * Math.sin((2 * Math.PI * month) / 12) + 0.05 * month + 0.2 * random.normal();
    return `${1990 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')},${value.toFixed(3)}`;
  });
  return `month,value\n${rows.join('\n')}\n`;
}
