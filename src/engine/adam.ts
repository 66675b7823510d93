import type { tf } from './tensors';

/** The moments of one parameter. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** Euclidean norm of all gradients together, summed in double precision. Not finite if any gradient is not. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let squares = 0;
  for (const gradient of gradients) for (const value of gradient) squares += value * value;
  return Math.sqrt(squares);
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1) over one parameter in place of its values and moments.
 *
 * @param step counted from 1
 * @param scale factor on the gradient: what clipping by global norm leaves of it
 */
export function adamStep(
  values: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  { step, learningRate, scale }: { readonly step: number; readonly learningRate: number; readonly scale: number },
): void {
  const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  const stableEpsilon = epsilon * Math.sqrt(1 - beta2 ** step);
  for (let index = 0; index < values.length; index++) {
    const slope = (gradient[index] as number) * scale;
    const mean = beta1 * (first[index] as number) + (1 - beta1) * slope;
    const square = beta2 * (second[index] as number) + (1 - beta2) * slope * slope;
    first[index] = mean;
    second[index] = square;
    values[index] = (values[index] as number) - (rate * mean) / (Math.sqrt(square) + stableEpsilon);
  }
}

/** The values of a tensor as an array of its own. */
export async function toArray(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}
