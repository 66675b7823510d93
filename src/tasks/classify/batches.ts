import { deriveSeed, type Random, randomFromSeed, shuffled } from '../../base/random';
import { tf } from '../../engine/tensors';
import type { Batch, TrainingWindows, WindowSize } from '../task';
import type { Examples } from './examples';

/** Batches whose examples are sorted by length together: close enough for little padding, far enough for chance. */
const batchesTogether = 16;

/**
 * Batches of examples of similar length. Each epoch takes every example once, in another order; what a step takes depends
 * on the seed and the step alone. The last batch of an epoch is filled up from its beginning.
 */
export function exampleBatches(examples: Examples, { timeSteps, batchSize, seed = 1 }: WindowSize): TrainingWindows {
  const { training } = examples;
  const size = Math.min(batchSize, training.length);
  const perEpoch = Math.ceil(training.length / size);
  const lengthOf = (example: number) => Math.min(timeSteps, examples.sequences.lengthOf(example));
  const mean = training.reduce((sum, example) => sum + lengthOf(example), 0) / training.length;
  let known = { epoch: -1, batches: [] as readonly (readonly number[])[] };
  return {
    batchSize: size,
    tokensPerStep: Math.round(size * mean),
    at(step) {
      const epoch = Math.floor((step - 1) / perEpoch);
      if (epoch !== known.epoch) {
        const random = randomFromSeed(deriveSeed(seed, epoch));
        known = { epoch, batches: byLength(shuffled(training, random), size, lengthOf, random) };
      }
      return batchOf(examples, known.batches[(step - 1) % perEpoch] ?? [], timeSteps);
    },
  };
}

/** @param longest steps after which a sequence is cut */
export function batchOf({ sequences, targets }: Examples, chosen: readonly number[], longest: number): Batch {
  const lengths = chosen.map((example) => Math.min(longest, sequences.lengthOf(example)));
  return {
    input: sequences.tensor(chosen, Math.max(...lengths)),
    targets:
      targets.kind === 'class'
        ? tf.tensor2d(
            Int32Array.from(chosen, (example) => targets.of(example)),
            [chosen.length, 1],
            'int32',
          )
        : tf.tensor3d(
            Float32Array.from(chosen, (example) => targets.of(example)),
            [chosen.length, 1, 1],
          ),
    lengths,
    reset: true,
  };
}

function byLength(
  order: readonly number[],
  size: number,
  lengthOf: (example: number) => number,
  random: Random,
): readonly (readonly number[])[] {
  const batches: (readonly number[])[] = [];
  for (let from = 0; from < order.length; from += size * batchesTogether) {
    const some = order.slice(from, from + size * batchesTogether).sort((a, b) => lengthOf(a) - lengthOf(b));
    for (let at = 0; at < some.length; at += size) {
      const batch = some.slice(at, at + size);
      batches.push(batch.length < size ? [...batch, ...order.slice(0, size - batch.length)] : batch);
    }
  }
  return shuffled(batches, random);
}
