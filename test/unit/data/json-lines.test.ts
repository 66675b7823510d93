import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { readingSchema } from '../../../src/configuration/run';
import { openDataset, readTable, textOfColumn } from '../../../src/data';
import { detectTask } from '../../../src/tasks/detect';
import { language } from '../../../src/tasks/language/language';

const auto = readingSchema.parse({});
const fileOf = (text: string) => openDataset({ kind: 'text', name: 'x.jsonl', text });
const lines = (objects: readonly unknown[]) => `${objects.map((object) => JSON.stringify(object)).join('\n')}\n`;
const range = (count: number) => Array.from({ length: count }, (_, at) => at);
const cellsOf = async (text: string) => {
  const table = await readTable(await fileOf(text), {}, 'cells');
  return Object.fromEntries(
    table.columns.map((column) => [column.name, column.kind === 'text' ? [...(column.values ?? [])] : []]),
  );
};

describe('lines of JSON are read as a table:', () => {
  test('what was written comes back, whatever the texts are, and whichever keys each line has', async () => {
    const key = fc.constantFrom('a', 'b', 'ähm', 'x y');
    const value = fc.oneof(
      fc.string().filter((text) => text.trim() === text),
      fc.integer(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(key, value), { minLength: 1, maxLength: 12 }), async (objects) => {
        fc.pre(objects.some((object) => Object.keys(object).length > 0));
        const cells = await cellsOf(lines(objects));
        for (const [name, values] of Object.entries(cells)) {
          expect(values).toHaveLength(objects.length);
          objects.forEach((object, row) => {
            const written = (object as Record<string, unknown>)[name];
            expect(values[row]).toBe(written === undefined ? '' : String(written));
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('objects within objects, arrays, and arrays of arrays get names', async () => {
    const cells = await cellsOf(
      lines([
        {
          a: { b: 1, c: { d: 'x' } },
          s: [3, 4],
          p: [
            [1, 2],
            [5, 6],
          ],
          q: [{ u: 7 }],
        },
      ]),
    );
    expect(cells).toEqual({
      ...{ 'a.b': ['1'], 'a.c.d': ['x'], s_1: ['3'], s_2: ['4'] },
      ...{ 'p.1_1': ['1'], 'p.2_1': ['2'], 'p.1_2': ['5'], 'p.2_2': ['6'], 'q.u_1': ['7'] },
    });
  });

  test('a key that first comes long after the beginning is a column as well', async () => {
    const many = lines([...range(5000).map((at) => ({ text: `the line with the number ${at}` })), { late: 'here' }]);
    const cells = await cellsOf(many);
    expect(cells.late?.at(-1)).toBe('here');
    expect(cells.late?.slice(0, 5000).every((cell) => cell === '')).toBe(true);
  });

  test('numbers have a decimal point, and lines their numbers', async () => {
    const table = await readTable(await fileOf(lines(range(9).map((at) => ({ at, v: at + 0.125 })))), {});
    expect(table).toMatchObject({ delimiter: 'json', decimal: '.', rows: 9 });
    expect(table.columns.map(({ kind }) => kind)).toEqual(['number', 'number']);
    expect(table.lines.at(0)).toBe(1);
    expect(table.lines.at(8)).toBe(9);
  });
});

describe('one clear message says', () => {
  const refused = async (text: string, delimiter: 'auto' | 'json' = 'auto') => {
    const error = await readTable(await fileOf(text), { delimiter }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  };
  test('which line and column is no JSON', async () => {
    const error = await refused('{"a": 1}\n{"a": 2,}\n');
    expect(error.where).toMatch(/^x\.jsonl, line 2(, column 9)?$/);
    expect(error.what).toMatch(/not valid JSON/);
  });
  test('which line is an array or a value', async () => {
    expect(await refused('{"a": 1}\n[1]\n', 'json')).toMatchObject({
      where: 'x.jsonl, line 2',
      what: expect.stringContaining('array'),
    });
    expect(await refused('{"a": 1}\n\n7\n', 'json')).toMatchObject({ where: 'x.jsonl, line 3' });
  });
  test('that a line was cut', async () => {
    expect(await refused('{"a": 1}\n{"a": "b')).toMatchObject({ where: expect.stringContaining('line 2') });
  });
});

describe('lines of JSON are for', () => {
  const detected = async (objects: readonly unknown[]) => detectTask(await fileOf(lines(objects)), auto);
  test.each([
    ['language', range(30).map((at) => ({ text: `This is text ${at}, and more of it follows.` }))],
    ['language', range(30).map((at) => ({ id: at, text: `This is text ${at}, and more of it follows.` }))],
    ['forecast', range(40).map((at) => ({ day: `2024-01-${String((at % 28) + 1).padStart(2, '0')}`, load: at * 1.5 }))],
    ['classify', range(40).map((at) => ({ text: `it was number ${at} of them`, label: at % 2 ? 'good' : 'bad' }))],
    ['translate', range(40).map((at) => ({ translation: { en: `the ${at} of it`, de: `das ${at} davon` } }))],
    ['classify', range(30).map((at) => ({ xs: range(12).map((t) => [t * at, t + at]), sum: at + 0.5 }))],
  ] as const)('%s', async (task, objects) => {
    expect(await detected(objects)).toMatchObject({ task });
  });

  test('language by the texts of one column alone, where each line of it ends', async () => {
    const objects = range(60).map((at) => ({ id: at, text: `line ${at} "quoted"\nand more` }));
    const text = await textOfColumn(await fileOf(lines(objects)), {});
    let whole = '';
    for await (const part of text.chunks()) whole += part;
    expect(text.column).toBe('text');
    expect(whole).toBe(objects.map((object) => `${object.text}\n`).join(''));
    expect(text.characters).toBe(whole.length);
    const { report } = await language.prepare(await fileOf(lines(objects)), auto, { validationShare: 0.1 });
    expect(report.reading).toMatchObject({ delimiter: 'json', columns: ['text'] });
    expect(report.text?.vocabulary).not.toContain('{');
  });
});
