import { runCtc } from './backend/ctc-kernel';
import { isFused, tf } from './tensors';

/** Class that stands for no label. */
export const blank = 0;

/**
 * Connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber 2006): −log of the probability of each row's
 * labels, summed over all paths that give them when what repeats is joined and blanks are dropped, in nats per label. What lies
 * beyond a row's length changes nothing. A row that is too short for its labels has no path, and adds neither loss nor gradient.
 *
 * @param logits [batch, time, classes]; class 0 is the blank
 * @param labels class numbers of each row, none of them the blank; they may be none
 * @param lengths steps of each row
 */
export function ctcLoss(
  logits: tf.Tensor3D,
  labels: readonly (readonly number[])[],
  lengths: readonly number[],
): tf.Scalar {
  const count = labels.reduce((sum, { length }) => sum + length, 0);
  const sum = isFused() ? runCtc(logits, labels, lengths) : sumOfPaths(logits, labels, lengths);
  return tf.div(sum, Math.max(1, count)) as tf.Scalar;
}

/** Steps that labels need at least: one each, and a blank between two that are the same. */
export function fewestSteps(labels: ArrayLike<number>): number {
  let steps = labels.length;
  for (let at = 1; at < labels.length; at++) if (labels[at] === labels[at - 1]) steps += 1;
  return steps;
}

/** Stands for the logarithm of 0, and is finite, so that no gradient becomes NaN. */
const never = -1e30;

/** The same in TF.js's operations. */
function sumOfPaths(
  logits: tf.Tensor3D,
  labels: readonly (readonly number[])[],
  lengths: readonly number[],
): tf.Scalar {
  const [batch, time, classes] = logits.shape;
  const states = 2 * Math.max(0, ...labels.map(({ length }) => length)) + 1;
  const classOf = (row: number, state: number) => (state % 2 === 0 ? blank : (labels[row]?.[(state - 1) / 2] ?? blank));
  const rows = (shape: readonly number[], at: (row: number, ...rest: number[]) => number) => {
    const [, second = 1, third = 1] = shape;
    const values = Float32Array.from({ length: batch * second * third }, (_, index) =>
      at(Math.floor(index / (second * third)), Math.floor(index / third) % second, index % third),
    );
    return tf.tensor(values, [...shape]);
  };
  const chosen = rows([batch, classes, states], (row, own = 0, state = 0) => (classOf(row, state) === own ? 1 : 0));
  const scores = tf.matMul(tf.logSoftmax(logits), chosen as tf.Tensor3D) as tf.Tensor3D;
  const steps = time > 1 ? tf.unstack(scores, 1) : [tf.reshape(scores, [batch, states])];
  const firsts = rows([batch, states], (row, state = 0) =>
    state < Math.min(2, 2 * (labels[row]?.length ?? 0) + 1) ? 0 : never,
  );
  const skips = rows([batch, states], (row, state = 0) =>
    state % 2 === 1 && state > 1 && classOf(row, state) !== classOf(row, state - 2) ? 0 : never,
  );
  const ends = rows([batch, states], (row, state = 0) => {
    const last = 2 * (labels[row]?.length ?? 0);
    return state === last || (state === last - 1 && state >= 0) ? 0 : never;
  });
  const later = (paths: tf.Tensor, by: number) =>
    states > by
      ? tf.concat([tf.fill([batch, by], never), tf.slice(paths, [0, 0], [batch, states - by])], 1)
      : tf.fill([batch, states], never);
  let paths: tf.Tensor = tf.add(firsts, steps[0] ?? 0);
  for (let step = 1; step < time; step++) {
    const ways = [paths, later(paths, 1), tf.add(later(paths, 2), skips)];
    const next = tf.add(tf.logSumExp(tf.stack(ways), 0), steps[step] ?? 0);
    const isThere = rows([batch, states], (row) => (step < (lengths[row] ?? 0) ? 1 : 0));
    paths = tf.where(tf.cast(isThere, 'bool'), next, paths);
  }
  const found = tf.logSumExp(tf.add(paths, ends), 1);
  const isPath = labels.map((own, row) => (fewestSteps(own) <= (lengths[row] ?? 0) ? 1 : 0));
  return tf.neg(tf.sum(tf.mul(found, tf.tensor1d(isPath)))) as tf.Scalar;
}
