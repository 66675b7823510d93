import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { Cell } from '../../../src/cells/expression';
import { cellParameters } from '../../../src/cells/parameters';
import { cells } from '../../../src/configuration/run';
import { recurrent } from '../../../src/engine/recurrent';
import { tf } from '../../../src/engine/tensors';
import { randomCell, textOf } from '../cells/random-cell';
import { relativeError } from './close';
import { onEveryEngine } from './engines';
import { runInFloat64 } from './float64';

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  timeSteps: fc.integer({ min: 1, max: 5 }),
  inputSize: fc.integer({ min: 1, max: 4 }),
  units: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

/**
 * Central differences of a kinked function are wrong beside the kink; a rectified cell may come near one. Normalising two
 * or three units can divide by very little.
 */
const tolerance = (name: string) =>
  ['rnn-relu', 'irnn', 'indrnn'].includes(name) ? 2e-3 : name === 'lstm-layernorm' ? 1e-3 : 1e-4;

onEveryEngine(() => {
  test.each(cells)(
    '%s: values and every gradient agree with central differences in double precision, at any shape',
    (name) => {
      fc.assert(
        fc.property(sizes, (size) => agrees(builtinCell(name), size, tolerance(name))),
        { numRuns: 8, seed: 7 },
      );
    },
  );

  test('any cell that the language can say agrees as well', () => {
    fc.assert(
      fc.property(randomCell({ tame: true }), sizes, (cell, size) =>
        // Normalising may divide by very little here too.
        agrees(cell, { ...size, units: size.units + 3 }, textOf(cell).includes('norm(') ? 3e-3 : 2e-4),
      ),
      { numRuns: 60, seed: 5 },
    );
  });
});

function agrees(cell: Cell, { batch, timeSteps, inputSize, units, seed }: Sizes, within: number): void {
  const random = randomFromSeed(seed);
  const draw = (sizes: readonly number[]) => ({
    shape: sizes,
    values: Float64Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal())),
  });
  const parameters = cellParameters(cell, inputSize, units);
  const arrays = new Map(parameters.map(({ name, shape }) => [name, draw(shape)]));
  arrays.set('input', draw([batch, timeSteps, inputSize]));
  for (const state of cell.states) arrays.set(`state ${state}`, draw([batch, units]));
  const lossWeight = draw([batch, timeSteps, units]).values;
  const names = [...arrays.keys()];

  const inFloat64 = () => {
    const input = arrays.get('input')?.values ?? [];
    const rows = Array.from({ length: batch }, (_, b) =>
      Array.from({ length: timeSteps }, (_, t) =>
        Array.from({ length: inputSize }, (_, i) => input[(b * timeSteps + t) * inputSize + i] ?? 0),
      ),
    );
    const states = cell.states.map((state) => {
      const values = arrays.get(`state ${state}`)?.values ?? [];
      return Array.from({ length: batch }, (_, b) =>
        Array.from({ length: units }, (_, u) => values[b * units + u] ?? 0),
      );
    });
    const flat = runInFloat64(cell, arrays, rows, states).output.flat(2);
    return { flat, loss: flat.reduce((sum, value, index) => sum + value * (lossWeight[index] ?? 0), 0) };
  };

  const tensors = names.map((key) =>
    tf.tensor(Float32Array.from(arrays.get(key)?.values ?? []), [...(arrays.get(key)?.shape ?? [])]),
  );
  let output = new Float32Array();
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const named = new Map(names.map((key, index) => [key, inputs[index] as tf.Tensor]));
    const state = cell.states.map((key) => named.get(`state ${key}`) as tf.Tensor2D);
    const flat = tf.concat(parameters.map(({ name }) => tf.reshape(named.get(name) as tf.Tensor, [-1])));
    const result = recurrent(cell, flat as tf.Tensor1D, named.get('input') as tf.Tensor3D, state);
    output = Float32Array.from(result.output.dataSync());
    const loss = tf.sum(tf.mul(result.output, tf.tensor3d(Float32Array.from(lossWeight), [batch, timeSteps, units])));
    // Some cells carry their output without reading it, and TF.js refuses a gradient that is zero everywhere.
    return inputs.reduce((sum: tf.Tensor, tensor) => tf.add(sum, tf.mul(0, tf.sum(tensor))), loss) as tf.Scalar;
  })(tensors);

  expect(relativeError(output, inFloat64().flat)).toBeLessThan(within / 10);
  names.forEach((key, index) => {
    const values = arrays.get(key)?.values ?? new Float64Array();
    const isFixed = parameters.some(({ name, trained }) => name === key && !trained);
    const numeric = values.map((value, at) => {
      if (isFixed) return 0;
      const step = 1e-5;
      values[at] = value + step;
      const above = inFloat64().loss;
      values[at] = value - step;
      const below = inFloat64().loss;
      values[at] = value;
      return (above - below) / (2 * step);
    });
    expect(relativeError(gradients[index]?.dataSync() ?? [], numeric), `gradient of ${key}`).toBeLessThan(within);
  });
  tf.dispose([tensors, gradients]);
}
