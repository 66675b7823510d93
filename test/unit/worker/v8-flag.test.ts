import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { askForWide } from '../../../src/worker/v8-flag';
import { temporaryFolder } from '../temporary';

const run = promisify(execFile);
let asker: string;

/** A program that asks as the engine does, in the folder and with the flag's effect of its arguments. */
beforeAll(async () => {
  const programs = await mkdtemp(join(tmpdir(), 'unroll-asker-'));
  asker = join(programs, 'asker.mjs');
  const program = `
    import { askForWide } from './src/worker/v8-flag';
    const [folder, effect] = process.argv.slice(2);
    const setFlag = effect === 'die' ? () => process.abort() : effect === 'real' ? undefined : () => {};
    console.log(JSON.stringify(askForWide(folder, setFlag)));
  `;
  await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../../..') },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: asker, logLevel: 'error' },
  });
  return () => rm(programs, { recursive: true });
});

const ask = async (folder: string, effect: 'die' | 'real' | 'nothing') => {
  const { stdout } = await run(process.execPath, [asker, folder, effect]);
  return JSON.parse(stdout) as ReturnType<typeof askForWide>;
};

const hasFlag = Number(process.versions.v8.split('.')[0]) >= 13;

describe.runIf(hasFlag)("V8's flag for 256-bit instructions", () => {
  test('is never asked for again after a process that died of it, and the reason names the marker', async () => {
    const folder = await temporaryFolder();
    await expect(ask(folder, 'die')).rejects.toMatchObject({ signal: 'SIGABRT' });
    const [marker = ''] = await readdir(folder);
    for (let again = 0; again < 2; again++) {
      const { allowed, why } = (await ask(folder, 'real')) as { allowed: boolean; why?: string };
      expect(allowed).toBe(false);
      expect(why).toContain('the program ended when V8 was last asked');
      expect(why).toContain(join(folder, marker));
    }
  });

  test('is asked for once for each version, and after that by whoever starts', async () => {
    const folder = await temporaryFolder();
    expect(await ask(folder, 'real')).toEqual({ allowed: true });
    const [marker = ''] = await readdir(folder);
    expect(marker).toContain(process.versions.v8);
    expect(await readFile(join(folder, marker), 'utf8')).toBe('survived');
    expect(await ask(folder, 'real')).toEqual({ allowed: true });
  });

  test('is not asked for while another process that lives is asking', async () => {
    const folder = await temporaryFolder();
    await ask(folder, 'nothing');
    const [marker = ''] = await readdir(folder);
    await writeFile(join(folder, marker), `asking ${process.pid}`);
    expect(askForWide(folder, () => expect.unreachable())).toMatchObject({ allowed: false });
  });

  test('is not asked for where no marker can be written', async () => {
    const file = join(await temporaryFolder(), 'a file');
    await writeFile(file, '');
    const permission = askForWide(join(file, 'folder'), () => expect.unreachable());
    expect(permission).toMatchObject({ allowed: false, why: expect.stringContaining('cannot be written') });
  });
});
