import { type Cell, isConvolutional } from '../cells/expression';
import { cellParameters } from '../cells/parameters';
import { runLayer } from './backend/recurrent-kernel';
import { lookup } from './losses';
import { type RecurrentOptions, type RecurrentResult, referenceRecurrent } from './reference';
import { isFused, isTensorFlow, tf } from './tensors';

/** What a layer reads: a sequence [batch, time, size], or ids [batch, time] of rows of a table [entries, size]. */
export type LayerInput = tf.Tensor3D | { readonly table: tf.Tensor2D; readonly ids: tf.Tensor2D };

/**
 * Runs a cell over a sequence; differentiable by TF.js. On the engine's own backend as one kernel, and so on TensorFlow where
 * rows have no neighbours; elsewhere in TF.js's operations.
 *
 * @param weights all of the layer's weights one after another, as `cellParameters` lists them
 * @param state one [batch, units] for each state of the cell
 */
export function recurrent(
  cell: Cell,
  weights: tf.Tensor1D,
  input: LayerInput,
  state: readonly tf.Tensor2D[],
  { record = false, image }: RecurrentOptions = {},
): RecurrentResult {
  if (!isFused() && !(isTensorFlow() && !isConvolutional(cell))) {
    const sequence = 'ids' in input ? lookup(input.table, input.ids) : input;
    const named = namedWeights(cell, weights, sequence.shape[2], state[0]?.shape[1] ?? 0);
    return referenceRecurrent(cell, named, sequence, state, { record, image });
  }
  const ids = 'ids' in input ? input.ids : undefined;
  const call = { cell, record, ids, image };
  const [handle, output, ...rest] = runLayer(call, 'ids' in input ? input.table : input, weights, state);
  handle?.dispose();
  const count = cell.states.length;
  return {
    output: output as tf.Tensor3D,
    state: rest.slice(0, count) as tf.Tensor2D[],
    values: new Map(
      record ? cell.equations.map(({ name }, index) => [name, rest[count + index] as tf.Tensor3D] as const) : [],
    ),
  };
}

/** A layer's weights by name. What is not trained has no gradient. */
function namedWeights(cell: Cell, flat: tf.Tensor1D, inputSize: number, units: number): ReadonlyMap<string, tf.Tensor> {
  let offset = 0;
  return new Map(
    cellParameters(cell, inputSize, units).map(({ name, shape, trained }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const piece = trained
        ? tf.slice(flat, [offset], [size])
        : tf.tensor1d(flat.dataSync().slice(offset, offset + size) as Float32Array);
      offset += size;
      return [name, tf.reshape(piece, [...shape])];
    }),
  );
}
