import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, chooseColumns, readTable } from '../../../src/data';
import { openFile, openText, userError } from './temporary';

const read = async (content: string | Uint8Array, reading = {}, name = 'prices.csv') =>
  readTable(await openFile(content, name), reading);
const failure = (content: string | Uint8Array, reading = {}) => userError(read(content, reading));

const valuesOf = (column: Column | undefined) => (column && column.kind !== 'text' ? [...column.values] : []);
const labelsOf = (column: Column | undefined) => (column?.kind === 'date' ? [...column.labels] : []);

const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join('\n');

describe('readTable reads numbers back exactly', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const tables = fc
    .record({ columns: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 2, max: 12 }) })
    .chain((size) =>
      fc.array(fc.array(finite, { minLength: size.columns, maxLength: size.columns }), {
        minLength: size.rows,
        maxLength: size.rows,
      }),
    );
  const dialects = fc.record({
    delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const, '|' as const),
    decimal: fc.constantFrom('.' as const, ',' as const),
    quoted: fc.boolean(),
    header: fc.boolean(),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    lastLineEnd: fc.boolean(),
  });

  function write(
    table: readonly (readonly number[])[],
    dialect: typeof dialects extends fc.Arbitrary<infer D> ? D : never,
  ) {
    const cell = (value: number) => {
      const text = String(value).replace('.', dialect.decimal);
      return dialect.quoted || text.includes(dialect.delimiter) ? `"${text}"` : text;
    };
    const names = (table[0] ?? []).map((_, i) => `c${i}`).join(dialect.delimiter);
    const lines = table.map((row) => row.map(cell).join(dialect.delimiter));
    const all = dialect.header ? [names, ...lines] : lines;
    return all.join(dialect.lineEnd) + (dialect.lastLineEnd ? dialect.lineEnd : '');
  }

  const transposed = (table: readonly (readonly number[])[]) =>
    (table[0] ?? []).map((_, c) => table.map((row) => (row[c] ?? 0) + 0));

  it('under any dialect that is told', async () => {
    await fc.assert(
      fc.asyncProperty(tables, dialects, async (table, dialect) => {
        const reading = {
          delimiter: dialect.delimiter,
          decimal: dialect.decimal,
          header: dialect.header ? ('yes' as const) : ('no' as const),
        };
        const found = await readTable(await openText(write(table, dialect)), reading);
        const values = found.columns.map((column) => (column.kind === 'number' ? [...column.values] : column.kind));
        expect(values.map((v) => (typeof v === 'string' ? v : v.map((x) => x + 0)))).toEqual(transposed(table));
        expect([...found.lines]).toEqual(table.map((_, i) => i + (dialect.header ? 2 : 1)));
      }),
      { numRuns: 300 },
    );
  });

  it('under any dialect that shows', async () => {
    const telling = fc.double({ min: 0.01, max: 99, noNaN: true }).filter((x) => /\.\d{4,}$/.test(String(x)));
    const several = fc
      .integer({ min: 2, max: 5 })
      .chain((columns) => fc.array(fc.array(telling, { minLength: columns, maxLength: columns }), { minLength: 2 }));
    await fc.assert(
      fc.asyncProperty(several, dialects, async (table, dialect) => {
        const found = await readTable(await openText(write(table, dialect)), {});
        expect(found).toMatchObject({ delimiter: dialect.delimiter, decimal: dialect.decimal, header: dialect.header });
        expect(found.columns.map(valuesOf)).toEqual(transposed(table));
      }),
    );
  });
});

