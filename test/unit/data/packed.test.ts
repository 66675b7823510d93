import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedLabels } from '../../../src/data/table/labels';
import { gapsFilled, PackedNumbers } from '../../../src/data/table/packed';
import { readRecords } from '../../../src/data/table/records';

function packedNumbers(values: readonly number[]) {
  const packed = new PackedNumbers();
  for (const value of values) packed.push(value);
  return packed.finish();
}

function packedLabels(labels: readonly string[]) {
  const packed = new PackedLabels();
  for (const label of labels) packed.push(label);
  return packed.finish();
}

describe('packed numbers', () => {
  const hole = fc.constant(Number.NaN);
  const decimals = fc
    .tuple(fc.integer({ min: -3, max: 14 }), fc.maxSafeInteger())
    .chain(([digits, most]) =>
      fc
        .array(
          fc.oneof(
            { weight: 20, arbitrary: fc.integer({ min: -Math.abs(most), max: Math.abs(most) }) },
            { weight: 1, arbitrary: hole },
          ),
          { maxLength: 300 },
        )
        .map((whole) => whole.map((value) => (Number.isNaN(value) ? value : Number(`${value}e${-digits}`)))),
    );
  const anything = fc.array(fc.oneof(fc.double({ noDefaultInfinity: true }), hole, fc.integer()), { maxLength: 300 });

  it('are given back exactly, but for the sign of a zero', () => {
    fc.assert(
      fc.property(fc.oneof(decimals, anything), fc.integer({ min: 1, max: 30 }), (values, times) => {
        const all = Array.from({ length: times }, () => values).flat();
        expect([...packedNumbers(all)]).toEqual(all.map((value) => value + 0));
      }),
      { numRuns: 300 },
    );
  });

  it.each([0xfe, 0xff, 0x100, 0xfffe, 0xffff, 0x10000, 0xffff_fffe, 0xffff_ffff, 2 ** 32, 2 ** 53 - 1])(
    'of a range of %i keep their ends apart from what is missing',
    (range) => {
      const values = [-1, range - 1, Number.NaN, 0];
      expect([...packedNumbers(values)]).toEqual(values);
    },
  );

  it('that are missing take the last before them, and at the beginning the first', () => {
    const [none, two, three] = [Number.NaN, 2, 3.5];
    expect([...gapsFilled(packedNumbers([none, none, two, none, three, none]))]).toEqual([2, 2, 2, 2, 3.5, 3.5]);
    expect([...gapsFilled(packedNumbers([none, none]))]).toEqual([0, 0]);
  });
});

describe('packed labels', () => {
  it('are given back as they were, from any place', () => {
    const label = fc.string({ unit: 'binary', maxLength: 140 }).map((text) => text.replaceAll('\0', ''));
    const end = fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replaceAll('\0', ''));
    const similar = fc
      .tuple(label, fc.array(end, { maxLength: 6 }))
      .map(([start, ends]) => ends.map((end) => start + end));
    fc.assert(
      fc.property(fc.array(similar, { maxLength: 6 }), fc.constantFrom(1, 2, 100), (groups, times) => {
        const all = Array.from({ length: times }, () => groups.flat()).flat();
        const packed = packedLabels(all);
        expect([...packed]).toEqual(all);
        for (const row of [all.length - 1, 0, all.length >> 1])
          if (row >= 0) expect(packed.at(row)).toBe(all[row] ?? '');
      }),
      { numRuns: 50 },
    );
  });
});

describe('readRecords', () => {
  it.each([
    [
      'delimiters and quotes in quotes',
      'a,"x, y"\n3,"z; ""w"""\n',
      [
        ['a', 'x, y'],
        ['3', 'z; "w"'],
      ],
    ],
    [
      'line breaks in quotes',
      '1,"x\ny"\n3,"z"\n',
      [
        ['1', 'x\ny'],
        ['3', 'z'],
      ],
    ],
    [
      'an empty last cell',
      '1,\n3,\n',
      [
        ['1', ''],
        ['3', ''],
      ],
    ],
  ])('gives cells with %s, wherever the parts of a file end', async (_, content, expected) => {
    for (let cut = 0; cut <= content.length; cut++) {
      const parts = async function* () {
        yield content.slice(0, cut);
        yield content.slice(cut);
      };
      const cells: (readonly string[])[] = [];
      for await (const records of readRecords('t.csv', parts(), ',', 0)) cells.push(...records.cells);
      expect(cells).toEqual(expected);
    }
  });
});
