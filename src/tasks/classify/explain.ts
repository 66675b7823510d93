import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';

/**
 * The model's outputs for one sequence, and for the same without each of its steps: the step is replaced by what stands for
 * the unknown, so that all others stay where they are (erasure; Li, Monroe and Jurafsky 2016, Understanding neural networks
 * through representation erasure).
 *
 * @param sequence ids, or scaled numbers
 * @returns [whole, without step 0, without step 1, …], each [outputs]
 */
export async function outputsWithout(model: Model, sequence: readonly number[]): Promise<number[][]> {
  const rows = [sequence, ...sequence.map((_, gone) => sequence.map((value, step) => (step === gone ? 0 : value)))];
  const { outputs } = model.spec;
  const output = tf.tidy(() => {
    const flat = rows.flat();
    const input =
      model.spec.input.kind === 'tokens'
        ? tf.tensor2d(flat, [rows.length, sequence.length], 'int32')
        : tf.tensor3d(flat, [rows.length, sequence.length, 1]);
    return model.forward(input, model.zeroState(rows.length)).output;
  });
  const values = await output.data();
  output.dispose();
  return rows.map((_, row) => Array.from(values.subarray(row * outputs, (row + 1) * outputs)));
}
