import { attend, weighedSum } from './attention';
import { tf } from './tensors';

/** How a sequence becomes one vector: its last state, their mean, or a mean with learned weights. */
export type Pooling = 'last' | 'mean' | 'attention';

/**
 * One vector for each sequence of a batch: [batch, time, units] → [batch, 1, units]. What lies beyond a sequence's end
 * changes nothing, neither the result nor any gradient.
 *
 * Attention weighs each step by a softmax of its product with a learned vector (Raffel and Ellis 2016, Feed-forward networks
 * with attention can solve some long-term memory problems; without their layer between).
 *
 * @param lengths steps of each sequence, at least 1
 * @param attention [units, 1]
 */
export function pool(
  sequence: tf.Tensor3D,
  how: Pooling,
  lengths: readonly number[],
  attention?: tf.Tensor2D,
): tf.Tensor3D {
  const [batch, timeSteps, units] = sequence.shape;
  if (how === 'attention') {
    if (!attention) throw new Error('Attention has no vector');
    const query = tf.tile(tf.reshape(attention, [1, 1, units]), [batch, 1, 1]) as tf.Tensor3D;
    return attend(query, sequence, lengths, 'dot', {}).context;
  }
  const weights = new Float32Array(batch * timeSteps);
  lengths.forEach((length, row) => {
    const [from, share] = how === 'last' ? [length - 1, 1] : [0, 1 / length];
    weights.fill(share, row * timeSteps + from, row * timeSteps + length);
  });
  return weighedSum(sequence, weights, lengths);
}
