import { deriveSeed, randomFromSeed } from '../base/random';
import type { Cell } from '../cells/expression';
import { cellParameters } from '../cells/parameters';
import { ClippedAdam } from '../engine/adam';
import { tf } from '../engine/tensors';
import { Model } from '../models/model';
import type { ModelSpec } from '../models/parameters';
import type { BenchSizes, StepTimes } from '../protocol/bench';

/**
 * Times whole training steps of a language model on random tokens: embedding, layers, head with softmax cross-entropy,
 * backward, clipping by global norm at 5, Adam. The state begins at zero in each step.
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
  const { vocabulary, batch, timeSteps, embedding, units, layers } = sizes;
  const spec: ModelSpec = {
    ...{ cell, units, layers, dropout: 0, outputs: vocabulary },
    input: { kind: 'tokens', vocabularySize: vocabulary, embeddingSize: embedding },
  };
  const began = now();
  const model = Model.initialise(spec, randomFromSeed(1));
  const optimizer = new ClippedAdam(model.parameters);
  const ids = (seed: number) => {
    const random = randomFromSeed(deriveSeed(1, seed));
    const values = Int32Array.from({ length: batch * timeSteps }, () => Math.floor(random.uniform() * vocabulary));
    return tf.tensor2d(values, [batch, timeSteps], 'int32');
  };
  const [input, targets] = [ids(1), ids(2)];
  const state = model.zeroState(batch);
  const random = randomFromSeed(2);
  let count = 0;
  const step = async () => {
    const { loss, gradients, next } = model.crossEntropyGradients(input, targets, state, random);
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
  tf.dispose([input, targets, ...state]);
  optimizer.dispose();
  model.dispose();
  times.sort((a, b) => a - b);
  return {
    best: times[0] ?? Number.NaN,
    median: times[Math.floor(times.length / 2)] ?? Number.NaN,
    steps: count,
    firstStep,
    losses: [firstLoss, lastLoss],
    operations: operationsOf(cell, sizes),
  };
}

/** What a training does a hundred times over before long. */
const warmUpSteps = 24;

/** Multiplications and additions of the products of a step; the table of embeddings multiplied where that is fewer. */
function operationsOf(cell: Cell, { vocabulary, batch, timeSteps, embedding, units, layers }: BenchSizes): number {
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
