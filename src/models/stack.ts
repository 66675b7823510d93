import type { Cell } from '../cells/expression';
import { type LayerInput, recurrent } from '../engine/recurrent';
import { backwardIds, backwards } from '../engine/rows';
import { tf } from '../engine/tensors';
import type { ImageSize } from '../engine/wasm/images';
import type { Direction } from '../protocol/run';

/** Layers of a cell, one on another. */
export interface Stack {
  readonly cell: Cell;
  /** Each layer's weights, one after another. */
  readonly layers: readonly tf.Variable[];
  /** Of a stack that also reads backwards, as many again; else none. */
  readonly reverse: readonly tf.Variable[];
  /** Where rows are pixels. */
  readonly image?: ImageSize | undefined;
}

export interface StackOptions {
  /** What the values between two layers are multiplied by, while training. */
  readonly mask?: ((shape: readonly [number, number, number]) => tf.Tensor3D) | undefined;
  readonly record?: boolean | undefined;
  /** Steps of each sequence; absent: all. */
  readonly lengths?: readonly number[] | undefined;
}

export interface StackResult {
  /** Of the last layer: [batch, time, units]. */
  readonly output: tf.Tensor3D;
  /** After the last step, layer by layer in the order of the cell's states: [batch, units]. */
  readonly state: tf.Tensor2D[];
  /** When recorded. */
  readonly values: readonly Recording[];
}

/** What one layer does, read in one direction. */
export interface Recording {
  readonly layer: number;
  readonly direction: Direction;
  /** Every named value: [batch, time, units]; read backwards in the order of the input all the same. */
  readonly values: ReadonlyMap<string, tf.Tensor3D>;
}

/**
 * Runs a stack over sequences. A layer that also reads backwards adds what both directions say at each step (Hannun et al.
 * 2014, Deep Speech); its backward direction begins with a state of zeros at each sequence's own end.
 *
 * @param state one [batch, units] for each state of each layer, read forwards
 */
export function runStack(
  { cell, layers, reverse, image }: Stack,
  input: LayerInput,
  state: readonly tf.Tensor2D[],
  { mask, record = false, lengths }: StackOptions,
): StackResult {
  const count = cell.states.length;
  let source = input;
  let output: tf.Tensor3D | undefined;
  const next: tf.Tensor2D[] = [];
  const values: Recording[] = [];
  for (const [layer, weights] of layers.entries()) {
    if (output) source = mask ? tf.mul(output, mask(output.shape)) : output;
    const first = state.slice(layer * count, (layer + 1) * count);
    const result = recurrent(cell, weights as unknown as tf.Tensor1D, source, first, { record, image });
    next.push(...result.state);
    output = result.output;
    if (record) values.push({ layer, direction: 'forward', values: result.values });
    const weightsBack = reverse[layer];
    if (!weightsBack) continue;
    const back = readBackwards(cell, weightsBack, source, first, { record, lengths });
    output = tf.add(output, back.output);
    if (record) values.push({ layer, direction: 'backward', values: back.values });
  }
  if (!output) throw new Error('The stack has no layer');
  return { output, state: next, values };
}

function readBackwards(
  cell: Cell,
  weights: tf.Variable,
  source: LayerInput,
  first: readonly tf.Tensor2D[],
  { record = false, lengths: wanted }: StackOptions,
): { readonly output: tf.Tensor3D; readonly values: ReadonlyMap<string, tf.Tensor3D> } {
  const [batch, timeSteps] = ('ids' in source ? source.ids : source).shape as [number, number];
  const lengths = wanted ?? Array<number>(batch).fill(timeSteps);
  const turned =
    'ids' in source ? { table: source.table, ids: backwardIds(source.ids, lengths) } : backwards(source, lengths);
  const zeros = first.map(({ shape }) => tf.zeros(shape) as tf.Tensor2D);
  const { output, values } = recurrent(cell, weights as unknown as tf.Tensor1D, turned, zeros, { record });
  return {
    output: backwards(output, lengths),
    values: new Map([...values].map(([name, value]) => [name, backwards(value, lengths)])),
  };
}
