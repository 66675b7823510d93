import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cells } from '../../../src/configuration/run';
import { fileWith, temporaryFolder } from '../data/temporary';
import { sentences } from './datasets';
import { inShell, jsonLines, recordOf, shell, unroll } from './program';

const own = `// Mine 2026
cell my-unit {
  state h
  gate = sigmoid(linear(x, h))
  h' = gate * h + (1 - gate) * tanh(linear(x))
}
`;
const small = '--units 4 --window 8 --batch 2 --steps 4 --sample-every 4'.split(' ');

async function place() {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'my.cell'), own);
  await writeFile(join(folder, 'text.txt'), sentences);
  return { folder, run: join(folder, 'run') };
}

describe('a cell of a file', () => {
  test('is trained, and its run keeps the text, samples and goes on from it when the file is gone', async () => {
    const { folder, run } = await place();
    const args = ['train', 'text.txt', '--cell', 'my.cell', ...small, '--out', 'run', '--json'];
    const ended = await unroll(args, { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const record = await recordOf(run);
    expect(record).toMatchObject({ cell: 'my-unit', name: 'my-unit on text.txt' });
    expect(record.configuration.model.cell).toBe(join(folder, 'my.cell'));
    expect(await readFile(join(run, 'model.cell'), 'utf8')).toBe(own);

    await rm(join(folder, 'my.cell'));
    const [sampled, probed] = await Promise.all([
      unroll(['sample', run, '--length', '3', '--json']),
      unroll(['probe', run, '--json']),
    ]);
    expect([sampled.code, probed.code]).toEqual([0, 0]);
    expect(jsonLines(probed).map(({ name, role }) => `${name} ${role}`)).toEqual(['gate gate', 'h output']);
    const gone = await unroll(['train', '--resume', run, '--steps', '6', '--json']);
    expect(jsonLines(gone).at(-1)).toMatchObject({ type: 'done', state: 'finished', step: 6 });
  });

  test('that says what a cell of Unroll says trains to the same numbers', async () => {
    const { folder } = await place();
    const builtin = await readFile(join(import.meta.dirname, '../../../src/cells/builtin/gru.cell'), 'utf8');
    await writeFile(join(folder, 'again.cell'), `\ufeff${builtin.replaceAll('\n', '\r\n')}`);
    const losses = async (cell: string, out: string) => {
      const ended = await unroll(['train', 'text.txt', '--cell', cell, ...small, '--out', out, '--json'], {
        cwd: folder,
      });
      return jsonLines(ended).flatMap(({ type, loss }) => (type === 'metrics' ? [loss] : []));
    };
    const first = await losses('gru', 'a');
    expect(first).toHaveLength(4);
    expect(await losses('./again.cell', 'b')).toEqual(first);
  });

  test('of an earlier version, without a copy, has its name; without both, the run says what it lost', async () => {
    const { folder, run } = await place();
    await unroll(['train', 'text.txt', '--cell', 'gru', ...small, '--out', 'run'], { cwd: folder });
    expect(await readFile(join(run, 'model.cell'), 'utf8')).toContain('cell gru {');
    await rm(join(run, 'model.cell'));
    expect((await unroll(['sample', run, '--length', '2'])).code).toBe(0);
    const path = join(run, 'run.json');
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replace('"cell": "gru",\n      "units"', '"cell": "/x.cell",\n      "units"'),
    );
    expect((await unroll(['sample', run])).stderr).toMatch(/^The run lost its model\.cell/);
  });
});

describe('a cell that cannot be read ends with 2 and one line that helps, and no run', () => {
  test.concurrent.each<[string, string, RegExp]>([
    ['a mistake', 'wrong.cell', /^q is not defined above \(wrong\.cell, line 3, column 13\)\. Correct this line\.$/],
    ['no file', 'mine.cel', /^"mine\.cel" is neither a cell of Unroll nor the path of a \.cell file \(--cell\)\. /],
    ['a file that is not there', 'wron.cell', /^There is no cell wron\.cell \(.*\)\. Did you mean wrong\.cell\?$/],
    ['a name with the end of a file', 'gruu.cell', /^There is no cell gruu\.cell .*Did you mean gru/],
    ['a folder', 'folder.cell', /^This is no file \(.*folder\.cell\)\. Choose a \.cell file\.$/],
    ['a picture', 'binary.cell', /^The cell is no text in UTF-8 /],
    ['bytes of 0', 'zeros.cell', /^The cell is no text in UTF-8 /],
    ['a large file', 'large.cell', /^The file has 500000 bytes, and a cell at most 400000 /],
    ['an empty file', 'empty.cell', /^Here should be "cell", not the end of text \(empty\.cell, line 1, column 1\)/],
    ['a path through a file', 'wrong.cell/a.cell', /^There is no cell a\.cell /],
    ['escapes in its name', 'a\u001b[2J.cell', /^There is no cell a␛\[2J\.cell /],
  ])('%s', async (_, cell, message) => {
    const folder = await temporaryFolder();
    const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
    await write('text.txt', sentences);
    await write('wrong.cell', "cell w {\n  state h\n  h' = tanh(q)\n}\n");
    await write('binary.cell', Uint8Array.of(0xff, 0xfe, 0x80, 0x81));
    await write('zeros.cell', new Uint8Array(8));
    await write('large.cell', ' '.repeat(500_000));
    await write('empty.cell', '');
    await mkdir(join(folder, 'folder.cell'));
    const { code, stdout, stderr } = await unroll(['train', 'text.txt', '--cell', cell, '--out', 'run'], {
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(message);
    await expect(readFile(join(folder, 'run', 'run.json'))).rejects.toThrow();
  });

  test('nor does a pipe make it wait', async () => {
    const folder = await temporaryFolder();
    const file = await fileWith(sentences, 'text.txt');
    const { stderr } = await shell(`mkfifo pipe.cell && ${inShell} train '${file}' --cell pipe.cell`, folder);
    expect(stderr).toMatch(/^This is no file/);
  });
});

describe('unroll cells', () => {
  test('lists every cell with its weights for a size and why one would choose it', async () => {
    const { code, stdout, stderr } = await unroll(['cells', '--units', '10', '--inputs', '3']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0]).toSorted()).toEqual([...cells].toSorted());
    // 4 · (3 · 10 + 10 · 10 + 10)
    expect(lines[0]).toMatch(/^lstm +560 {2}gates keep/);
  });

  test('says the same as JSON, one cell a line', async () => {
    const all = jsonLines(await unroll(['cells', '--json']));
    expect(all).toHaveLength(cells.length);
    expect(all.find(({ name }) => name === 'gru')).toMatchObject({
      type: 'cell',
      paper: expect.stringContaining('Cho'),
      states: ['h'],
      gates: ['r', 'z', 'n'],
      parameters: 3 * (32 * 32 + 32 * 32 + 32) + 32,
    });
  });
});

describe('unroll check', () => {
  test('tells of a sound cell every gradient and what happens over time, and ends with 0', async () => {
    const { folder } = await place();
    const { code, stdout, stderr } = await unroll(['check', 'my.cell', '--units', '8'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^my-unit: 208 weights for 8 inputs and 8 units\n/);
    expect(stdout.match(/^ {2}(gate\.[WUb]|h\.[Wb]|x \(input\)|h \(first state\)) +\d\.\de-\d+$/gm)).toHaveLength(7);
    expect(stdout).toMatch(/\nmy-unit is sound: all gradients agree within \d\.\de-[5-9]\.\n$/);
  });

  test('tells all problems of a text that cannot be read, with places to click, and ends with 2', async () => {
    const { folder } = await place();
    await writeFile(join(folder, 'wrong.cell'), "cell w {\n  state h, c\n  h' = tanh(q) + sigmoit(x)\n}\n");
    const told = await unroll(['check', 'wrong.cell'], { cwd: folder });
    expect(told.code).toBe(2);
    expect(told.stdout.split('\n').map((line) => line.split(': ')[0])).toEqual([
      'wrong.cell:2:12',
      'wrong.cell:3:13',
      'wrong.cell:3:18',
      '',
    ]);
    const json = jsonLines(await unroll(['check', 'wrong.cell', '--json'], { cwd: folder }));
    expect(json.map(({ type }) => type)).toEqual(['problem', 'problem', 'problem', 'check']);
    expect(json[0]).toMatchObject({ line: 2, column: 12 });
    expect(json.at(-1)).toMatchObject({ sound: false });
  });

  test('tells what is not finite, explodes or has a kink, and ends with 1 where values have no meaning', async () => {
    const { folder } = await place();
    const check = async (...lines: string[]) => {
      await writeFile(join(folder, 'one.cell'), `cell one {\n  state h\n  ${lines.join('\n  ')}\n}\n`);
      return unroll(['check', 'one.cell'], { cwd: folder });
    };
    const logarithm = await check('a = log(linear(x, h))', "h' = tanh(a)");
    expect(logarithm.code).toBe(1);
    expect(logarithm.stdout).toMatch(/Wrong: Values are not finite at any of 30 random points: first in a\./);
    const growing = await check('a = relu(linear(x))', "h' = 2 * h + a");
    expect(growing.code).toBe(0);
    expect(growing.stdout).toMatch(/Note: relu in a has no derivative at 0/);
    expect(growing.stdout).toMatch(/Warning: Values of h' (overflow|grow)/);
    expect(growing.stdout).toMatch(/Warning: Gradients explode/);
    const forgetting = await check("h' = tanh(linear(x))");
    expect(forgetting.stdout).toMatch(/Warning: Gradients vanish: nothing reaches 10 steps back\./);
  });

  test.each([
    [['check'], /^A cell is missing/],
    [['check', 'gruu'], /^There is no cell gruu .*Did you mean gru/],
    [['check', 'gru', 'lstm'], /one argument too many/],
    [['check', 'gru', '--units', '0'], /--units/],
    [['cells', 'gru'], /one argument too many/],
  ] as const)('%j is misuse, told in one line', async (args, message) => {
    const { code, stdout, stderr } = await unroll(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
