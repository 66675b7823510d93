import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { tf } from '../../engine/tensors';
import { lengthBatches } from '../buckets';
import type { Batch, TrainingWindows, WindowSize } from '../task';
import { boundary, type Pairs } from './pairs';

/** Batches of pairs of similar length. Pairs with a side that is longer than a window are left out: half a translation would teach to stop. */
export function pairBatches(pairs: Pairs, size: WindowSize, name: string): TrainingWindows {
  const { sources, targets, training } = pairs;
  const fitting = training.filter((pair) => fits(pairs, pair, size.timeSteps));
  if (fitting.length === 0) {
    const shortest = training.reduce(
      (least, pair) => Math.min(least, longerSide(pairs, pair)),
      Number.POSITIVE_INFINITY,
    );
    throw new UserError({
      what: `No pair fits into a window of ${size.timeSteps} tokens`,
      where: excerpt(name),
      wayOut: `The shortest one has ${shortest}: use a longer window (--window ${shortest}).`,
    });
  }
  const steps = (pair: number) => sources.lengthOf(pair) + targets.lengthOf(pair);
  const mean = fitting.reduce((sum, pair) => sum + steps(pair), 0) / fitting.length;
  const { batchSize, at } = lengthBatches(fitting, steps, size);
  const left = training.length - fitting.length;
  return {
    batchSize,
    tokensPerStep: Math.round(batchSize * mean),
    ...(left > 0 && {
      warnings: [
        `${left} of ${training.length} pairs are longer than ${size.timeSteps} tokens and left out (--window).`,
      ],
    }),
    at: (step) => batchOf(pairs, at(step)),
  };
}

/** Whether both sides of a pair fit into a window. */
export function fits(pairs: Pairs, pair: number, timeSteps: number): boolean {
  return longerSide(pairs, pair) <= timeSteps;
}

function longerSide({ sources, targets }: Pairs, pair: number): number {
  return Math.max(sources.lengthOf(pair), targets.lengthOf(pair));
}

/** What is read, what is written before each step, and what comes next: the boundary, at the end. */
export function batchOf(
  { sources, targets }: Pairs,
  chosen: readonly number[],
): Batch & { readonly targets: tf.Tensor2D; readonly written: tf.Tensor2D; readonly lengths: readonly number[] } {
  const lengths = chosen.map((pair) => sources.lengthOf(pair));
  const ids = chosen.map((pair) => targets.idsOf(pair));
  const shape: [number, number] = [chosen.length, Math.max(...ids.map(({ length }) => length + 1))];
  const written = new Int32Array(shape[0] * shape[1]);
  const next = new Int32Array(shape[0] * shape[1]).fill(-1);
  ids.forEach((own, row) => {
    written.set([boundary, ...own], row * shape[1]);
    next.set([...own, boundary], row * shape[1]);
  });
  return {
    input: sources.tensor(chosen, Math.max(...lengths)),
    lengths,
    written: tf.tensor2d(written, shape, 'int32'),
    targets: tf.tensor2d(next, shape, 'int32'),
    reset: true,
  };
}
