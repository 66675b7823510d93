import { grouped } from '../../base/grouped';
import type { Parameter } from '../../cells/parameters';
import type { Buffer } from '../plan/commands';
import type { Backflow } from './layer-backward';
import type { LayerValues } from './layer-forward';
import type { LayerRead } from './layer-read';
import { type LayerWeights, sizeOf } from './layer-weights';
import type { Lowered } from './lower';
import type { Operations, Value } from './operations';

/**
 * The gradients of a layer's weights: of each argument one product over all steps and rows.
 *
 * @returns all of them, and the gradient of a table that was multiplied: [entries, inputs]
 */
export function weightGradients(
  tensors: Operations,
  { plan }: Lowered,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  values: LayerValues,
  { series, vectors }: Backflow,
  read: LayerRead,
  wantsInput: boolean,
): { readonly flat: Value; readonly table: Value | undefined } {
  const found = new Map(vectors);
  let table: Value | undefined;
  const biasOf = new Map(plan.gradients.biases.map(({ d, bias }) => [d, bias]));
  const sumOf = (buffers: readonly Buffer[]) => {
    if (!buffers.some((d) => biasOf.has(d))) return;
    tensors.split(tensors.sum(series.joined(buffers), [1]), buffers.length, 0).forEach((part, index) => {
      const d = buffers[index] as Buffer;
      const bias = biasOf.get(d);
      if (bias !== undefined) found.set(bias, part);
      biasOf.delete(d);
    });
  };
  for (const [a, parts] of grouped(plan.gradients.weights, (one) => one.a)) {
    const names = parts.map(({ weight }) => weight);
    const buffers = parts.map(({ d }) => d);
    const gradients = series.joined(buffers);
    let product: Value;
    if (a === 'input') {
      const back = read.backwards(gradients, 'columns', weights.beside(names), wantsInput);
      product = back.matrix;
      table = back.table;
    } else product = tensors.matMul(values.wholeOf(a), gradients, { transposeB: true });
    tensors.split(product, parts.length, 1).forEach((part, index) => {
      found.set(names[index] as string, part);
    });
    sumOf(buffers);
  }
  for (const d of [...biasOf.keys()]) sumOf([d]);
  return { flat: flattened(tensors, parameters, found), table };
}

/** Gradients by name, one after another as `parameters` lists them; of what has none 0. */
export function flattened(
  tensors: Operations,
  parameters: readonly Parameter[],
  found: ReadonlyMap<string, Value>,
): Value {
  const pieces = parameters.map(({ name, shape, trained }) => {
    const value = trained ? found.get(name) : undefined;
    const size = sizeOf(shape);
    return value ? tensors.reshape(value, [size]) : tensors.zeros([size]);
  });
  return tensors.concat(pieces, 0);
}
