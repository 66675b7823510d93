import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Random, randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { tf } from '../../../src/engine/tensors';
import type { headActivation } from '../../../src/interchange/layers/encoding';
import { embeddingOf, isBidirectional, placed, unitsOf } from '../../../src/interchange/layers/place';
import type { ReadModel } from '../../../src/interchange/layers/read';
import { type LayersFiles, writeLayers } from '../../../src/interchange/layers/write';
import { Model } from '../../../src/models/model';
import { type ModelSpec, type NamedArray, parameterList, sizeOf } from '../../../src/models/parameters';
import type { NamedArrays } from '../../../src/protocol/checkpoint';
import type { Encoding } from '../../../src/tasks';
import type { StockInput } from './stock';

/** Encodings as far as they decide what a head says. */
export const encodings = {
  tokens: { task: 'language', vocabulary: ['a', 'b'] },
  numbers: { task: 'forecast' },
  classes: { task: 'classify', input: { kind: 'tokens' }, target: { kind: 'class', classes: ['yes', 'no'] } },
  scores: { task: 'classify', input: { kind: 'numbers' }, target: { kind: 'score' } },
  shades: { task: 'frames', loss: 'cross-entropy' },
} as unknown as Readonly<Record<string, Encoding>>;

/** Biases too, which would else begin as zeros; matrices as large as keeps rectified units from growing over the steps. */
export function randomWeights(spec: ModelSpec, random: Random): Map<string, NamedArray> {
  return new Map(
    parameterList(spec).map(({ name, shape }): [string, NamedArray] => {
      const scale = shape.length > 1 ? 0.7 / Math.sqrt(shape[0] ?? 1) : 0.5;
      return [name, { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal()) }];
    }),
  );
}

/** Two sequences that a model can read. */
export function inputOf({ input }: Pick<ModelSpec, 'input'>, timeSteps: number, seed = 1): StockInput {
  const random = randomFromSeed(seed);
  const tokens = input.kind === 'tokens' ? input.vocabularySize : undefined;
  const shape = tokens === undefined && input.kind === 'numbers' ? [2, timeSteps, input.size] : [2, timeSteps];
  const values = Array.from({ length: sizeOf(shape) }, () =>
    tokens === undefined ? random.normal() : Math.floor(random.uniform() * tokens),
  );
  return { shape, values, dtype: tokens === undefined ? 'float32' : 'int32' };
}

/** What a model of ours says, with what the head makes of it. */
export function outputOf(
  spec: ModelSpec,
  weights: NamedArrays,
  { values, shape, dtype }: StockInput,
  activation: ReturnType<typeof headActivation>,
): Float32Array {
  const model = Model.fromArrays(spec, weights);
  try {
    return tf.tidy(() => {
      const { output } = model.forward(tf.tensor([...values], [...shape], dtype), model.zeroState(2));
      const said = { linear: () => output, sigmoid: () => tf.sigmoid(output), softmax: () => tf.softmax(output) };
      return said[activation]().dataSync().slice() as Float32Array;
    });
  } finally {
    model.dispose();
  }
}

export function written(spec: ModelSpec, weights: NamedArrays, encoding: Encoding): LayersFiles {
  return writeLayers(spec, weights, encoding, '0.0.0');
}

export async function save(folder: string, { json, weights }: LayersFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(join(folder, 'weights.bin'), weights);
}

/** The model of ours that computes what was read. */
export function ours(read: ReadModel): { readonly spec: ModelSpec; readonly weights: Map<string, NamedArray> } {
  const { input } = read;
  const spec: ModelSpec = {
    cell: builtinCell(read.cell),
    units: unitsOf(read),
    layers: read.layers.length,
    dropout: 0,
    input:
      input.kind === 'tokens'
        ? { kind: 'tokens', vocabularySize: input.table.shape[0] ?? 0, embeddingSize: embeddingOf(read) }
        : input,
    outputs: read.head.bias.length,
    bidirectional: isBidirectional(read),
    ...(read.pooling && { pooling: read.pooling }),
  };
  return { spec, weights: placed(read, spec) };
}

export function furthest(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Array.from(found).reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? 0))), 0);
}
