import { randomFromSeed } from '../../../src/base/random';
import type { Cell } from '../../../src/cells/expression';
import { cellParameters } from '../../../src/cells/parameters';
import { recurrent } from '../../../src/engine/recurrent';
import { tf } from '../../../src/engine/tensors';
import type { ImageSize } from '../../../src/engine/wasm/images';

export interface Shape {
  readonly batch: number;
  readonly timeSteps: number;
  readonly inputSize: number;
  readonly units: number;
  readonly seed: number;
  /** Where rows are pixels. */
  readonly image?: ImageSize | undefined;
}

/** Weights, input and first states of normal numbers that single precision holds exactly. */
export function drawn(cell: Cell, { batch, timeSteps, inputSize, units, seed }: Shape, deviation: number) {
  const random = randomFromSeed(seed);
  const draw = (shape: readonly number[]) => ({
    shape,
    values: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      Math.fround(deviation * random.normal()),
    ),
  });
  const arrays = new Map(cellParameters(cell, inputSize, units).map(({ name, shape }) => [name, draw(shape)]));
  arrays.set('input', draw([batch, timeSteps, inputSize]));
  for (const state of cell.states) arrays.set(`state ${state}`, draw([batch, units]));
  return { arrays, lossWeight: draw([batch, timeSteps, units]).values };
}

export type Drawn = ReturnType<typeof drawn>;

/** Output of the engine that computes, and the gradient of the loss Σ lossWeight · output by everything that was drawn. */
export function byEngine(
  cell: Cell,
  { arrays, lossWeight }: Drawn,
  { batch, timeSteps, inputSize, units, image }: Shape,
) {
  const names = [...arrays.keys()];
  const tensors = [...arrays.values()].map(({ values, shape }) => tf.tensor(Float32Array.from(values), [...shape]));
  let output = new Float32Array();
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const named = new Map(names.map((key, index) => [key, inputs[index] as tf.Tensor]));
    const state = cell.states.map((key) => named.get(`state ${key}`) as tf.Tensor2D);
    const weights = cellParameters(cell, inputSize, units).map(({ name }) =>
      tf.reshape(named.get(name) as tf.Tensor, [-1]),
    );
    const result = recurrent(cell, tf.concat(weights) as tf.Tensor1D, named.get('input') as tf.Tensor3D, state, {
      image,
    });
    output = Float32Array.from(result.output.dataSync());
    const loss = tf.sum(tf.mul(result.output, tf.tensor3d(Float32Array.from(lossWeight), [batch, timeSteps, units])));
    // Some cells do not use all that they are given, and TF.js refuses a gradient that is zero everywhere.
    return inputs.reduce((sum, tensor) => tf.add(sum, tf.mul(0, tf.sum(tensor))), loss as tf.Tensor) as tf.Scalar;
  })(tensors);
  const arraysOf = new Map(names.map((name, index) => [name, gradients[index]?.dataSync().slice() ?? []]));
  tf.dispose([tensors, gradients]);
  return { output, gradients: arraysOf };
}
