import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';

// Limits, not expectations: on a busy machine a process may wait long for its turn.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const script = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');

/** What `unroll` is typed as, for a shell. */
export const inShell = [process.execPath, script].map((word) => `'${word}'`).join(' ');

/** What still runs when the tests of a file are over, as after a failure. */
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first line on standard output that fits; rejects when the process ends before. */
  line(fits: (line: string) => boolean): Promise<string>;
}

export interface Setting {
  readonly cwd?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
}

/** Starts the built command line as a process of its own. */
export function start(args: readonly string[], { cwd, node = [] }: Setting = {}): Started {
  return follow(spawn(process.execPath, [...node, script, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs the command line to its end. */
export function unroll(args: readonly string[], setting?: Setting): Promise<Ended> {
  return start(args, setting).ended;
}

/** Runs a line of the shell to its end. */
export function shell(line: string, cwd?: string): Promise<Ended> {
  return follow(spawn('sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })).ended;
}

function follow(child: ChildProcess): Started {
  let [stdout, stderr] = ['', ''];
  const watchers = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
    for (const watch of watchers) watch();
  });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  children.add(child);
  child.once('close', () => children.delete(child));
  return {
    child,
    ended,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = stdout.split('\n').slice(0, -1).find(fits);
          if (found === undefined) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        watch();
        ended.then(() => reject(new Error(`The process ended without such a line.\n${stdout}\n${stderr}`)), reject);
      }),
  };
}

export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** Standard output of `--json`. Throws when a line is no object with a type. */
export function jsonLines({ stdout }: Pick<Ended, 'stdout'>): Line[] {
  if (!stdout.endsWith('\n')) throw new Error(`Standard output does not end with a line: ${stdout}`);
  return stdout.slice(0, -1).split('\n').map(jsonLine);
}

export function jsonLine(line: string): Line {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('type' in value)) throw new Error(`No typed object: ${line}`);
  return value as Line;
}

/** Whether a line of `--json` tells of this step or a later one. */
export const metricsFrom = (step: number) => (line: string) => {
  const value = jsonLine(line);
  return value.type === 'metrics' && Number(value.step) >= step;
};

/** What a run computed: its files without the times that metrics mention. */
export async function numbersOf(run: string): Promise<Record<string, string>> {
  const files = ['metrics.jsonl', 'samples.jsonl', 'checkpoint/last.safetensors', 'checkpoint/best.safetensors'];
  const read = async (file: string) =>
    (await readFile(join(run, file), 'latin1')).replaceAll(/,"(steps|tokens)PerSecond":[\d.e+-]+/g, '');
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await read(file)] as const)));
}

export async function recordOf(run: string) {
  return JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
}
