import type { Operations, Value } from './operations';

const epsilon = 1e-5;

/**
 * Centred over the units, and divided by their deviation (Ba et al. 2016).
 *
 * @param axis that of the units
 */
export function norm(tensors: Operations, of: Value, axis: number): { readonly value: Value; readonly scale: Value } {
  const centred = tensors.subtract(of, tensors.mean(of, [axis]));
  const variance = tensors.mean(tensors.one('Square', [centred]), [axis]);
  const scale = tensors.one('Rsqrt', [tensors.add(variance, tensors.number(epsilon))]);
  return { value: tensors.multiply(centred, scale), scale };
}

/** What `norm` was taken of gets scale · (d − mean(d) − y · mean(d · y)). */
export function normGradient(tensors: Operations, d: Value, y: Value, scale: Value, axis: number): Value {
  const along = tensors.mean(tensors.multiply(d, y), [axis]);
  const rest = tensors.subtract(tensors.subtract(d, tensors.mean(d, [axis])), tensors.multiply(y, along));
  return tensors.multiply(rest, scale);
}
