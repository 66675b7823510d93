import { runBackwards, runTanhOfSum } from './backend/pointwise-kernels';
import { lookup } from './losses';
import { isFused, tf } from './tensors';

/**
 * Each sequence backwards, within its own length: what is beyond its end stays where it is. [batch, time, units]
 *
 * @param lengths steps of each sequence
 */
export function backwards(sequence: tf.Tensor3D, lengths: readonly number[]): tf.Tensor3D {
  if (isFused()) return runBackwards(sequence, lengths);
  const [batch, timeSteps, units] = sequence.shape;
  const rows = tf.tensor2d(backwardRows(lengths, timeSteps), [batch, timeSteps], 'int32');
  return lookup(tf.reshape(sequence, [batch * timeSteps, units]) as tf.Tensor2D, rows);
}

/** Ids of sequences, each backwards within its own length. [batch, time] */
export function backwardIds(ids: tf.Tensor2D, lengths: readonly number[]): tf.Tensor2D {
  const values = ids.dataSync();
  const rows = backwardRows(lengths, ids.shape[1]);
  return tf.tensor2d(
    rows.map((row) => values[row] ?? 0),
    ids.shape,
    'int32',
  );
}

/** tanh of a sum: [batch, time, units] each. */
export function tanhOfSum(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return isFused() ? runTanhOfSum(a, b) : tf.tanh(tf.add(a, b));
}

/** Of each step of the batch, the row that takes its place. */
function backwardRows(lengths: readonly number[], timeSteps: number): Int32Array {
  return Int32Array.from({ length: lengths.length * timeSteps }, (_, at) => {
    const [row, step] = [Math.floor(at / timeSteps), at % timeSteps];
    const length = lengths[row] ?? 0;
    return row * timeSteps + (step < length ? length - 1 - step : step);
  });
}
