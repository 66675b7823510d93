import { deriveSeed, type Random, randomFromSeed, shuffled } from '../base/random';
import type { WindowSize } from './task';

/** Batches whose examples are sorted by length together: close enough for little padding, far enough for chance. */
const batchesTogether = 16;

/** Batches of whole examples of a training part. */
export interface ExampleBatches {
  readonly batchSize: number;
  /** The examples of a step, counted from 1. */
  at(step: number): readonly number[];
}

/**
 * Batches of examples of similar length. Each epoch takes every example once, in another order; what a step takes depends
 * on the seed and the step alone. The last batch of an epoch is filled up from its beginning.
 */
export function lengthBatches(
  examples: ArrayLike<number>,
  lengthOf: (example: number) => number,
  { batchSize, seed = 1 }: Pick<WindowSize, 'batchSize' | 'seed'>,
): ExampleBatches {
  const size = Math.min(batchSize, examples.length);
  const perEpoch = Math.ceil(examples.length / size);
  let known = { epoch: -1, batches: [] as readonly (readonly number[])[] };
  return {
    batchSize: size,
    at(step) {
      const epoch = Math.floor((step - 1) / perEpoch);
      if (epoch !== known.epoch) {
        const random = randomFromSeed(deriveSeed(seed, epoch));
        known = { epoch, batches: byLength(shuffled(examples, random), size, lengthOf, random) };
      }
      return known.batches[(step - 1) % perEpoch] ?? [];
    },
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
