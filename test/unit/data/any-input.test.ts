import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { chooseColumns, type DatasetFile, looksLikeTable, readTable, readText } from '../../../src/data';
import { openText } from './temporary';

/** What a promise gives, or the error that a person can act on; a bug is thrown on. */
async function outcome<T>(promise: Promise<T>): Promise<T | UserError> {
  return promise.catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
}

async function readEverything(file: DatasetFile): Promise<void> {
  looksLikeTable(file, {});
  await outcome(readText(file, {}));
  const table = await outcome(readTable(file, {}));
  if (table instanceof UserError) {
    expect(table.message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    expect(table.message.length).toBeLessThan(500);
    return;
  }
  const lengths = table.columns.flatMap((column) => [
    ...(column.kind === 'text' ? [] : [column.values.length]),
    ...(column.kind === 'date' ? [column.labels.length] : []),
  ]);
  expect(new Set([...lengths, table.lines.length])).toEqual(new Set([table.rows]));
  const shown = [...table.warnings, ...table.columns.flatMap((c) => [c.name, ...(c.kind === 'date' ? c.labels : [])])];
  for (const text of shown) expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u2028]/u);
  expect(new Set(table.columns.map(({ name }) => name)).size).toBe(table.columns.length);
  for (const column of table.columns) {
    if (column.kind !== 'text')
      expect(column.missing).toBe([...column.values].filter((value) => Number.isNaN(value)).length);
  }
  expect(table.columns.map(({ name }) => name)).toContain(chooseColumns(table, {}).target);
}

describe('whatever a file holds', () => {
  const piece = fc.constantFrom(
    ...[
      ',',
      ';',
      '\t',
      '|',
      '"',
      '""',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '#',
      '.',
      '-',
      '/',
      ':',
      '1',
      '12',
      '2024',
      '07',
      'a',
      'Jan',
      'NA',
    ],
    ...['1,5', '1.234', '01/02/2024', '2024-02-30', '\u001b', 'é', '🎈', '__proto__', 'constructor'],
  );

  it('it is read, or refused with a message for a person: text', async () => {
    const texts = fc.array(piece, { minLength: 1, maxLength: 60 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => readEverything(await openText(text))),
      { numRuns: 2000 },
    );
  });

  it('it is read, or refused with a message for a person: rows', async () => {
    const cells = fc.constantFrom(
      '1',
      '2',
      '2.5',
      '1,5',
      '',
      'NA',
      'x',
      '01/02/2024',
      '2024-02-28',
      '2001',
      'Jan 2020',
    );
    const tables = fc
      .record({ width: fc.integer({ min: 1, max: 4 }), delimiter: fc.constantFrom(',', ';', '\t') })
      .chain(({ width, delimiter }) =>
        fc
          .array(fc.array(cells, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 })
          .map((rows) => rows.map((row) => row.join(delimiter)).join('\n')),
      )
      .filter((text) => text !== '');
    await fc.assert(
      fc.asyncProperty(tables, async (text) => readEverything(await openText(text))),
      { numRuns: 1000 },
    );
  });

  it('it is read, or refused with a message for a person: bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (bytes) => {
        const text = await openText('x');
        await readEverything({
          ...text,
          path: 'bytes',
          bytes: bytes.length,
          head: bytes,
          chunks: async function* () {
            yield bytes;
          },
        });
      }),
      { numRuns: 1000 },
    );
  });
});
