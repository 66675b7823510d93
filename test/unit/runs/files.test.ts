import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder, readLines, writeWhole } from '../../../src/runs/files';
import { temporaryFolder } from '../temporary';
import { program } from './fixtures';

describe('a file written whole', () => {
  test('holds what was given, replaces what was there, and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'zürich run.json');
    await writeWhole(path, 'old');
    await writeWhole(path, Uint8Array.of(0, 255, 10));
    expect([...(await readFile(path))]).toEqual([0, 255, 10]);
    expect(await readdir(folder)).toEqual(['zürich run.json']);
  });

  test('is the old one, with nothing beside it, when there is no room for the new one, and says what to do', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'last.safetensors');
    await writeFile(path, 'old');
    const script = await program(`
      import { writeWhole } from './src/runs/files';
      writeWhole(process.argv[2] ?? '', 'new'.repeat(1_000_000)).catch((error) => console.log(JSON.stringify(error)));
    `);
    const limited = 'ulimit -f 100 && exec "$0" "$@"';
    const { stdout } = spawnSync('sh', ['-c', limited, process.execPath, script, path], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'UserError',
      what: 'A file of the run reached the greatest size that is allowed here',
      where: path,
      wayOut: expect.stringContaining('--resume'),
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['last.safetensors']);
  });

  test('leaves nothing beside it when its place cannot be taken', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'run.json'));
    await expect(writeWhole(join(folder, 'run.json'), 'new')).rejects.toMatchObject({ name: 'UserError' });
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  test('of many writers at once is that of one of them', async () => {
    const path = join(await temporaryFolder(), 'run.json');
    const texts = Array.from({ length: 20 }, (_, at) => String(at).repeat(5000));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(join(path, '..'))).toEqual(['run.json']);
  });
});

describe('a file of lines', () => {
  test('cut at any byte gives the lines before the cut, and never a part of one', async () => {
    const path = join(await temporaryFolder(), 'metrics.jsonl');
    const lines = [
      { step: 1, loss: 2.5 },
      { step: 2, text: '🙂 é\n{"' },
      { step: 30, loss: -0.125e-7 },
    ];
    const whole = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      // A line that lost its line end alone is whole.
      const complete = whole.subarray(0, length + 1).filter((byte) => byte === 10).length;
      expect(await readLines(path), `${length} bytes`).toEqual(lines.slice(0, complete));
    }
  });

  test('that is not there has no lines', async () => {
    expect(await readLines(join(await temporaryFolder(), 'none.jsonl'))).toEqual([]);
  });
});

describe('a folder to be made', () => {
  test('is made with those above it, also by several at once', async () => {
    const path = join(await temporaryFolder(), '.unroll', 'runs', 'one');
    await Promise.all(Array.from({ length: 5 }, () => makeFolder(path)));
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  test('beneath a file is refused with the way out', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file', 'run'))).rejects.toMatchObject({
      what: 'This path leads through a file, not a folder',
      wayOut: expect.stringContaining('--out'),
    });
  });
});
