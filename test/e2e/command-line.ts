import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../../scripts/toolchain.mjs';
import type { LanguageSample } from '../../src/protocol/run';

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

/** What the command line samples from a run. */
export async function sampledAlone(
  run: string,
  options: Readonly<Record<string, string | number>>,
): Promise<LanguageSample> {
  const lines = (await unroll('sample', run, options)).trimEnd().split('\n');
  return JSON.parse(lines.at(-1) ?? '');
}

async function train(file: string, run: string, options: Readonly<Record<string, string | number>>): Promise<Numbers> {
  await unroll('train', file, { ...options, out: run });
  return numbersOf(run);
}

/** Runs a command on a file or run, and gives what it writes to standard output. */
async function unroll(
  command: string,
  argument: string,
  options: Readonly<Record<string, string | number>>,
): Promise<string> {
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = [join(root, 'dist', 'cli.js'), command, argument, ...named, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors += part;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`The command line ended with ${code}: ${errors}`);
  return output;
}
