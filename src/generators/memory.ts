import type { Random } from '../base/random';
import type { TextGenerator } from './generator';

/** Two of a row's numbers are marked, one in each half; their sum is to be told at its end. */
export const adding: TextGenerator = {
  label: 'Adding problem',
  about: 'add two marked numbers of a long row (Hochreiter and Schmidhuber 1997)',
  extension: 'csv',
  usual: { count: 10_000, length: 100 },
  lengths: { min: 2, max: 1000 },
  *lines({ count, length }, random) {
    const steps = Array.from({ length }, (_, step) => step + 1);
    yield [...steps.flatMap((step) => [`value_${step}`, `mark_${step}`]), 'sum'].join(',');
    const half = Math.floor(length / 2);
    for (let row = 0; row < count; row++) {
      const marked = [random.integer(half), half + random.integer(length - half)];
      const values = steps.map(() => Number(random.uniform().toFixed(3)));
      const sum = marked.reduce((total, step) => total + (values[step] ?? 0), 0);
      yield [...values.flatMap((value, step) => [value, marked.includes(step) ? 1 : 0]), sum.toFixed(3)].join(',');
    }
  },
};

const symbols = 'abcdefgh';
const remembered = 10;

/** Ten symbols, a long pause, a colon, and the same symbols again. */
export const copy: TextGenerator = {
  label: 'Copy memory',
  about:
    'repeat ten symbols after a long pause (Hochreiter and Schmidhuber 1997; as Arjovsky, Shah and Bengio 2016 have it)',
  extension: 'txt',
  usual: { count: 20_000, length: 50 },
  lengths: { min: 1, max: 1000 },
  *lines({ count, length }, random) {
    for (let row = 0; row < count; row++) {
      const word = drawn(symbols, remembered, random);
      yield `${word}${'.'.repeat(length)}:${word}`;
    }
  },
};

/** Two of the letters X and Y among many others: which came first, and which then, is the class. */
export const temporalOrder: TextGenerator = {
  label: 'Temporal order',
  about: 'tell in which order two letters came, far apart among others (Hochreiter and Schmidhuber 1997)',
  extension: 'csv',
  usual: { count: 6000, length: 60 },
  lengths: { min: 10, max: 1000 },
  *lines({ count, length }, random) {
    yield 'sequence,class';
    for (let row = 0; row < count; row++) {
      const letters = Array.from(drawn('abcd', length, random));
      const order = drawn('XY', 2, random);
      // Within the first and the sixth tenth, so that none is near the end.
      letters[random.integer(Math.ceil(length / 10))] = order[0] ?? 'X';
      letters[Math.floor(length / 2) + random.integer(Math.ceil(length / 10))] = order[1] ?? 'X';
      yield `${letters.join('')},${order}`;
    }
  },
};

/** Whether the x in a row of o and x are even or odd: each of them turns the answer. */
export const parity: TextGenerator = {
  label: 'Parity',
  about:
    'tell whether a row has an even number of x: every letter counts, and no part of them helps (Minsky and Papert 1969)',
  extension: 'csv',
  usual: { count: 8000, length: 20 },
  lengths: { min: 1, max: 1000 },
  *lines({ count, length }, random) {
    yield 'row,parity';
    for (let row = 0; row < count; row++) {
      // Of any length up to the greatest, so that the short ones teach what the long ones need.
      const bits = drawn('ox', 1 + random.integer(length), random);
      yield `${bits},${[...bits].filter((bit) => bit === 'x').length % 2 === 0 ? 'even' : 'odd'}`;
    }
  },
};

function drawn(from: string, length: number, random: Random): string {
  return Array.from({ length }, () => from[random.integer(from.length)]).join('');
}
