import type { Parameter } from '../../cells/parameters';
import type { Buffer } from '../plan/commands';
import type { Backflow } from './layer-backward';
import type { LayerValues } from './layer-forward';
import { type LayerWeights, sizeOf } from './layer-weights';
import type { Lowered } from './lower';
import type { Operations, Value } from './operations';

/** What a layer read, as its gradients are made of it. */
export interface Read {
  /** Row by row: [time · batch, inputs]; of tokens their embeddings. */
  readonly rows: () => Value;
  /** Of tokens: the table, and the row of it that each step read, [time · batch]. */
  readonly tokens: { readonly table: Value; readonly ids: Value; readonly entries: number } | undefined;
  /** Whether the table was multiplied before its rows were taken. */
  readonly isMultiplied: boolean;
}

export interface WeightGradients {
  /** All of a layer's weights one after another; of those that are not trained 0. */
  readonly flat: Value;
  /** Of the table that was multiplied: [entries, inputs]. */
  readonly table: Value | undefined;
}

/** The gradients of a layer's weights: of each argument one product over all steps and rows. */
export function weightGradients(
  tensors: Operations,
  { plan }: Lowered,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  values: LayerValues,
  { series, vectors }: Backflow,
  read: Read,
): WeightGradients {
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
    if (a === 'input' && read.tokens && read.isMultiplied) {
      const { table: embeddings, ids, entries } = read.tokens;
      const byEntry = tensors.sumByNumber(gradients, ids, entries);
      product = tensors.matMul(embeddings, byEntry, { transposeA: true });
      table = tensors.matMul(byEntry, weights.under(names));
    } else {
      const argument = a === 'input' ? read.rows() : rowByRow(tensors, values.wholeOf(a));
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
  const pieces = parameters.map(({ name, shape, trained }) => {
    const value = trained ? found.get(name) : undefined;
    const size = sizeOf(shape);
    return value ? tensors.reshape(value, [size]) : tensors.zeros([size]);
  });
  return { flat: tensors.concat(pieces, 0), table };
}

/** [time, units, batch] → [time · batch, units] */
function rowByRow(tensors: Operations, value: Value): Value {
  const [, units = 0] = value.shape;
  return tensors.reshape(tensors.transpose(value, [0, 2, 1]), [-1, units]);
}
