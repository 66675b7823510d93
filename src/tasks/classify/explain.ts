import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';

/** What the network reads at once: an id, or the scaled numbers of all channels. */
export type Step = readonly number[];

/** Sequences of one length: ids [batch, time], or numbers [batch, time, channels]. */
export function stepsTensor(kind: 'tokens' | 'numbers', sequences: readonly (readonly Step[])[]): tf.Tensor {
  const [first = []] = sequences;
  const values = sequences.flat(2);
  return kind === 'tokens'
    ? tf.tensor2d(values, [sequences.length, first.length], 'int32')
    : tf.tensor3d(values, [sequences.length, first.length, first[0]?.length ?? 1]);
}

/**
 * The model's outputs for one sequence, and for the same without each of its steps: the step is replaced by what stands for
 * the unknown, so that all others stay where they are (erasure; Li, Monroe and Jurafsky 2016, Understanding neural networks
 * through representation erasure).
 *
 * @returns [whole, without step 0, without step 1, …], each [outputs]
 */
export async function outputsWithout(model: Model, sequence: readonly Step[]): Promise<number[][]> {
  const without = (gone: number) => sequence.map((step, at) => (at === gone ? step.map(() => 0) : step));
  const rows = [sequence, ...sequence.map((_, gone) => without(gone))];
  const { outputs, input } = model.spec;
  const output = tf.tidy(() => model.forward(stepsTensor(input.kind, rows), model.zeroState(rows.length)).output);
  const values = await output.data();
  output.dispose();
  return rows.map((_, row) => Array.from(values.subarray(row * outputs, (row + 1) * outputs)));
}
