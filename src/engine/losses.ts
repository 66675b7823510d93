import { tf } from './tensors';

/**
 * Rows of an embedding table: [entries, size] at ids [batch, time] → [batch, time, size]. The gradient scatters into
 * the table in one pass; TF.js's own gradient of `gather` walks the whole input once for every entry.
 */
export function lookup(table: tf.Tensor2D, ids: tf.Tensor2D): tf.Tensor3D {
  const gathered = tf.customGrad((...inputs) => {
    const save = inputs[1] as unknown as tf.GradSaveFunc;
    const rows = tf.gather(inputs[0] as tf.Tensor2D, tf.reshape(ids, [-1]));
    // The ids may be gone by then where they were made within the forward pass.
    save([tf.reshape(ids, [-1, 1])]);
    const gradFunc = (upstream: tf.Tensor, [places]: tf.Tensor[]) => [
      tf.scatterND(places as tf.Tensor, upstream as tf.Tensor2D, table.shape),
    ];
    return { value: rows, gradFunc };
  })(table);
  return tf.reshape(gathered, [...ids.shape, table.shape[1]]) as tf.Tensor3D;
}

/**
 * Mean cross-entropy of a softmax, in nats per token.
 *
 * @param logits [rows, classes]
 * @param targets class numbers, [rows]; a negative one does not count
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Scalar {
  // Of a negative one all are zeros.
  const chosen = tf.mul(tf.oneHot(targets, logits.shape[1]), tf.logSoftmax(logits));
  const counted = tf.sum(tf.cast(tf.greaterEqual(targets, 0), 'float32'));
  return tf.neg(tf.div(tf.sum(chosen), counted)) as tf.Scalar;
}

/** Mean of squared differences over all elements. */
export function meanSquaredError(predicted: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.mean(tf.squaredDifference(predicted, targets)) as tf.Scalar;
}

/**
 * Mean cross-entropy of independent yes-or-no answers, in nats each, in a form that overflows nowhere:
 * max(l, 0) − l · t + log(1 + e^−|l|). The gradient by the targets is none.
 *
 * @param logits of any shape
 * @param targets of the same shape, from 0 to 1
 */
export function binaryCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  const wanted = targets.dataSync();
  return tf.customGrad((given) => {
    const values = (given as tf.Tensor).dataSync();
    const count = values.length;
    const slopes = new Float32Array(count);
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const logit = values[index] as number;
      const target = wanted[index] as number;
      const small = Math.exp(-Math.abs(logit));
      sum += Math.max(logit, 0) - logit * target + Math.log1p(small);
      slopes[index] = ((logit >= 0 ? 1 : small) / (1 + small) - target) / count;
    }
    const gradFunc = (upstream: tf.Tensor) => tf.mul(tf.tensor(slopes, logits.shape), upstream);
    return { value: tf.scalar(sum / count), gradFunc };
  })(logits) as tf.Scalar;
}

/** Mean of absolute differences over all elements. */
export function meanAbsoluteError(predicted: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(predicted, targets))) as tf.Scalar;
}

/**
 * Mean pinball loss over all elements and levels (Koenker and Bassett 1978).
 *
 * @param predicted quantiles [batch, time, outputs * levels], those of an output side by side
 * @param targets [batch, time, outputs]
 */
export function pinballLoss(predicted: tf.Tensor, targets: tf.Tensor, levels: readonly number[]): tf.Scalar {
  const split = tf.reshape(predicted, [-1, levels.length]);
  const error = tf.sub(tf.reshape(targets, [-1, 1]), split);
  return tf.mean(tf.add(tf.mul(error, tf.tensor1d([...levels])), tf.relu(tf.neg(error)))) as tf.Scalar;
}
