import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../data/temporary';
import { seasonalCsv, sentences } from './datasets';
import { inShell, jsonLines, shell, unroll } from './program';

const latin1 = Buffer.concat([
  Buffer.from(`${sentences}caf`),
  Buffer.from([0xe9]),
  Buffer.from(` au lait\n${sentences}`),
]);
/** The signature and the header of a picture of 16 by 16, then anything. */
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from('IHDR\0\0\0\x10\0\0\0\x10\x08\x06'),
  Buffer.alloc(300, 7),
]);
const rows = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');

/** Name, content, what the one line says, and options. */
const refused: [kind: string, name: string, content: string | Uint8Array, line: RegExp, ...options: string[]][] = [
  ['an empty file', 'empty.txt', '', /^The file is empty \(\d+ empty\.txt\)\. Choose a file with text or a table\.$/],
  ['a byte-order mark alone', 'mark.txt', '\ufeff', /^The file is empty \(/],
  [
    'numbers in binary',
    'numbers.dat',
    Buffer.from(Float64Array.of(1, 2, 3).buffer),
    /^This is not text but a binary file \(it has NUL bytes\) \(\d+ numbers\.dat\)\. Choose a text file/,
  ],
  ['a picture named as a table', 'plot.csv', png, /^This is not text but a PNG picture \(\d+ plot\.csv\)\. .*CSV/],
  [
    'a packed table that calls itself one',
    'packed.csv',
    gzipSync('a,b\n1,2\n'),
    /^This is not text but a gzip archive \(\d+ packed\.csv\)\. Unpack it, and choose the file inside\.$/,
  ],
  [
    'a spreadsheet that calls itself a table',
    'book.csv',
    zipSync({ '[Content_Types].xml': new Uint8Array(8), 'xl/workbook.xml': new Uint8Array(8) }),
    /^This is not text but a ZIP archive \(an \.xlsx, \.ods, \.docx or \.zip file\) \(\d+ book\.csv\)\. A spreadsheet can be exported as CSV/,
  ],
  [
    'a free spreadsheet',
    'book.ods',
    zipSync({
      mimetype: new Uint8Array(8),
      'content.xml': new Uint8Array(8),
      'META-INF/manifest.xml': new Uint8Array(8),
    }),
    /^This is not text but a ZIP archive \(an \.xlsx, \.ods, .*A spreadsheet can be exported as CSV/,
  ],
  [
    'a document that calls itself text',
    'paper.txt',
    '%PDF-1.4\n%âãÏÓ\n1 0 obj\n',
    /^This is not text but a PDF document \(\d+ paper\.txt\)\. Save its text as a text file/,
  ],
  [
    'labels of one class',
    'one.csv',
    `text,label\n${rows(30, (row) => `sentence number ${row},good`)}`,
    /^No column looks like labels: .* \(\d+ one\.csv\)\. Name the column of the labels \(--target\); there are "text", "label"\.$/,
    '--task',
    'classify',
  ],
  [
    'labels with one example each',
    'each.csv',
    `text,label\n${rows(30, (row) => `sentence number ${row},class${row}`)}`,
    /^No column looks like labels: .* \(\d+ each\.csv\)\./,
    '--task',
    'classify',
  ],
  [
    'nothing but empty sentences',
    'void.csv',
    `text,label\n${rows(30, (row) => `,${row % 2 === 0 ? 'good' : 'bad'}`)}`,
    /^Only 0 of 30 rows have both a label in "label" and something to read \(\d+ void\.csv\)\./,
    '--task',
    'classify',
  ],
  [
    'pairs all of which lack one side',
    'half.csv',
    `en,de\n${rows(30, (row) => `house number ${row},`)}`,
    /^No row has both a text in "en" and one in "de" \(\d+ half\.csv\)\./,
    '--task',
    'translate',
  ],
  [
    'a picture whose bytes could pass for UTF-16',
    'plot.txt',
    Buffer.concat([png.subarray(0, 12), Buffer.alloc(200, 7)]),
    /^This is not text but a PNG picture \(\d+ plot\.txt\)/,
  ],
  [
    'Latin-1',
    'menu.txt',
    latin1,
    /^The text is not valid UTF-8: byte 0xE9 stands where it cannot \(\d+ menu\.txt, line 31, column 4, byte offset 1503\)\. Read it as Latin-1 \(--encoding latin1\), or replace what is invalid \(--invalid replace\)\.$/,
  ],
  [
    'half a character of UTF-16',
    'cut.txt',
    Buffer.concat([Buffer.from('\ufeffab\ncd', 'utf16le'), Buffer.from('e')]),
    /^The text is not valid UTF-16 .*cut\.txt, line 2, column 3, byte offset 12\)/,
  ],
  [
    'fewer characters than a window',
    'short.txt',
    'abcdefghij'.repeat(2),
    /^The training part has 18 tokens, but a window of 32 needs 33 \(\d+ short\.txt\)\. Use a longer file, or a window of at most 17 \(--window 17\)\.$/,
  ],
  [
    'fewer rows than a window',
    'rows.csv',
    'x\n1\n3\n2\n5\n4\n',
    /^The training part has 4 rows, but a window of 20 needs 21 \(\d+ rows\.csv\)\. .*at most 3 \(--window 3\)\.$/,
    '--window',
    '20',
  ],
  [
    'one distinct character',
    'same.txt',
    'a'.repeat(500),
    /^The training part, the first 90 % of the text, has one distinct character only, "a" \(\d+ same\.txt\)\. .*at least two distinct characters\.$/,
  ],
  [
    'one distinct word',
    'word.txt',
    ' ho'.repeat(200),
    /^The training part, .*, has one distinct word only, " ho" \(\d+ word\.txt\)\./,
    '--tokens',
    'words',
  ],
  ['a single character', 'a.txt', 'a', /^The training part, .*, is empty \(\d+ a\.txt\)\./],
  [
    'a table without a number',
    'people.csv',
    'name,town\nAnna,Rome\nBert,Paris\n',
    /^The table has no numeric column \(2 columns, 2 rows; "name" has "Anna" in line 2\) \(\d+ people\.csv\)\. .*--task language\)\.$/,
  ],
  [
    'a row too short',
    'ragged.csv',
    'a,b\n1,2\n3\n4,5\n',
    /^This row has 1 column where the header has 2 \(\d+ ragged\.csv, line 3\)\. Correct the row/,
  ],
  [
    'a row too long, after a cell of two lines',
    'long.csv',
    'a,b\n"1\n",2\n3,4,5\n',
    /^This row has 3 columns where the header has 2 \(\d+ long\.csv, line 4\)/,
  ],
  [
    'a quote that is never closed',
    'open.csv',
    `a,b\n1,2\n"3,4\n${'5,6\n'.repeat(50)}`,
    /^A quoted cell is never closed \(\d+ open\.csv, line 3\)\. Close the quote/,
  ],
  [
    'a word among numbers',
    'odd.csv',
    `a,b\n${rows(60, (i) => `${Math.sin(i)},${i === 40 ? 'oops' : Math.cos(i)}`)}`,
    /^"oops" is not a number, as the other cells of its column are \(\d+ odd\.csv, line 42, column "b"\)\. Correct the cell or leave it empty/,
  ],
  [
    'a header alone',
    'header.csv',
    'date,value\n',
    /^The table has a header and no rows \(\d+ header\.csv\)\. Add rows; if the first line is data, say so \(--header no\)\.$/,
  ],
  [
    'a constant series',
    'constant.csv',
    `v\n${'5\n'.repeat(80)}`,
    /^The column "v" is 5 in every row of the training part \(\d+ constant\.csv\)\. .*--target COLUMN\)\.$/,
  ],
  [
    'no value at all in the target',
    'void.csv',
    `a,b\n${rows(60, (i) => `${Math.sin(i)},`)}`,
    /"b".*\(\d+ void\.csv/,
    '--target',
    'b',
  ],
  [
    'a column that is not there',
    'table.csv',
    seasonalCsv,
    /^There is no column "price" \(.*\)\. The columns are "reading"\.$/,
    '--target',
    'price',
  ],
  [
    'a target in a text',
    'prose.txt',
    sentences,
    /^There is no column "price"|^The table has no numeric column/,
    '--target',
    'price',
  ],
];

