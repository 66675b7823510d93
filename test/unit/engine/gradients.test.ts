import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { Cell } from '../../../src/cells/expression';
import { cellParameters } from '../../../src/cells/parameters';
import { cells } from '../../../src/configuration/run';
import { runInFloat64 } from '../../../src/engine/check/float64';
import { recurrent } from '../../../src/engine/recurrent';
import { tf } from '../../../src/engine/tensors';
import { randomCell } from '../cells/random-cell';
import { relativeError } from './close';
import { onEveryEngine } from './engines';

interface Shape {
  readonly batch: number;
  readonly timeSteps: number;
  readonly inputSize: number;
  readonly units: number;
  readonly seed: number;
}

const shapes = (leastUnits: number): fc.Arbitrary<Shape> =>
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    timeSteps: fc.integer({ min: 1, max: 5 }),
    inputSize: fc.integer({ min: 1, max: 4 }),
    units: fc.integer({ min: leastUnits, max: 4 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });

/** Weights, input and first states of normal numbers that single precision holds exactly. */
function drawn(cell: Cell, { batch, timeSteps, inputSize, units, seed }: Shape, deviation: number) {
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

type Drawn = ReturnType<typeof drawn>;

/** Output, and the loss Σ lossWeight · output, in double precision. */
function inFloat64(cell: Cell, { arrays, lossWeight }: Drawn, { batch, timeSteps, inputSize, units }: Shape) {
  const input = arrays.get('input')?.values ?? [];
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: timeSteps }, (_, t) =>
      Array.from({ length: inputSize }, (_, i) => input[(b * timeSteps + t) * inputSize + i] ?? 0),
    ),
  );
  const states = cell.states.map((state) => {
    const values = arrays.get(`state ${state}`)?.values ?? [];
    return Array.from({ length: batch }, (_, b) => Array.from({ length: units }, (_, u) => values[b * units + u] ?? 0));
  });
  const output = runInFloat64(cell, arrays, rows, states).output.flat(2);
  return { output, loss: output.reduce((sum, value, index) => sum + value * (lossWeight[index] ?? 0), 0) };
}

/** The same by the engine, with the loss's gradient by everything that was drawn. */
function byEngine(cell: Cell, { arrays, lossWeight }: Drawn, { batch, timeSteps, inputSize, units }: Shape) {
  const names = [...arrays.keys()];
  const tensors = [...arrays.values()].map(({ values, shape }) => tf.tensor(Float32Array.from(values), [...shape]));
  let output = new Float32Array();
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const named = new Map(names.map((key, index) => [key, inputs[index] as tf.Tensor]));
    const state = cell.states.map((key) => named.get(`state ${key}`) as tf.Tensor2D);
    const weights = cellParameters(cell, inputSize, units).map(({ name }) =>
      tf.reshape(named.get(name) as tf.Tensor, [-1]),
    );
    const result = recurrent(cell, tf.concat(weights) as tf.Tensor1D, named.get('input') as tf.Tensor3D, state);
    output = Float32Array.from(result.output.dataSync());
    const loss = tf.sum(tf.mul(result.output, tf.tensor3d(Float32Array.from(lossWeight), [batch, timeSteps, units])));
    // Some cells do not use all that they are given, and TF.js refuses a gradient that is zero everywhere.
    return inputs.reduce((sum, tensor) => tf.add(sum, tf.mul(0, tf.sum(tensor))), loss as tf.Tensor) as tf.Scalar;
  })(tensors);
  const arraysOf = new Map(names.map((name, index) => [name, gradients[index]?.dataSync().slice() ?? []]));
  tf.dispose([tensors, gradients]);
  return { output, gradients: arraysOf };
}

function expectAgreement(cell: Cell, shape: Shape, tolerance: number, deviation = 1): void {
  const given = drawn(cell, shape, deviation);
  const { output, gradients } = byEngine(cell, given, shape);
  expect(relativeError(output, inFloat64(cell, given, shape).output)).toBeLessThan(tolerance / 10);
  const parameters = cellParameters(cell, shape.inputSize, shape.units);
  const fixed = new Set(parameters.flatMap(({ name, trained }) => (trained ? [] : [name])));
  for (const [name, { values }] of given.arrays) {
    if (fixed.has(name)) {
      expect(Math.max(...Array.from(gradients.get(name) ?? []).map(Math.abs)), `gradient of ${name}`).toBe(0);
      continue;
    }
    const numeric = values.map((value, at) => {
      const step = 1e-5;
      const lossAt = (changed: number) => {
        values[at] = changed;
        return inFloat64(cell, given, shape).loss;
      };
      const slope = (lossAt(value + step) - lossAt(value - step)) / (2 * step);
      values[at] = value;
      return slope;
    });
    expect(relativeError(gradients.get(name) ?? [], numeric), `gradient of ${name}`).toBeLessThan(tolerance);
  }
}

/** Central differences of a kinked function are wrong beside the kink; a rectified cell may come near one. Normalising two or
 * three units can divide by very little. */
const tolerance = (name: string) =>
  ['rnn-relu', 'irnn', 'indrnn'].includes(name) ? 2e-3 : name === 'lstm-layernorm' ? 1e-3 : 1e-4;

onEveryEngine(() =>
  describe('values and every gradient agree with central differences in double precision, at any shape:', () => {
    test.each(cells)('%s', (name) => {
      const check = (shape: Shape) => expectAgreement(builtinCell(name), shape, tolerance(name));
      fc.assert(fc.property(shapes(1), check), { numRuns: 8, seed: 7 });
    });

    test('any cell that can be written', () => {
      // Smaller numbers, since single precision loses the derivative of a tanh that is nearly 1.
      fc.assert(
        fc.property(randomCell({ tame: true }), shapes(3), (cell, shape) => expectAgreement(cell, shape, 2e-3, 0.5)),
        { numRuns: 60, seed: 4 },
      );
    });
  }),
);