describe('readTable refuses with line and way out', () => {
  it('ragged rows', async () => {
    const error = await failure('a,b\n1,2\n"x\ny",4\n5\n6,7\n');
    expect(error.what).toBe('This row has 1 column where the header has 2');
    expect(error.where).toMatch(/prices\.csv, line 5$/);
    expect((await failure('1;2\n3;4\n5;6;7\n')).what).toBe('This row has 3 columns where the first row has 2');
    expect((await failure('a,b\n1,2,3\n4,5,6\n')).where).toMatch(/line 2$/);
  });

  it('a quote that is never closed, with the line where it opens', async () => {
    const error = await failure('a,b\n"1\n1",2\n3,"4\n5,6\n7,8\n');
    expect(error.what).toBe('A quoted cell is never closed');
    expect(error.where).toMatch(/line 4$/);
  });

  it('such a quote in a giant file too, without reading it to the end', async () => {
    const content = `a,b\n1,2\n3,"4\n${'5,6\n'.repeat(3_000_000)}`;
    expect((await failure(content)).message).toMatch(/never closed .*line 3\)/);
  });

  it('a line that never ends', async () => {
    expect((await failure('1,2\n'.repeat(2) + '7'.repeat(9_000_000))).message).toMatch(/8 million .*line 3\)/);
    expect((await failure(','.repeat(20_000))).what).toContain('20001 columns');
  });

  it('text after a closing quote', async () => {
    expect((await failure('a,b\n1,"x"y\n2,z\n')).message).toMatch(/after its closing quote .*line 2\)/);
  });

  it('a header alone, blank lines alone', async () => {
    expect((await failure('date,price\n')).what).toBe('The table has a header and no rows');
    expect((await failure('\n  \n\n')).what).toBe('The table has no rows');
  });

  it('a table without a numeric column, and says what came nearest', async () => {
    const error = await failure('name,town\nAnn,Rome\nBob,12\n');
    expect(error.what).toMatch(/no numeric column \(2 columns, 2 rows; "town" has "Rome" in line 2\)/);
    expect(error.wayOut).toContain('--task language');
  });

  it('a rare cell that is no number, shown without its control characters', async () => {
    const content = `day,price\n${rows(60, (i) => `x${i},${i === 40 ? '12\u001b[31m$' : i * 1.5}`)}`;
    const error = await failure(content);
    expect(error.what).toBe('"12␛[31m$" is not a number, as the other cells of its column are');
    expect(error.where).toMatch(/line 42, column "price"$/);
  });

  it('a rare date that does not exist', async () => {
    const content = `d,v\n${rows(28, (i) => `2023-02-${String(i + 1).padStart(2, '0')},${i % 5}`)}\n2023-02-29,7\n`;
    expect((await failure(content)).message).toMatch(/"2023-02-29" is not a date.*line 30, column "d"/);
  });

  it('names that no column has, with the nearest and all others', async () => {
    const content = 'date,price,volume\n2024-01-01,1,2\n2024-01-02,2,5\n';
    const error = await failure(content, { target: 'prise' });
    expect(error.message).toBe(
      'There is no column "prise" (--target). Did you mean "price"? The columns are "date", "price", "volume".',
    );
    expect((await failure(content, { date: 'zzzzzz' })).wayOut).toBe('The columns are "date", "price", "volume".');
    expect((await failure(content, { columns: ['price', 'Volume'] })).wayOut).toContain('"volume"?');
    expect((await failure('Last (kW);v\n1,5;2\n3;4\n', { target: 'Lst' })).wayOut).toContain('"Last (kW)"?');
  });

  it('a target of words, a date column of numbers', async () => {
    const content = 'town,v\nRome,1\nOslo,7\n';
    expect((await failure(content, { target: 'town' })).message).toMatch(/not hold numbers: "Rome" is none .*line 2/);
    expect((await failure(content, { date: 'v' })).message).toMatch(/not hold dates: "1" is none .*line 2/);
  });

  it('a picture by another name', async () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
    expect((await failure(png)).what).toBe('This is not text but a PNG picture');
  });

  it('Latin-1 taken for UTF-8, and reads it when told', async () => {
    const content = Buffer.from('größe;v\n1,5;2\n3;5\n', 'latin1');
    expect((await failure(content)).actions?.[0]?.choices.reading).toEqual({ encoding: 'latin1' });
    expect((await read(content, { encoding: 'latin1' })).columns.map(({ name }) => name)).toEqual(['größe', 'v']);
  });
});