describe('refuses with one line that names the file, the place and the way out, and leaves no run', () => {
  test.concurrent.each(refused)('%s', async (_, name, content, line, ...options) => {
    const [file, cwd] = [await fileWith(content, name), await temporaryFolder()];
    const { code, stderr } = await unroll(['train', file, '--units', '4', '--steps', '1', ...options], { cwd });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(line);
    expect(code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });

  test.concurrent('a file that is not there, a folder, and a device', async () => {
    const cwd = await temporaryFolder();
    const told = await Promise.all(['no.txt', '.', '/dev/zero'].map((path) => unroll(['train', path], { cwd })));
    expect(told.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(told.map(({ stderr }) => stderr)).toEqual([
      `There is no such file (${join(cwd, 'no.txt')}). Check its name and folder; it may have been moved or deleted.\n`,
      `The folder has no files (${cwd}). Choose one that holds recordings or pictures.\n`,
      'This is a device or a pipe, not a file (/dev/zero). Write its data to a file first, and train on that.\n',
    ]);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('reads', () => {
  /** The dataset line of a file. */
  const inspected = async (name: string, content: string | Uint8Array, ...options: string[]) => {
    const ended = await unroll(['inspect', await fileWith(content, name), ...options, '--json']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return jsonLines(ended)[0];
  };
  const wide = Buffer.from(`\ufeff${sentences}`, 'utf16le');

  test.concurrent.each<[string, string | Uint8Array, string, string[]]>([
    ['UTF-16 LE with a byte-order mark', wide, 'utf-16le', []],
    ['UTF-16 BE with a byte-order mark', Buffer.from(wide).swap16(), 'utf-16be', []],
    ['UTF-8 with a byte-order mark', `\ufeff${sentences}`, 'utf-8', []],
  ])('%s, without the mark', async (_, content, encoding, options) => {
    expect(await inspected('text.txt', content, ...options)).toMatchObject({
      task: 'language',
      text: { encoding, tokenCount: sentences.length, vocabularySize: new Set(sentences).size + 1 },
    });
  });

  test.concurrent('Latin-1 when asked, and with replacements when asked for these', async () => {
    const length = 2 * sentences.length + 'café au lait\n'.length;
    const asked = await inspected('menu.txt', latin1, '--encoding', 'latin1');
    expect(asked).toMatchObject({
      text: { encoding: 'latin1', tokenCount: length, vocabulary: expect.arrayContaining(['é']) },
      warnings: [],
    });
    const replaced = await inspected('menu.txt', latin1, '--invalid', 'replace');
    expect(replaced).toMatchObject({
      text: { encoding: 'utf-8', tokenCount: length },
      warnings: [expect.stringMatching(/^One invalid sequence/)],
    });
  });

  test.concurrent('quotes and line breaks in quotes', async () => {
    const content = `note,v\n${rows(40, (i) => `"line ""${i}""\nof, two",${i ** 2}`)}`;
    expect(await inspected('quotes.csv', content)).toMatchObject({
      task: 'forecast',
      table: {
        rows: 40,
        columns: [
          { name: 'note', kind: 'text' },
          { name: 'v', kind: 'number' },
        ],
      },
    });
  });

  test.concurrent('missing and non-finite values, and says how many and where', async () => {
    const content = `v\n${rows(60, (i) => (i === 7 ? 'NaN' : i === 9 ? 'inf' : i === 12 ? 'NA' : String(Math.sin(i))))}`;
    const line = await inspected('gaps.csv', content);
    expect(line).toMatchObject({ table: { rows: 60, columns: [{ missing: 3 }] } });
    expect(line?.warnings).toContainEqual(
      expect.stringMatching(/^Missing or not finite: 3 in "v" \(first in line 9\)/),
    );
  });

  test.concurrent('a table without a header', async () => {
    const content = rows(40, (i) => `${Math.sin(i)},${Math.cos(i)}`);
    expect(await inspected('bare.csv', content)).toMatchObject({
      table: { header: false, rows: 40, columns: [{ name: 'column 1' }, { name: 'column 2' }] },
    });
  });

  test.concurrent('and trains on more than 256 distinct characters, under a path with spaces and other scripts', async () => {
    const folder = join(await temporaryFolder(), 'Моя папка 数据');
    await mkdir(folder);
    const letters = Array.from({ length: 400 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    const name = "l'été №1 (kopie).txt";
    await writeFile(join(folder, name), letters.repeat(4));
    const ended = await unroll(['train', name, '--steps', '1', '--units', '4', '--json'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const lines = jsonLines(ended);
    expect(lines[0]).toMatchObject({ name, path: join(folder, name), text: { vocabularySize: 361 + 40 } });
    const [id] = await readdir(join(folder, '.unroll', 'runs'));
    expect(id).toMatch(/-l-été-1-kopie(-[a-z\d]+)?$/);
    const run = join(folder, '.unroll', 'runs', id ?? '');
    expect(lines.at(-1)).toMatchObject({ type: 'done', run });
    const sampled = await unroll(['sample', run, '--prompt', '一丁', '--length', '3', '--json']);
    expect(jsonLines(sampled)[0]).toMatchObject({ prompt: '一丁', text: expect.stringMatching(/^[一-龥]{3}$/u) });
    const foreign = await unroll(['sample', run, '--prompt', '一ab一b']);
    expect(foreign).toMatchObject({ code: 2, stdout: '' });
    expect(foreign.stderr).toBe(
      'The model has never seen "a", "b" (prompt). Leave them out: a model of characters knows those of its training part alone.\n',
    );
    const input = await unroll(['probe', run, '--input', '丁\u001b', '--json']);
    expect(input).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^The model has never seen "␛" \(input\)\. Leave it out/),
    });
  });
});

describe('a place that cannot be written is named, with the way out, and nothing is left', () => {
  const place = async (out: (cwd: string) => string, message: RegExp) => {
    const [file, cwd] = [await fileWith(sentences, 'text.txt'), await temporaryFolder()];
    const { code, stderr } = await unroll(
      ['train', file, '--steps', '1', '--units', '4', '--out', out(cwd), '--json'],
      { cwd },
    );
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  };

  test.concurrent('a read-only folder', async () => {
    const [file, cwd] = [await fileWith(sentences, 'text.txt'), await temporaryFolder()];
    await chmod(cwd, 0o555);
    // Root may write everywhere, unless it gives that right up.
    const asAnyone = process.geteuid?.() === 0 ? 'setpriv --bounding-set=-dac_override,-dac_read_search' : '';
    const { code, stderr } = await shell(`${asAnyone} ${inShell} train '${file}' --steps 1 --units 4 --json`, cwd);
    expect(stderr).toMatch(
      /^The run may not be written here \(.*\)\. Choose another folder for the run \(--out DIR\), or change the permissions of this one\.\n$/,
    );
    expect(code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });

  test.concurrent('a file in the place of a folder', async () => {
    const file = await fileWith('here', 'file');
    await place(() => file, /^This path leads through a file, not a folder \(.*file\)\. Choose another folder/);
    await place(() => join(file, 'run'), /^This path leads through a file, not a folder/);
  });

  test.concurrent('a folder with something in it, which stays', async () => {
    const full = await temporaryFolder();
    await writeFile(join(full, 'thesis.doc'), 'years');
    await place(() => full, /^The folder is not empty \(.*\)\. Choose a new folder for the run \(--out DIR\)/);
    expect(await readdir(full)).toEqual(['thesis.doc']);
  });

  test.concurrent('a disk without room for the first checkpoint', async () => {
    const [file, cwd] = [await fileWith(sentences, 'text.txt'), await temporaryFolder()];
    // The output goes through a pipe, to which the limit does not apply.
    const { stdout, stderr } = await shell(
      `(ulimit -f 20; ${inShell} train '${file}' --units 64 --steps 1 --json; echo $?) | cat`,
      cwd,
    );
    expect(stdout.split('\n').at(-2)).toBe('2');
    expect(stderr).toMatch(/^A file of the run reached the greatest size .*last\.safetensors\)\. Raise the limit/);
    expect(await readdir(cwd, { recursive: true })).toEqual(['.unroll', '.unroll/.gitignore', '.unroll/runs']);
  });

  test.concurrent('an output without room for a line', async () => {
    const [file, cwd] = [await fileWith(sentences, 'text.txt'), await temporaryFolder()];
    const { stdout, stderr } = await shell(`${inShell} inspect '${file}' --json > /dev/full; echo $?`, cwd);
    expect(stdout).toBe('1\n');
    expect(stderr).toBe('The output cannot be written: the disk is full. Send it elsewhere.\n');
  });
});
