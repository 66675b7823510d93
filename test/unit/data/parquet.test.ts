import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { openDataset, readTable, textOfColumn } from '../../../src/data';
import stored from '../../parity/parquet.json';
import { temporaryFolder } from '../temporary';

async function fileOf(base64: string, cut?: number) {
  const path = join(await temporaryFolder(), 'table.parquet');
  await writeFile(path, Buffer.from(base64, 'base64').subarray(0, cut));
  return openDataset({ kind: 'file', path });
}

describe("what pyarrow wrote is read as pyarrow's own rows,", () => {
  test.each(Object.entries(stored.files))('%s', async (_, base64) => {
    const file = await fileOf(base64);
    const cells = await readTable(file, {}, 'cells');
    const rows = stored.rows.map((__, row) =>
      Object.fromEntries(
        cells.columns.map((column) => [column.name, column.kind === 'text' ? (column.values?.at(row) ?? '') : '']),
      ),
    );
    expect(rows).toEqual(stored.rows);

    const table = await readTable(file, {});
    expect(table).toMatchObject({ delimiter: 'parquet', rows: 40 });
    const kinds = Object.fromEntries(table.columns.map(({ name, kind, missing }) => [name, `${kind} ${missing}`]));
    expect(kinds).toMatchObject({ day: 'date 0', load: 'number 1', count: 'number 0', note: 'text 8', good: 'text 0' });
  });

  test('with columns within columns, and lists', async () => {
    const file = await fileOf(stored.nested);
    const { columns } = await readTable(file, {}, 'cells');
    expect(columns.map(({ name }) => name).toSorted()).toEqual(['translation.de', 'translation.en', 'xs_1', 'xs_2']);
  });

  test('one column of which is read alone, where it stands by itself', async () => {
    const flat = (await fileOf(stored.files.snappy)).objects?.only('note');
    const rows: unknown[] = [];
    for await (const part of flat?.parts() ?? []) rows.push(...part);
    expect(flat?.columns).toEqual(['note']);
    expect(rows).toHaveLength(stored.rows.length);
    expect(rows.every((row) => Object.keys(row as object).join() === 'note')).toBe(true);
    const nested = (await fileOf(stored.nested)).objects;
    for (const name of ['translation', 'en', 'nothing']) expect(nested?.only(name).sample).toEqual(nested?.sample);
  });

  test('and its texts one after another', async () => {
    const text = await textOfColumn(await fileOf(stored.files.snappy), { columns: ['note'] });
    let whole = '';
    for await (const part of text.chunks()) whole += part;
    expect(whole).toBe(
      stored.rows
        .filter(({ note }) => note !== '')
        .map(({ note }) => `${note}\n`)
        .join(''),
    );
  });
});

describe('is refused with one message:', () => {
  const refused = async (base64: string, cut?: number) => {
    const error = await fileOf(base64, cut).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  };
  test.each([40, 500, 1500])('a file cut after %i bytes', async (cut) => {
    expect(await refused(stored.files.snappy, cut)).toMatchObject({
      what: expect.stringContaining('cut short'),
      where: 'table.parquet',
    });
  });
  test('a file without rows', async () => {
    expect((await refused(stored.empty)).what).toBe('The Parquet file has no rows');
  });
});
