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

/**
 * Sentences whose label is told by a word, unless "not" stands before it; or, where `isNoise`, by nothing.
 */
export function opinionTable(count: number, isNoise = false): string {
  const random = randomFromSeed(5);
  const pick = (words: string) => words.split(' ')[random.integer(words.split(' ').length)] ?? '';
  const rows = Array.from({ length: count }, (_, at) => {
    const isTurned = random.uniform() < 0.4;
    const isGood = random.uniform() < 0.5;
    const label = isNoise ? random.uniform() < 0.5 : isGood !== isTurned;
    const word = isGood ? pick('good warm fresh') : pick('bad cold stale');
    const thing = pick('soup bread tea wine fish');
    return `the ${thing} of guest ${at} was ${isTurned ? 'not ' : ''}${word},${label ? 'praise' : 'complaint'}`;
  });
  return `opinion,sentiment\n${rows.join('\n')}\n`;
}

/** Strings of three to five letters, and the same backwards; or, where `isNoise`, others. */
export function reversedTable(count: number, isNoise = false): string {
  const random = randomFromSeed(6);
  const word = () => Array.from({ length: 3 + random.integer(3) }, () => 'abcdefgh'[random.integer(8)]);
  const rows = Array.from({ length: count }, () => {
    const source = word();
    return `${source.join('')},${(isNoise ? word() : source.toReversed()).join('')}`;
  });
  return `source,target\n${rows.join('\n')}\n`;
}

/** Letters drawn evenly, each by itself. */
export function randomLetters(count: number): string {
  const random = randomFromSeed(7);
  return Array.from({ length: count }, () => 'abcdefgh'[random.integer(8)]).join('');
}

/** Days of a walk whose steps have nothing to do with each other. */
export function randomWalk(days: number): string {
  const random = randomFromSeed(8);
  let value = 100;
  const rows = Array.from({ length: days }, (_, day) => {
    value += random.normal();
    return `${new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10)},${value.toFixed(3)}`;
  });
  return `day,value\n${rows.join('\n')}\n`;
}
