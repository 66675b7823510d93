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
  const rowsOf = new Map<string, { readonly buffers: readonly Buffer[]; readonly rows: Value }>();
  const rows = (buffers: readonly Buffer[]): Value => {
    const key = buffers.join();
    const known = rowsOf.get(key) ?? { buffers, rows: rowByRow(tensors, series.joined(buffers)) };
    rowsOf.set(key, known);
    return known.rows;
  };
  let table: Value | undefined;
  const groups = new Map<Buffer, { readonly d: Buffer; readonly weight: string }[]>();
  for (const { a, d, weight } of plan.gradients.weights) groups.set(a, [...(groups.get(a) ?? []), { d, weight }]);
  for (const [a, parts] of groups) {
    const names = parts.map(({ weight }) => weight);
    const gradients = rows(parts.map(({ d }) => d));
    let product: Value;
    if (a === 'input') {
      const back = read.backwards(gradients, weights.beside(names), wantsInput && read.isMultiplied);
      product = back.matrix;
      table = back.input;
    } else {
      const argument = rowByRow(tensors, values.wholeOf(a));
      product = tensors.matMul(argument, gradients, { transposeA: true });
    }
    tensors.split(product, parts.length, 1).forEach((part, index) => {
      found.set(names[index] as string, part);
    });
  }
  const biasOf = new Map(plan.gradients.biases.map(({ d, bias }) => [d, bias]));
  for (const d of biasOf.keys()) if (![...rowsOf.values()].some(({ buffers }) => buffers.includes(d))) rows([d]);
  for (const { buffers, rows: all } of rowsOf.values()) {
    if (!buffers.some((d) => biasOf.has(d))) continue;
    tensors.split(tensors.sum(all, [0]), buffers.length, 0).forEach((part, index) => {
      const d = buffers[index] as Buffer;
      const bias = biasOf.get(d);
      if (bias !== undefined) found.set(bias, part);
      biasOf.delete(d);
    });
  }
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

/** [time, units, batch] → [time · batch, units] */
function rowByRow(tensors: Operations, value: Value): Value {
  const [, units = 0] = value.shape;
  return tensors.reshape(tensors.transpose(value, [0, 2, 1]), [-1, units]);
}
