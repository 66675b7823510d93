import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { cellParameters } from '../../../src/cells/parameters';
import { cells } from '../../../src/configuration/run';
import { recurrent } from '../../../src/engine/recurrent';
import { startEngine, tf } from '../../../src/engine/tensors';
import { relativeError } from './close';
import { runInFloat64 } from './float64';

beforeAll(startEngine);

const shape = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  timeSteps: fc.integer({ min: 1, max: 5 }),
  inputSize: fc.integer({ min: 1, max: 4 }),
  units: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

/** Central differences of a kinked function are wrong beside the kink; a rectified cell may come near one. Normalising two or
 * three units can divide by very little. */
const tolerance = (name: string) =>
  ['rnn-relu', 'irnn', 'indrnn'].includes(name) ? 2e-3 : name === 'lstm-layernorm' ? 1e-3 : 1e-4;

for (const [name, cell] of cells.map((name) => [name, builtinCell(name)] as const)) {
  test(`${name}: values and every gradient agree with central differences in double precision, at any shape`, () => {
    fc.assert(
      fc.property(shape, ({ batch, timeSteps, inputSize, units, seed }) => {
        const random = randomFromSeed(seed);
        const draw = (sizes: readonly number[]) => ({
          shape: sizes,
          values: Float64Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal())),
        });
        const arrays = new Map(
          cellParameters(cell, inputSize, units).map((parameter) => [parameter.name, draw(parameter.shape)]),
        );
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
          const result = recurrent(cell, named, named.get('input') as tf.Tensor3D, state);
          output = Float32Array.from(result.output.dataSync());
          const loss = tf.sum(
            tf.mul(result.output, tf.tensor3d(Float32Array.from(lossWeight), [batch, timeSteps, units])),
          );
          // Some cells carry their output without reading it, and TF.js refuses a gradient that is zero everywhere.
          return state.reduce((sum: tf.Tensor, tensor) => tf.add(sum, tf.mul(0, tf.sum(tensor))), loss) as tf.Scalar;
        })(tensors);

        expect(relativeError(output, inFloat64().flat)).toBeLessThan(tolerance(name) / 10);
        names.forEach((key, index) => {
          const values = arrays.get(key)?.values ?? new Float64Array();
          const numeric = values.map((value, at) => {
            const step = 1e-5;
            values[at] = value + step;
            const above = inFloat64().loss;
            values[at] = value - step;
            const below = inFloat64().loss;
            values[at] = value;
            return (above - below) / (2 * step);
          });
          expect(relativeError(gradients[index]?.dataSync() ?? [], numeric), `gradient of ${key}`).toBeLessThan(
            tolerance(name),
          );
        });
        tf.dispose([tensors, gradients]);
      }),
      { numRuns: 12, seed: 7 },
    );
  });
}
