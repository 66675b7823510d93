import type { Operations, Value } from './operations';

const epsilon = 1e-5;

/** Centred over the units, which are the first axis, and divided by their deviation (Ba et al. 2016). */
export function norm(tensors: Operations, of: Value): { readonly value: Value; readonly scale: Value } {
  const centred = tensors.subtract(of, tensors.mean(of, [0]));
  const variance = tensors.mean(tensors.one('Square', [centred]), [0]);
  const scale = tensors.one('Rsqrt', [tensors.add(variance, tensors.number(epsilon))]);
  return { value: tensors.multiply(centred, scale), scale };
}

/** What `norm` was taken of gets scale · (d − mean(d) − y · mean(d · y)). */
export function normGradient(tensors: Operations, d: Value, y: Value, scale: Value): Value {
  const along = tensors.mean(tensors.multiply(d, y), [0]);
  const rest = tensors.subtract(tensors.subtract(d, tensors.mean(d, [0])), tensors.multiply(y, along));
  return tensors.multiply(rest, scale);
}
