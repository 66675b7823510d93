import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextDataset } from '../../../src/data';
import type { TokenIds } from '../../../src/tasks/tokens/ids';
import { encodeText, encodeTokens } from '../../../src/tasks/tokens/tokens';
import { unknownToken, vocabularyIndex } from '../../../src/tasks/tokens/vocabulary';
import { splitWords } from '../../../src/tasks/tokens/words';

/** A text in the given parts, as a reader gives it. */
const dataset = (...parts: readonly string[]): TextDataset => ({
  encoding: 'utf-8',
  warnings: [],
  characters: Array.from(parts.join('')).length,
  async *chunks() {
    yield* parts;
  },
});

const prose = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('the', 'Straße', 'naïve', 'don’t', "o'clock", '漢字', '𝒳𝒴', '1,234.5', 'e\u0301'),
      },
      { weight: 4, arbitrary: fc.constantFrom(' ', '\n', '  ', '\t', ', ', '. ', ' — ', '\u00a0', '\u2028') },
      { weight: 1, arbitrary: fc.constantFrom('👩‍👩‍👧', '🙂', unknownToken, '\u0000', '’', "''", '_') },
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));
const text = fc
  .oneof(prose, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 60 }))
  .filter(Boolean);

/** Cuts a text between code points at some places. */
const inParts = fc.tuple(text, fc.array(fc.nat(), { maxLength: 4 })).map(([whole, cuts]) => {
  const characters = Array.from(whole);
  const places = [0, ...cuts.map((cut) => cut % (characters.length + 1)), characters.length].sort((a, b) => a - b);
  return { whole, parts: places.slice(1).map((place, at) => characters.slice(places[at], place).join('')) };
});

// Each encoding of characters fills tables of all code points, which takes some milliseconds.
const runs = { chars: { numRuns: 12 }, words: { numRuns: 100 } };

const all = (ids: TokenIds) => ids.read(0, ids.length);

describe.each(['chars', 'words'] as const)('any text in %s', (unit) => {
  test('encoded and decoded is the text, in however many parts it is read', async () => {
    await fc.assert(
      fc.asyncProperty(inParts, async ({ whole, parts }) => {
        const { vocabulary, ids, boundary, coverage } = await encodeText(dataset(...parts), unit, 0);
        expect(Array.from(all(ids), (id) => vocabulary[id]).join('')).toBe(whole);
        expect(boundary).toBe(ids.length);
        if (!whole.includes(unknownToken)) expect(coverage).toBe(1);
        expect(new Set(vocabulary).size).toBe(vocabulary.length);
      }),
      runs[unit],
    );
  });

  test('has the same ids read in one part or in several', async () => {
    await fc.assert(
      fc.asyncProperty(inParts, fc.double({ min: 0, max: 0.5, noNaN: true }), async ({ whole, parts }, share) => {
        const [several, one] = [
          await encodeText(dataset(...parts), unit, share),
          await encodeText(dataset(whole), unit, share),
        ];
        expect({ ...several, ids: all(several.ids) }).toEqual({ ...one, ids: all(one.ids) });
      }),
      runs[unit],
    );
  });

  test('has a vocabulary of what the training part holds, the most frequent first; what only the rest holds is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.double({ min: 0, max: 0.5, noNaN: true }), async (whole, share) => {
        const { vocabulary, ids, boundary } = await encodeText(dataset(whole), unit, share);
        const tokens = unit === 'chars' ? Array.from(whole) : [...splitWords(whole)];
        const training = tokens.slice(0, boundary);
        const count = (token: string) => training.filter((each) => each === token).length;
        expect(vocabulary[0]).toBe(unknownToken);
        expect(new Set(vocabulary)).toEqual(new Set([unknownToken, ...training]));
        const counts = vocabulary.slice(1).map(count);
        expect(counts).toEqual(counts.toSorted((a, b) => b - a));
        const read = all(ids);
        tokens.forEach((token, at) => {
          expect(vocabulary[read[at] ?? -1]).toBe(training.includes(token) ? token : unknownToken);
        });
      }),
      runs[unit],
    );
  });

  test('keeps its end, and nothing before it, for validation', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.double({ min: 0, max: 0.5, noNaN: true }), async (whole, share) => {
        const { ids, boundary } = await encodeText(dataset(whole), unit, share);
        const tokens = unit === 'chars' ? Array.from(whole) : [...splitWords(whole)];
        const wanted = Math.floor(Array.from(whole).length * (1 - share));
        const length = (part: readonly string[]) => Array.from(part.join('')).length;
        expect(ids).toHaveLength(tokens.length);
        // A word across the boundary belongs to the training part, whole.
        expect(length(tokens.slice(0, boundary))).toBeGreaterThanOrEqual(wanted);
        if (boundary > 0) expect(length(tokens.slice(0, boundary - 1))).toBeLessThan(Math.max(1, wanted));
      }),
      runs[unit],
    );
  });

  test('typed as a prompt has the ids that it has in the dataset', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (whole) => {
        const { vocabulary, ids } = await encodeText(dataset(whole), unit, 0);
        expect(encodeTokens(whole, { unit }, vocabularyIndex(vocabulary))).toEqual(Array.from(all(ids)));
      }),
      runs[unit],
    );
  });
});

describe('words', () => {
  test('put together are the text, whatever it is', () => {
    fc.assert(
      fc.property(text, (whole) => {
        expect([...splitWords(whole)].join('')).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('take the space before them, keep apostrophes and accents within, and stand apart from marks', () => {
    expect([...splitWords("It's 7 o’clock, naïve e\u0301té — «so»!\n  Yes")]).toEqual([
      "It's",
      ' 7',
      ' o’clock',
      ',',
      ' naïve',
      ' e\u0301té',
      ' —',
      ' «',
      'so',
      '»',
      '!',
      '\n',
      ' ',
      ' Yes',
    ]);
  });

  test('beyond the 5000 most frequent are unknown, and the coverage says how much is known', async () => {
    const rare = Array.from({ length: 6000 }, (_, at) => ` w${at}`);
    const { vocabulary, ids, coverage } = await encodeText(dataset(rare.join(''), ' w7'.repeat(2000)), 'words', 0);
    expect(vocabulary).toHaveLength(5001);
    expect(vocabulary[1]).toBe(' w7');
    expect(ids).toHaveLength(8000);
    expect(all(ids).filter((id) => id === 0)).toHaveLength(1000);
    expect(coverage).toBeCloseTo(7000 / 8000, 12);
  });
});
