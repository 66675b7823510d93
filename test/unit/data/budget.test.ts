import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../src/data';
import { readTable } from '../../../src/data/table/read-table';
import type { Rows } from '../../../src/data/table/rows';
import { fileWith } from './temporary';

const rows = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,30}$/), fc.integer({ min: -999, max: 999 })), {
  minLength: 3,
  maxLength: 40,
});

const forms = {
  csv: (all: readonly (readonly [string, number])[]) =>
    `text,number\n${all.map(([text, number]) => `"x${text}",${number}\n`).join('')}`,
  jsonl: (all: readonly (readonly [string, number])[]) =>
    all.map(([text, number]) => `${JSON.stringify({ text: `x${text}`, number })}\n`).join(''),
};

describe.each(Object.entries(forms))(
  'of a file as %s that is larger than memory has room for',
  (extension, written) => {
    test('the first rows are read, in every pass, and it is said how many', async () => {
      await fc.assert(
        fc.asyncProperty(rows, fc.integer({ min: 1, max: 600 }), async (all, characters) => {
          const file = await openDataset({ kind: 'file', path: await fileWith(written(all), `x.${extension}`) });
          const { columns, rows: count, warnings, lines } = await readTable(file, {}, 'cells', characters);
          const sizes = all.map(([text, number]) => text.length + 1 + String(number).length);
          let [left, expected] = [characters - (extension === 'csv' ? 'textnumber'.length : 0), 0];
          // Names and a row, or two rows, are read in any case.
          const fewest = extension === 'csv' ? 1 : 2;
          while (expected < all.length && (left > 0 || expected < fewest)) left -= sizes[expected++] ?? 0;
          expect(count).toBe(expected);
          expect(lines.length).toBe(expected);
          const texts = columns[0]?.values as Rows<string> | undefined;
          expect(Array.from(texts ?? [])).toEqual(all.slice(0, expected).map(([text]) => `x${text}`));
          const said = warnings.filter((warning) => warning.includes('larger than what is kept'));
          expect(said).toHaveLength(expected < all.length ? 1 : 0);
          if (said[0]) expect(said[0]).toContain(`its first ${expected} rows`);
        }),
        { numRuns: 40 },
      );
    });
  },
);
