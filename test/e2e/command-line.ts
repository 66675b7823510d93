import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../../scripts/toolchain.mjs';
import { numbersOf } from './run-folder';

type Numbers = Awaited<ReturnType<typeof numbersOf>>;

/**
 * What a training from the command line computes on a file of the checkout, with these options, while the tests of
 * the file go on. Call it at the top of the file and the result within a test.
 */
export function trainedAlone(file: string, options: Readonly<Record<string, string | number>>): () => Promise<Numbers> {
  let folder = '';
  let ended: Promise<Numbers> | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unroll-alone-'));
    ended = train(join(root, file), join(folder, 'run'), options);
    ended.catch(() => undefined);
  });
  afterAll(async () => {
    await ended?.catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });
  return () => ended ?? Promise.reject(new Error('The training has not begun.'));
}

async function train(file: string, run: string, options: Readonly<Record<string, string | number>>): Promise<Numbers> {
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = [join(root, 'dist', 'cli.js'), 'train', file, ...named, '--out', run, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors += part;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`The command line ended with ${code}: ${errors}`);
  return numbersOf(run);
}
