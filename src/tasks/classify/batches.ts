import { tf } from '../../engine/tensors';
import { lengthBatches } from '../buckets';
import type { Batch, TrainingWindows, WindowSize } from '../task';
import type { Examples } from './examples';

/** Batches of examples of similar length. */
export function exampleBatches(examples: Examples, size: WindowSize): TrainingWindows {
  const { training } = examples;
  const lengthOf = (example: number) => Math.min(size.timeSteps, examples.sequences.lengthOf(example));
  const mean = training.reduce((sum, example) => sum + lengthOf(example), 0) / training.length;
  const { batchSize, at } = lengthBatches(training, lengthOf, size);
  return {
    batchSize,
    tokensPerStep: Math.round(batchSize * mean),
    at: (step) => batchOf(examples, at(step), size.timeSteps),
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
