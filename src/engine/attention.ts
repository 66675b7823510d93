import { runAttend } from './backend/attention-kernel';
import { linearHead } from './head';
import { isFused, tf } from './tensors';

/** How well a query and a step of the memory suit each other. */
export type AttentionScore = 'dot' | 'general' | 'additive';

/** What an attention learns, by name; which of them there are depends on its score. */
export interface AttentionWeights {
  /** Of a query: [units, units]. For `general` and `additive`. */
  readonly query?: tf.Tensor2D;
  /** Of the memory: [units, units]. For `additive`. */
  readonly memory?: tf.Tensor2D;
  /** [units, 1]. For `additive`. */
  readonly score?: tf.Tensor2D;
}

export interface Attended {
  /** Mean of the memory's steps, weighed: [batch, queries, units]. */
  readonly context: tf.Tensor3D;
  /** Not negative, 1 in all for each query, 0 beyond a memory's end: [batch, queries, time]. */
  readonly weights: tf.Tensor3D;
}

/**
 * For each query the part of a memory that suits it: scores q·m (dot), q·W·m (general; both Luong, Pham and Manning 2015,
 * Effective approaches to attention-based neural machine translation) or v·tanh(W q + U m) (additive; Bahdanau, Cho and Bengio
 * 2015, Neural machine translation by jointly learning to align and translate), made weights by a softmax. What lies beyond a
 * memory's end changes nothing, neither the result nor any gradient.
 *
 * @param queries [batch, queries, units]
 * @param memory [batch, time, units]
 * @param lengths steps of each memory, at least 1
 */
export function attend(
  queries: tf.Tensor3D,
  memory: tf.Tensor3D,
  lengths: readonly number[],
  how: AttentionScore,
  { query, memory: ofMemory, score }: AttentionWeights,
): Attended {
  const asked = query ? linearHead(queries, query, noBias(query)) : queries;
  if (how === 'additive') {
    if (!ofMemory || !score) throw new Error('Additive attention lacks a weight');
    const keys = linearHead(memory, ofMemory, noBias(ofMemory));
    return isFused()
      ? runAttend({ queries: asked, memory, keys, score }, { how, lengths })
      : weighed(additiveScores(asked, keys, score), memory, lengths);
  }
  return isFused()
    ? runAttend({ queries: asked, memory }, { how: 'dot', lengths })
    : weighed(tf.matMul(asked, memory, false, true), memory, lengths);
}

/**
 * The sum of a memory's steps with given weights: [batch, time, units] → [batch, 1, units].
 *
 * @param weights [batch, time], 0 beyond a memory's end
 */
export function weighedSum(memory: tf.Tensor3D, weights: Float32Array, lengths: readonly number[]): tf.Tensor3D {
  const [batch, timeSteps, units] = memory.shape;
  if (!isFused()) return tf.matMul(tf.tensor3d(weights, [batch, 1, timeSteps]), memory) as tf.Tensor3D;
  const queries = tf.zeros([batch, 1, units]);
  return runAttend({ queries, memory }, { how: 'given', lengths, given: weights }).context;
}

/** [batch, queries, time] */
function additiveScores(queries: tf.Tensor3D, keys: tf.Tensor3D, score: tf.Tensor2D): tf.Tensor {
  const [batch, count, units] = queries.shape;
  const timeSteps = keys.shape[1];
  const pairs = tf.tanh(
    tf.add(tf.reshape(queries, [batch, count, 1, units]), tf.reshape(keys, [batch, 1, timeSteps, units])),
  );
  return tf.reshape(tf.matMul(tf.reshape(pairs, [-1, units]) as tf.Tensor2D, score), [batch, count, timeSteps]);
}

function weighed(scores: tf.Tensor, memory: tf.Tensor3D, lengths: readonly number[]): Attended {
  const weights = tf.softmax(tf.add(scores, beyondEnd(lengths, memory.shape[1]))) as tf.Tensor3D;
  return { context: tf.matMul(weights, memory) as tf.Tensor3D, weights };
}

/** Added to scores: 0, and beyond an end far below any score, and finite, so that its exponential is exactly 0. [batch, 1, time] */
function beyondEnd(lengths: readonly number[], timeSteps: number): tf.Tensor3D {
  const values = new Float32Array(lengths.length * timeSteps);
  lengths.forEach((length, row) => {
    values.fill(-1e9, row * timeSteps + length, (row + 1) * timeSteps);
  });
  return tf.tensor3d(values, [lengths.length, 1, timeSteps]);
}

const noBias = (weights: tf.Tensor2D) => tf.zeros([weights.shape[1]]) as tf.Tensor1D;
