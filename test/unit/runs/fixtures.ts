import { join } from 'node:path';
import { build } from 'esbuild';
import type { Checkpoint, NamedArrays } from '../../../src/protocol/checkpoint';
import type { Probe, Sample } from '../../../src/protocol/run';
import { temporaryFolder } from '../temporary';

/** A checkpoint whose every number tells its step. */
export function checkpoint(step: number): Checkpoint {
  const arrays = (part: number): NamedArrays =>
    new Map([
      ['layers.0.i.W', { shape: [2, 3], values: Float32Array.from({ length: 6 }, (_, at) => step + part / 8 + at) }],
      ['head.b', { shape: [1], values: Float32Array.of(-step - part / 8) }],
    ]);
  return {
    weights: arrays(0),
    firstMoments: arrays(1),
    secondMoments: arrays(2),
    state: new Map([['layers.0.h', { shape: [1, 2], values: Float32Array.of(step, step + 0.5) }]]),
    position: { step, random: [1, -2, step, 4], loss: 1 / (step + 1), pendingLoss: 0.25, pendingSteps: 1 },
  };
}

export const sample = (step: number): Sample => ({
  task: 'language',
  step,
  prompt: 'Zürich ',
  text: '🙂 «naïve»\u2028\n',
  temperature: 0.8,
  topK: 0,
  seed: 7,
});

export const probe = (step: number): Probe => ({
  step,
  input: ['a', '\n'],
  traces: [
    {
      layer: 0,
      direction: 'forward',
      name: 'i',
      role: 'gate',
      range: [0, 1],
      timeSteps: 2,
      units: 2,
      values: Float32Array.of(0, 1, 0.5, 0),
    },
    {
      layer: 1,
      direction: 'backward',
      name: 'c',
      role: 'state',
      range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      timeSteps: 2,
      units: 1,
      values: Float32Array.of(-3, step),
    },
  ],
});

/** Bundles a program that may import from `src/`, for a process of its own. Gives its path. */
export async function program(contents: string): Promise<string> {
  const outfile = join(await temporaryFolder(), 'program.cjs');
  const root = join(import.meta.dirname, '../../..');
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