describe('readTable', () => {
  it('lets odd cells pass in columns that are not asked for', async () => {
    const content = `id,price\n${rows(60, (i) => `${i === 40 ? 'A17' : i * 2},${i * 1.5}`)}`;
    expect((await failure(content)).what).toContain('"A17"');
    const table = await read(content, { columns: ['price'] });
    expect(chooseColumns(table, { columns: ['price'] }).inputs).toEqual(['price']);
  });

  it('takes a column for words where odd cells are many', async () => {
    const table = await read(`code,v\n${rows(20, (i) => `${i % 3 ? `A${i}` : i},${i * 2}`)}`);
    expect(table.columns[0]?.kind).toBe('text');
  });

  it('decides by the whole file, not by its beginning', async () => {
    const content = `d;v\n${rows(9000, (i) => `0${(i % 9) + 1}.01.${2000 + (i % 9)};${i}`)}\n13.01.2024;1,5\n`;
    const table = await read(content);
    expect(table.decimal).toBe(',');
    expect(table.rows).toBe(9001);
    expect(new Date(table.columns[0]?.kind === 'date' ? table.columns[0].values.at(9000) : 0).toISOString()).toBe(
      '2024-01-13T00:00:00.000Z',
    );
  });

  it('knows the line of each row across parts of the file', async () => {
    const content = `v,note\n${rows(120_000, (i) => (i % 2 ? `${i},plain` : `${i},"two\nlines"`))}\n`;
    const table = await read(content);
    expect(table.rows).toBe(120_000);
    expect(table.lines.at(119_999)).toBe(content.split('\n').length - 1);
    expect(valuesOf(table.columns[0])[99_999]).toBe(99_999);
  });

  it('keeps lines with their rows when it sorts', async () => {
    const table = await read('d,v\n2024-01-03,5\n2024-01-02,3\n2024-01-01,2\n');
    expect([...table.lines]).toEqual([4, 3, 2]);
    expect(labelsOf(table.columns[0])).toEqual(['2024-01-01', '2024-01-02', '2024-01-03']);
  });

  it('keeps the labels of dates as written, but for characters that do not show', async () => {
    const table = await read('d,v\nJan\u20282020,1\n"Feb 2020",3\n');
    expect(labelsOf(table.columns[0])).toEqual(['Jan\\u{2028}2020', 'Feb 2020']);
  });

  it('sorts by the date column that is named, also one of numbers', async () => {
    const content = 'when,k,v\n2024-01-01,2003,1\n2024-01-02,2002,5\n2024-01-03,2001,9\n';
    const table = await read(content, { date: 'k' });
    expect(valuesOf(table.columns[2])).toEqual([9, 5, 1]);
    expect(chooseColumns(table, { date: 'k' }).date).toBe('k');
  });

  it('does not take the weekends of business days for gaps', async () => {
    const days = Array.from({ length: 200 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
    const business = days.filter((date) => date.getUTCDay() % 6 !== 0).map((date) => date.toISOString().slice(0, 10));
    expect((await read(`d,v\n${business.map((date, i) => `${date},${i % 7}`).join('\n')}`)).warnings).toEqual([]);
  });
});

describe('chooseColumns', () => {
  const choose = async (content: string, reading = {}) => chooseColumns(await read(content, reading), reading);

  it.each([
    ['id,a,b\n1,5,7\n2,6,3\n3,1,2\n', 'b', ['a', 'b'], 'it is the last numeric column'],
    ['d,a\n2024-01-01,5\n2024-01-02,6\n', 'a', ['a'], 'it is the only numeric column'],
    ['value,a\n5,7\n6,3\n1,2\n', 'value', ['value', 'a'], 'its name says so'],
    ['a,b\n5,7\n6,7\n1,7\n', 'a', ['a', 'b'], 'it is the last numeric column that changes'],
    ['a\n1\n2\n3\n', 'a', ['a'], 'it is the only numeric column'],
  ])('proposes a target: %j', async (content, target, inputs, why) => {
    expect(await choose(content)).toMatchObject({ target, inputs, why });
  });

  it('takes what is asked for, in the order of the file, and the target among the inputs', async () => {
    const content = 'a,b,c\n5,7,1\n6,3,2\n1,2,9\n';
    expect(await choose(content, { target: 'a' })).toMatchObject({ target: 'a', why: 'it was asked for' });
    expect(await choose(content, { columns: ['b', 'a'] })).toMatchObject({ target: 'b', inputs: ['a', 'b'] });
    expect(await choose(content, { columns: ['c'], target: 'a' })).toMatchObject({ inputs: ['a', 'c'] });
  });

  it('refuses names for a table that was read without them', async () => {
    const table = await read('town,v\nRome,1\nOslo,7\n');
    expect(() => chooseColumns(table, { target: 'town' })).toThrow('does not hold numbers');
    expect(() => chooseColumns(table, { target: 'w' })).toThrow('There is no column "w"');
  });
});

describe('a first line that counts what follows, as the datasets of scikit-learn have it', () => {
  const flowers = (count: number) => rows(count, (i) => `${5 + i / 100},3.5,${i % 2},${i % 3}`);

  it('is left out, and the rest has no header', async () => {
    const table = await read(`60,3,setosa,versicolor,virginica\n${flowers(60)}\n`);
    expect(table.rows).toBe(60);
    expect(table.columns).toHaveLength(4);
    expect(table.warnings).toContain('The first line counts the rows and columns, and is left out.');
  });

  it('is known by its names of classes where the file is too long to be counted at once', async () => {
    const table = await read(`9000,3,malignant,benign\n${flowers(9000)}\n`);
    expect(table.rows).toBe(9000);
  });

  it('is a row like the others where the counts are wrong, or there are no more columns than numbers in it', async () => {
    expect((await read(`61,1\n${rows(60, (i) => `${i},2`)}`)).rows).toBe(61);
    expect((await failure(`60,7,setosa,virginica\n${flowers(60)}`)).where).toContain('prices.csv, line 1');
  });
});
