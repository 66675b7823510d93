import { beyondEnd } from './attention';
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
  return tf.matMul(poolingWeights(sequence, how, lengths, attention), sequence) as tf.Tensor3D;
}

/** What `pool` multiplies the steps by, [batch, 1, time]: not negative, 1 in all, 0 beyond a sequence's end. */
export function poolingWeights(
  sequence: tf.Tensor3D,
  how: Pooling,
  lengths: readonly number[],
  attention?: tf.Tensor2D,
): tf.Tensor3D {
  const [batch, timeSteps, units] = sequence.shape;
  const shape: [number, number, number] = [batch, 1, timeSteps];
  const byStep = (value: (step: number, length: number) => number) => {
    const values = new Float32Array(batch * timeSteps);
    lengths.forEach((length, row) => {
      for (let step = 0; step < timeSteps; step++) values[row * timeSteps + step] = value(step, length);
    });
    return tf.tensor3d(values, shape);
  };
  if (how === 'last') return byStep((step, length) => (step === length - 1 ? 1 : 0));
  if (how === 'mean') return byStep((step, length) => (step < length ? 1 / length : 0));
  if (!attention) throw new Error('Attention has no vector');
  const scores = tf.matMul(tf.reshape(sequence, [batch * timeSteps, units]) as tf.Tensor2D, attention);
  return tf.softmax(tf.add(tf.reshape(scores, shape), beyondEnd(lengths, timeSteps))) as tf.Tensor3D;
}
