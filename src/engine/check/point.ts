import type { Random } from '../../base/random';
import type { Cell } from '../../cells/expression';
import { cellParameters } from '../../cells/parameters';
import { recurrent } from '../recurrent';
import { tf } from '../tensors';
import type { ImageSize } from '../wasm/images';
import { type KinkedOperation, runInFloat64 } from './float64';

export interface CheckShape {
  readonly batch: number;
  readonly timeSteps: number;
  readonly inputs: number;
  readonly units: number;
  /** Where rows are pixels: of so many in the batch. */
  readonly image?: ImageSize | undefined;
}

/** No name of a cell's own has a space. */
export const inputKey = 'the input';
export const stateKey = (state: string): string => `state ${state}`;

/** Everything that a loss depends on, as drawn: weights by their names, and the input and states by their keys. */
export interface Point {
  readonly shape: CheckShape;
  readonly arrays: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float64Array }>;
  /** The loss is Σ lossWeight · output. [batch · time · units] */
  readonly lossWeight: Float64Array;
}

/** Normal numbers that single precision holds exactly. */
export function drawPoint(cell: Cell, shape: CheckShape, random: Random, deviation: number): Point {
  const { batch, timeSteps, inputs, units } = shape;
  const draw = (sizes: readonly number[]) => ({
    shape: sizes,
    values: Float64Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () =>
      Math.fround(deviation * random.normal()),
    ),
  });
  const arrays = new Map(cellParameters(cell, inputs, units).map((one) => [one.name, draw(one.shape)]));
  arrays.set(inputKey, draw([batch, timeSteps, inputs]));
  for (const state of cell.states) arrays.set(stateKey(state), draw([batch, units]));
  return { shape, arrays, lossWeight: draw([batch, timeSteps, units]).values };
}

/** What double precision makes of a point. */
export interface Evaluated {
  readonly loss: number;
  /** [batch · time · units] */
  readonly output: readonly number[];
  /** The equation whose value is the first that is not finite. */
  readonly notFinite: string | undefined;
  /** One for each value of a function with a kink, in the order of evaluation. */
  readonly kinks: readonly Kink[];
}

export interface Kink {
  readonly operation: KinkedOperation;
  readonly equation: string;
  /** How far the kink is, negative on its one side. */
  readonly distance: number;
}

export function evaluateInFloat64(cell: Cell, { shape, arrays, lossWeight }: Point): Evaluated {
  const { batch, timeSteps, inputs, units } = shape;
  const kinks: Kink[] = [];
  const matrix = (name: string, rows: number, columns: number, from = 0) => {
    const values = arrays.get(name)?.values;
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => values?.[from + row * columns + column] ?? 0),
    );
  };
  const input = Array.from({ length: batch }, (_, row) =>
    matrix(inputKey, timeSteps, inputs, row * timeSteps * inputs),
  );
  const states = cell.states.map((state) => matrix(stateKey(state), batch, units));
  const { output, values } = runInFloat64(cell, arrays, input, states, {
    onKinked: (operation, equation, distance) => kinks.push({ operation, equation, distance }),
    image: shape.image,
  });
  const flat = output.flat(2);
  const holds = (name: string) => values.get(name)?.flat(2).every(Number.isFinite) ?? true;
  return {
    loss: flat.reduce((sum, value, index) => sum + value * (lossWeight[index] ?? 0), 0),
    output: flat,
    notFinite: cell.equations.find(({ name }) => !holds(name))?.name,
    kinks,
  };
}

/** The same by the engine that is ready, with the gradient of the loss by everything that was drawn. */
export function evaluateByEngine(cell: Cell, { shape, arrays, lossWeight }: Point) {
  const { batch, timeSteps, inputs, units } = shape;
  const names = [...arrays.keys()];
  const tensors = [...arrays.values()].map((one) => tf.tensor(Float32Array.from(one.values), [...one.shape]));
  let output = new Float32Array();
  const gradients = tf.grads((...given: tf.Tensor[]) => {
    const named = new Map(names.map((name, index) => [name, given[index] as tf.Tensor]));
    const state = cell.states.map((name) => named.get(stateKey(name)) as tf.Tensor2D);
    const weights = cellParameters(cell, inputs, units).map(({ name }) =>
      tf.reshape(named.get(name) as tf.Tensor, [-1]),
    );
    const flat = weights.length > 0 ? (tf.concat(weights) as tf.Tensor1D) : tf.tensor1d([]);
    const result = recurrent(cell, flat, named.get(inputKey) as tf.Tensor3D, state, {
      image: shape.image,
    });
    output = Float32Array.from(result.output.dataSync());
    const loss = tf.sum(tf.mul(result.output, tf.tensor3d(Float32Array.from(lossWeight), [batch, timeSteps, units])));
    // Some cells do not use all that they are given, and TF.js refuses a gradient that is zero everywhere.
    return given.reduce((sum, tensor) => tf.add(sum, tf.mul(0, tf.sum(tensor))), loss as tf.Tensor) as tf.Scalar;
  })(tensors);
  const found = new Map(names.map((name, index) => [name, Float32Array.from(gradients[index]?.dataSync() ?? [])]));
  tf.dispose([tensors, gradients]);
  return { output, gradients: found as ReadonlyMap<string, Float32Array> };
}
