import { deriveSeed, randomFromSeed } from '../base/random';
import type { Cell } from '../cells/expression';
import { cellParameters } from '../cells/parameters';
import { ClippedAdam } from '../engine/adam';
import { meanSquaredError } from '../engine/losses';
import { tf } from '../engine/tensors';
import { Model } from '../models/model';
import type { ModelSpec } from '../models/parameters';
import type { BenchSizes, StepTimes } from '../protocol/bench';

/**
 * Times whole training steps on random tokens or numbers: of a language model embedding, layers, head with softmax
 * cross-entropy, backward, clipping by global norm at 5, Adam; of another task's usual model the same with what is its own.
 * The state begins at zero in each step.
 *
 * @param seconds to measure, after some steps that are not counted
 * @param now milliseconds
 */
export async function measureSteps(
  cell: Cell,
  sizes: BenchSizes,
  seconds: number,
  now: () => number,
): Promise<StepTimes> {
  const began = now();
  const spec = specOf(cell, sizes);
  const model = Model.initialise(spec, randomFromSeed(1));
  const optimizer = new ClippedAdam(model.parameters);
  const { input, targets, written } = batchOf(sizes);
  const state = model.zeroState(sizes.batch);
  const lengths = sizes.task === undefined ? undefined : Array<number>(sizes.batch).fill(sizes.timeSteps);
  const random = randomFromSeed(2);
  let count = 0;
  const step = async () => {
    const { loss, gradients, next } =
      sizes.task === 'forecast' || sizes.task === 'frames'
        ? model.gradients(({ output }) => meanSquaredError(output, targets), input, state, random)
        : sizes.task === 'speech'
          ? model.gradients((result) => result.ctc(targets as tf.Tensor2D), input, state, random, { lengths })
          : model.crossEntropyGradients(input, targets as tf.Tensor2D, state, random, { lengths, written });
    count += 1;
    await optimizer.apply(count, gradients, { learningRate: 0.002, clipNorm: 5 });
    const [value = Number.NaN] = loss.dataSync();
    tf.dispose([loss, gradients, ...next]);
    return value;
  };
  const firstLoss = await step();
  const firstStep = now() - began;
  let lastLoss = firstLoss;
  // Code that runs often is compiled anew, and how it runs best is found out.
  const end = now() + 300;
  while (now() < end || count < warmUpSteps) await step();
  const times: number[] = [];
  const until = now() + 1000 * seconds;
  while (now() < until || times.length < 3) {
    const start = now();
    lastLoss = await step();
    times.push(now() - start);
  }
  tf.dispose([input, targets, ...(written ? [written] : []), ...state]);
  optimizer.dispose();
  model.dispose();
  times.sort((a, b) => a - b);
  return {
    best: times[0] ?? Number.NaN,
    median: times[Math.floor(times.length / 2)] ?? Number.NaN,
    steps: count,
    firstStep,
    losses: [firstLoss, lastLoss],
    operations: sizes.task === undefined ? operationsOf(cell, sizes) : undefined,
  };
}

function specOf(cell: Cell, sizes: BenchSizes): ModelSpec {
  const { units, layers } = sizes;
  const shared = { cell, units, layers, dropout: 0 };
  if (sizes.task === 'forecast')
    return { ...shared, input: { kind: 'numbers', size: sizes.columns }, outputs: sizes.columns };
  if (sizes.task === 'speech') {
    const input = { kind: 'numbers', size: sizes.columns } as const;
    return { ...shared, input, outputs: sizes.classes, bidirectional: true };
  }
  if (sizes.task === 'frames') {
    const { height, width } = sizes;
    return { ...shared, input: { kind: 'numbers', size: 1 }, outputs: 1, image: { height, width } };
  }
  const { vocabulary, embedding } = sizes;
  const input = { kind: 'tokens', vocabularySize: vocabulary, embeddingSize: embedding } as const;
  if (sizes.task === 'classify') return { ...shared, input, outputs: sizes.classes, pooling: 'attention' };
  if (sizes.task === undefined) return { ...shared, input, outputs: vocabulary };
  const decoder = { vocabularySize: vocabulary, embeddingSize: embedding, attention: 'general' } as const;
  return { ...shared, input, outputs: vocabulary, decoder };
}

function batchOf(sizes: BenchSizes): {
  readonly input: tf.Tensor;
  readonly targets: tf.Tensor;
  readonly written?: tf.Tensor2D;
} {
  const { batch, timeSteps } = sizes;
  const ids = (seed: number, steps: number, below: number) => {
    const random = randomFromSeed(deriveSeed(1, seed));
    const values = Int32Array.from({ length: batch * steps }, () => Math.floor(random.uniform() * below));
    return tf.tensor2d(values, [batch, steps], 'int32');
  };
  if (sizes.task === 'forecast' || sizes.task === 'speech' || sizes.task === 'frames') {
    const size = sizes.task === 'frames' ? sizes.height * sizes.width : sizes.columns;
    const numbers = (seed: number) => {
      const random = randomFromSeed(deriveSeed(1, seed));
      return tf.tensor3d(
        Float32Array.from({ length: batch * timeSteps * size }, () => random.normal()),
        [batch, timeSteps, size],
      );
    };
    if (sizes.task !== 'speech') return { input: numbers(1), targets: numbers(2) };
    return { input: numbers(1), targets: tf.add(ids(2, sizes.labels, sizes.classes - 1), tf.scalar(1, 'int32')) };
  }
  const input = ids(1, timeSteps, sizes.vocabulary);
  if (sizes.task === 'classify') return { input, targets: ids(2, 1, sizes.classes) };
  if (sizes.task === undefined) return { input, targets: ids(2, timeSteps, sizes.vocabulary) };
  return { input, targets: ids(2, sizes.written, sizes.vocabulary), written: ids(3, sizes.written, sizes.vocabulary) };
}

/** What a training does a hundred times over before long. */
const warmUpSteps = 24;

/** Multiplications and additions of the products of a step; the table of embeddings multiplied where that is fewer. */
function operationsOf(
  cell: Cell,
  { vocabulary, batch, timeSteps, embedding, units, layers }: Extract<BenchSizes, { task?: undefined }>,
): number {
  const rows = batch * timeSteps;
  let sum = rows * units * vocabulary;
  for (let layer = 0; layer < layers; layer++) {
    for (const { draw, shape } of cellParameters(cell, layer === 0 ? embedding : units, units)) {
      if (draw.kind !== 'input' && draw.kind !== 'recurrent') continue;
      const times = layer === 0 && draw.kind === 'input' ? Math.min(vocabulary, rows) : rows;
      sum += times * shape.reduce((a, b) => a * b, 1);
    }
  }
  // Forward, backward to what was multiplied, and to the weights; each product is a multiplication and an addition.
  return 3 * 2 * sum;
}
