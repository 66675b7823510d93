import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetricsPoint, RunRecord } from '../../src/protocol/run';

export interface FoundRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/** The runs that lie in the folder of work, oldest first, as their files say. */
export async function runsIn(root: string): Promise<readonly FoundRun[]> {
  const runs = join(root, '.unroll', 'runs');
  const names = await readdir(runs).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(runs, name, 'run.json'), 'utf8').catch(() => undefined);
      return text === undefined ? [] : [{ folder: join(runs, name), record: JSON.parse(text) as RunRecord }];
    }),
  );
  return found.flat().sort((one, other) => one.record.createdAt.localeCompare(other.record.createdAt));
}

/** The newest run. */
export async function newestRun(root: string): Promise<FoundRun> {
  const run = (await runsIn(root)).at(-1);
  if (!run) throw new Error(`There is no run in ${root}.`);
  return run;
}

/** The steps that have a line in `metrics.jsonl`. */
export async function stepsIn(folder: string): Promise<readonly number[]> {
  const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as MetricsPoint).step);
}

/** The step of the last checkpoint, as the header of its safetensors file says. */
export async function checkpointStepOf(folder: string): Promise<number> {
  const file = await readFile(join(folder, 'checkpoint', 'last.safetensors'));
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString());
  return JSON.parse(header.__metadata__.position).step;
}

/** What a training computed, without how fast that was: weights byte for byte, and every loss. */
export async function numbersOf(folder: string) {
  const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  return {
    best: (await readFile(join(folder, 'checkpoint', 'best.safetensors'))).toString('base64'),
    metrics: lines.map((line) => {
      const { step, loss, validationLoss, gradientNorm } = JSON.parse(line) as MetricsPoint;
      return { step, loss, validationLoss, gradientNorm };
    }),
  };
}
