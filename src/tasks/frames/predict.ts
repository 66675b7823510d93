import { tf } from '../../engine/tensors';
import type { ModelState } from '../../models/forward';
import type { Model } from '../../models/model';

/** What the output of the network is: numbers, or the logits of probabilities. */
export type FrameLoss = 'squares' | 'cross-entropy';

/** From the head's output to shades. */
export function shadesOf(output: tf.Tensor3D, loss: FrameLoss): tf.Tensor3D {
  return loss === 'cross-entropy' ? tf.sigmoid(output) : output;
}

/**
 * Reads some frames, then each prediction as if it had come: frames ahead of each sequence, from 0 to 1.
 *
 * @param context [sequences, time, size]; disposed of
 * @returns [sequences, steps, size], one after another
 */
export async function predictAhead(
  model: Model,
  context: tf.Tensor3D,
  steps: number,
  loss: FrameLoss,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const [sequences, , size] = context.shape;
  const ahead = new Float32Array(sequences * steps * size);
  let input = context;
  let state: ModelState = model.zeroState(sequences);
  for (let step = 0; step < steps; step++) {
    const [last, ...next] = tf.tidy(() => {
      const forward = model.forward(input, state);
      const ofLast = tf.slice(forward.output, [0, input.shape[1] - 1, 0], [sequences, 1, size]) as tf.Tensor3D;
      // A shade beyond black or white is none, and read again would lead further away.
      return [tf.clipByValue(shadesOf(ofLast, loss), 0, 1), ...forward.state];
    });
    tf.dispose([input, ...state]);
    input = last as tf.Tensor3D;
    state = next as tf.Tensor2D[];
    const values = await input.data();
    for (let sequence = 0; sequence < sequences; sequence++) {
      const own = values.subarray(sequence * size, (sequence + 1) * size);
      ahead.set(own as Float32Array, (sequence * steps + step) * size);
    }
    await breathe();
  }
  tf.dispose([input, ...state]);
  return ahead;
}
