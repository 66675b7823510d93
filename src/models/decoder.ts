import { attend } from '../engine/attention';
import { linearHead } from '../engine/head';
import { pool } from '../engine/pooling';
import { tanhOfSum } from '../engine/rows';
import { tf } from '../engine/tensors';
import type { Decoded, Memory, ModelState } from './forward';
import { type ModelSpec, stateNames } from './parameters';

/** A model's weights by their names. */
export interface Weights {
  matrix(name: string): tf.Tensor2D;
  vector(name: string): tf.Tensor1D;
}

/** A decoder's state before it writes: tanh of a linear map of what the memory says on average (Sennrich et al. 2017). */
export function firstStateOf(spec: ModelSpec, { matrix, vector }: Weights, { sequence, lengths }: Memory): ModelState {
  const mean = pool(sequence, 'mean', lengths);
  return stateNames(spec).map((name) => {
    const mapped = linearHead(mean, matrix(`bridge.${name}.W`), vector(`bridge.${name}.b`));
    return tf.reshape(tanhOfSum(mapped, tf.zerosLike(mapped)), [-1, spec.units]) as tf.Tensor2D;
  });
}

/**
 * What the head of a decoder reads: of each step its output and what it attends to, as one vector (Luong, Pham and Manning
 * 2015).
 *
 * @param written the layers' output, [batch, time, units]
 */
export function attending(
  { decoder, units }: ModelSpec,
  { matrix, vector }: Weights,
  written: tf.Tensor3D,
  memory: Memory,
): Pick<Decoded, 'hidden' | 'attention'> {
  if (!decoder) throw new Error('The model has no decoder');
  const { context, weights } = attend(written, memory.sequence, memory.lengths, decoder.attention, {
    ...(decoder.attention !== 'dot' && { query: matrix('attention.query') }),
    ...(decoder.attention === 'additive' && {
      memory: matrix('attention.memory'),
      score: matrix('attention.score'),
    }),
  });
  const ofContext = linearHead(context, matrix('combine.W'), vector('combine.b'));
  const ofState = linearHead(written, matrix('combine.U'), tf.zeros([units]));
  return { hidden: tanhOfSum(ofContext, ofState), attention: weights };
}
