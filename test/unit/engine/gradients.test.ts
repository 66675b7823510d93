import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { type Cell, isConvolutional } from '../../../src/cells/expression';
import { cellParameters } from '../../../src/cells/parameters';
import { cells } from '../../../src/configuration/run';
import { runInFloat64 } from '../../../src/engine/check/float64';
import { randomCell } from '../cells/random-cell';
import { relativeError } from './close';
import { onEveryEngine } from './engines';
import { byEngine, type Drawn, drawn, type Shape } from './layer-call';

const shapes = (leastUnits: number, cell?: Cell): fc.Arbitrary<Shape> =>
  cell && isConvolutional(cell) ? images(leastUnits) : rows(leastUnits);

/** Images of a few pixels, down to a single one, and more of them than threads or fewer. */
const images = (leastUnits: number): fc.Arbitrary<Shape> =>
  fc
    .tuple(rows(leastUnits), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
    .map(([shape, height, width]) => ({
      ...shape,
      timeSteps: Math.min(2, shape.timeSteps),
      inputSize: Math.min(2, shape.inputSize),
      batch: Math.min(2, shape.batch) * height * width,
      image: { height, width },
    }));

const rows = (leastUnits: number): fc.Arbitrary<Shape> =>
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    timeSteps: fc.integer({ min: 1, max: 5 }),
    inputSize: fc.integer({ min: 1, max: 4 }),
    units: fc.integer({ min: leastUnits, max: 4 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });

/** Output, and the loss Σ lossWeight · output, in double precision. */
function inFloat64(cell: Cell, { arrays, lossWeight }: Drawn, { batch, timeSteps, inputSize, units, image }: Shape) {
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
  const output = runInFloat64(cell, arrays, rows, states, { image }).output.flat(2);
  return { output, loss: output.reduce((sum, value, index) => sum + value * (lossWeight[index] ?? 0), 0) };
}

type Expected = { readonly output: readonly number[]; readonly slopes: ReadonlyMap<string, ArrayLike<number>> };

/** The same for every engine, and found out once. */
const known = new Map<string, Expected>();

/** Output, and by central differences the gradient for everything that was drawn, in double precision. */
function expectedOf(cell: Cell, given: Drawn, shape: Shape): Expected {
  const key = JSON.stringify([cell, shape]);
  const found = known.get(key);
  if (found) return found;
  const slopes = new Map(
    [...given.arrays].map(([name, { values }]) => [
      name,
      values.map((_, at) => slopeAt(cell, given, shape, values, at)),
    ]),
  );
  const expected = { output: inFloat64(cell, given, shape).output, slopes };
  known.set(key, expected);
  return expected;
}

function slopeAt(cell: Cell, given: Drawn, shape: Shape, values: Float64Array, at: number): number {
  const step = 1e-5;
  const value = values[at] ?? Number.NaN;
  const lossAt = (changed: number) => {
    values[at] = changed;
    return inFloat64(cell, given, shape).loss;
  };
  const slope = (lossAt(value + step) - lossAt(value - step)) / (2 * step);
  values[at] = value;
  return slope;
}

function expectAgreement(cell: Cell, shape: Shape, tolerance: number, deviation = 1): void {
  const given = drawn(cell, shape, deviation);
  const { output, gradients } = byEngine(cell, given, shape);
  const expected = expectedOf(cell, given, shape);
  expect(relativeError(output, expected.output)).toBeLessThan(tolerance / 10);
  const parameters = cellParameters(cell, shape.inputSize, shape.units);
  const fixed = new Set(parameters.flatMap(({ name, trained }) => (trained ? [] : [name])));
  for (const [name, slopes] of expected.slopes) {
    if (fixed.has(name)) {
      expect(Math.max(...Array.from(gradients.get(name) ?? []).map(Math.abs)), `gradient of ${name}`).toBe(0);
      continue;
    }
    expect(relativeError(gradients.get(name) ?? [], slopes), `gradient of ${name}`).toBeLessThan(tolerance);
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
      fc.assert(fc.property(shapes(1, builtinCell(name)), check), {
        numRuns: isConvolutional(builtinCell(name)) ? 4 : 8,
        seed: 7,
      });
    });

    test('any cell that can be written', () => {
      // Smaller numbers, since single precision loses the derivative of a tanh that is nearly 1.
      fc.assert(
        fc.property(
          randomCell({ tame: true }).chain((cell) => fc.tuple(fc.constant(cell), shapes(3, cell))),
          ([cell, shape]) => expectAgreement(cell, shape, 2e-3, 0.5),
        ),
        { numRuns: 60, seed: 4 },
      );
    });
  }),
);
