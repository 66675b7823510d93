import { runHead, runHeadCrossEntropy } from './backend/head-kernel';
import { softmaxCrossEntropy } from './losses';
import { isFused, tf } from './tensors';

/** A linear map of each step: [batch, time, units] · W [units, outputs] + b → [batch, time, outputs]. */
export function linearHead(sequence: tf.Tensor3D, weights: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor3D {
  if (isFused()) return runHead(sequence, weights, bias);
  const [batch, timeSteps, units] = sequence.shape;
  const rows = tf.reshape(sequence, [batch * timeSteps, units]) as tf.Tensor2D;
  return tf.reshape(tf.add(tf.matMul(rows, weights), bias), [batch, timeSteps, weights.shape[1]]) as tf.Tensor3D;
}

/**
 * Mean softmax cross-entropy of the same map, in nats per token.
 *
 * @param targets class numbers, [batch, time]; a negative one does not count
 */
export function headCrossEntropy(
  sequence: tf.Tensor3D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor2D,
): tf.Scalar {
  if (isFused()) return runHeadCrossEntropy(sequence, weights, bias, targets);
  const logits = tf.reshape(linearHead(sequence, weights, bias), [-1, weights.shape[1]]) as tf.Tensor2D;
  return softmaxCrossEntropy(logits, tf.reshape(targets, [-1]) as tf.Tensor1D);
}
