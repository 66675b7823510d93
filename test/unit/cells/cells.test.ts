import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { Cell } from '../../../src/cells/expression';
import { cellParameters, learnedTerms } from '../../../src/cells/parameters';
import { equationRanges } from '../../../src/cells/ranges';
import { cells, modelSchema, runConfigurationSchema } from '../../../src/configuration/run';
import { runInFloat64 } from '../../../src/engine/check/float64';
import { randomCell } from './random-cell';
import { add, linear, multiply, relu, sigmoid, subtract, tanh, x } from './terms';

const infinite = Number.POSITIVE_INFINITY;

describe('every cell that can be chosen', () => {
  test.each(cells)(
    '%s is there under its name, defines the next value of each state, and says whose idea it is',
    (name) => {
      const cell = builtinCell(name);
      expect(cell.name).toBe(name);
      expect(cell.paper).toMatch(/\d{4}/);
      const defined = cell.equations.map((equation) => equation.name);
      for (const state of cell.states) expect(defined).toContain(`${state}'`);
      expect(new Set(defined).size).toBe(defined.length);
    },
  );

  test.each([
    ['rnn', { "h'": [-1, 1] }],
    ['rnn-relu', { "h'": [0, infinite] }],
    // The new cell state is bounded by nothing: it may grow by one at every step.
    ['lstm', { i: [0, 1], f: [0, 1], g: [-1, 1], o: [0, 1], "c'": [-infinite, infinite], "h'": [-1, 1] }],
    ['gru', { r: [0, 1], z: [0, 1], n: [-1, 1], "h'": [-infinite, infinite] }],
  ] as const)('%s has the ranges that follow from its equations', (name, ranges) => {
    expect(Object.fromEntries(equationRanges(builtinCell(name)))).toEqual(ranges);
  });
});

const cellOf = (equations: Cell['equations']): Cell => ({ name: 'x', paper: '', states: ['h'], params: [], equations });

describe('a cell of other equations', () => {
  const odd = cellOf([
    { name: 'a', expression: sigmoid(add(linear([x]), linear(['h', x], { bias: -2 }))) },
    { name: 'b', expression: relu(linear([multiply('a', 'h')])) },
    { name: "h'", expression: subtract(multiply('a', tanh('b')), 0.5) },
  ]);

  test('numbers the weights that stand twice in one equation, and names each after its equation', () => {
    const input = { shape: [3, 2], taps: 1, draw: { kind: 'input', init: 'default' }, trained: true };
    const recurrent = { shape: [2, 2], taps: 1, draw: { kind: 'recurrent', init: 'default' }, trained: true };
    const bias = (value: number) => ({ shape: [2], taps: 1, draw: { kind: 'fill', value }, trained: true });
    expect(cellParameters(odd, 3, 2)).toEqual([
      { name: 'a.W', ...input },
      { name: 'a.b', ...bias(0) },
      { name: 'a.U', ...recurrent },
      { name: 'a.W2', ...input },
      { name: 'a.b2', ...bias(-2) },
      { name: 'b.U', ...recurrent },
      { name: 'b.b', ...bias(0) },
    ]);
    expect(learnedTerms(odd).linears.size).toBe(3);
  });

  test('has ranges by interval arithmetic', () => {
    expect(Object.fromEntries(equationRanges(odd))).toEqual({
      a: [0, 1],
      b: [0, infinite],
      "h'": [-1.5, 0.5],
    });
    const turned = cellOf([
      { name: 'p', expression: subtract(1, sigmoid(linear([x]))) },
      { name: 'q', expression: multiply('p', subtract(tanh(linear([x])), 2)) },
      { name: "h'", expression: multiply(relu(linear([x])), multiply('p', 0)) },
    ]);
    expect(equationRanges(turned).get('p')).toEqual([0, 1]);
    expect(
      equationRanges(turned)
        .get('q')
        ?.map((end) => end + 0),
    ).toEqual([-3, 0]);
  });
});

test('what any cell computes lies within its ranges', () => {
  fc.assert(
    fc.property(randomCell({ tame: false }), fc.integer({ min: 1, max: 1_000_000 }), (cell, seed) => {
      const units = 2;
      const random = randomFromSeed(seed);
      const vector = (size: number) => Array.from({ length: size }, () => 5 * random.normal());
      const weights = new Map(
        cellParameters(cell, 1, units).map(({ name, shape }) => {
          const values = vector(shape.reduce((a, b) => a * b, 1));
          return [name, { shape, values }];
        }),
      );
      const { values } = runInFloat64(
        cell,
        weights,
        [[vector(1), vector(1)]],
        cell.states.map(() => [vector(units)]),
      );
      for (const [name, [low, high]] of equationRanges(cell)) {
        expect(low, name).toBeLessThanOrEqual(high);
        const slack = 1e-9 * Math.max(...[low, high].filter(Number.isFinite).map(Math.abs), 1);
        const found = values.get(name)?.flat(2) ?? [];
        // A logarithm of a negative number, and what is made of it, is no number and has no place.
        for (const value of found.filter((one) => !Number.isNaN(one))) {
          expect(value, name).toBeGreaterThanOrEqual(low - slack);
          expect(value, name).toBeLessThanOrEqual(high + slack);
        }
      }
    }),
    { numRuns: 500, seed: 9 },
  );
});

describe('a size is refused', () => {
  test.each([
    [{ units: 0 }],
    [{ units: 4097 }],
    [{ units: 1.5 }],
    [{ layers: 0 }],
    [{ layers: 5 }],
    [{ dropout: -0.1 }],
    [{ dropout: 1 }],
    [{ dropout: Number.NaN }],
    [{ cell: 'gan' }],
    [{ depth: 3 }],
  ])('%o', (model) => {
    expect(modelSchema.safeParse(model).success).toBe(false);
    expect(runConfigurationSchema.safeParse({ model }).success).toBe(false);
  });

  test('and not at its limits', () => {
    for (const model of [
      { units: 1, layers: 1, dropout: 0 },
      { units: 4096, layers: 4, dropout: 0.95 },
    ])
      expect(modelSchema.parse(model)).toMatchObject({ cell: 'lstm', ...model });
  });
});
