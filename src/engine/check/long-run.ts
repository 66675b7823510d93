import type { Random } from '../../base/random';
import { randomFromSeed } from '../../base/random';
import { type Cell, isConvolutional } from '../../cells/expression';
import { cellParameters, type Parameter } from '../../cells/parameters';
import { recurrent } from '../recurrent';
import { tf } from '../tensors';

/** What happens to values and gradients over many steps, with weights as a training begins with them. */
export interface LongRun {
  readonly timeSteps: number;
  /** Largest magnitude of each equation's value, in the first ten steps and in all; Infinity where one is not finite. */
  readonly values: readonly { readonly equation: string; readonly early: number; readonly all: number }[];
  /** How much of a gradient by the output reaches the states so many steps before: 1 is all of it. */
  readonly gradients: readonly { readonly timeSteps: number; readonly share: number }[];
}

const batch = 4;
/** Of a cell that reads neighbours the batch is one image. */
const pixels = { height: 2, width: 2 };
const timeSteps = 200;
const horizons = [10, 50, timeSteps];

/**
 * Feeds a cell with standard normal numbers, from states of 0. The engine must be ready.
 *
 * @param draw a weight as a new model has it
 */
export function runLong(
  cell: Cell,
  { inputs, units }: { readonly inputs: number; readonly units: number },
  draw: (parameter: Parameter, random: Random) => Float32Array,
  seed = 1,
): LongRun {
  const random = randomFromSeed(seed);
  const normal = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const drawn = cellParameters(cell, inputs, units).map((parameter) => draw(parameter, random));
  const weights = Float32Array.from(drawn.flatMap((one) => Array.from(one)));
  const input = normal(batch * timeSteps * inputs);
  const direction = normal(batch * units);
  const image = isConvolutional(cell) ? pixels : undefined;

  return tf.tidy(() => {
    const flat = tf.tensor1d(weights);
    const sequence = tf.tensor3d(input, [batch, timeSteps, inputs]);
    const zeros = cell.states.map(() => tf.zeros([batch, units]) as tf.Tensor2D);
    const long = recurrent(cell, flat, sequence, zeros, { record: true, image });
    const values = cell.equations.map(({ name }) => {
      const value = long.values.get(name) as tf.Tensor3D;
      return {
        equation: name,
        early: largest(tf.slice(value, [0, 0, 0], [batch, 10, units]).dataSync()),
        all: largest(value.dataSync()),
      };
    });
    const gradients = horizons.map((horizon) => {
      const part = tf.slice(sequence, [0, 0, 0], [batch, horizon, inputs]) as tf.Tensor3D;
      const found = tf.grads((...states: tf.Tensor[]) => {
        const { output } = recurrent(cell, flat, part, states as tf.Tensor2D[], { image });
        const last = tf.slice(output, [0, horizon - 1, 0], [batch, 1, units]);
        const loss = tf.sum(tf.mul(last, tf.tensor3d(direction, [batch, 1, units])));
        return states.reduce((sum, state) => tf.add(sum, tf.mul(0, tf.sum(state))), loss as tf.Tensor) as tf.Scalar;
      })(long.state.map((state) => state));
      const length = Math.hypot(...found.map((one) => lengthOf(one.dataSync())));
      return { timeSteps: horizon, share: length / lengthOf(direction) };
    });
    return { timeSteps, values, gradients };
  });
}

/** Without the squares, which single precision would lose. */
function lengthOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}

function largest(values: ArrayLike<number>): number {
  let found = 0;
  for (let index = 0; index < values.length; index++) {
    const value = Math.abs(values[index] ?? 0);
    if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
    found = Math.max(found, value);
  }
  return found;
}
