import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { readCell } from '../../../src/cells/language/read';
import { cells, frameCells } from '../../../src/configuration/run';
import { checkGradients } from '../../../src/engine/check/gradients';
import { runLong } from '../../../src/engine/check/long-run';
import { tf } from '../../../src/engine/tensors';
import { drawParameter } from '../../../src/models/initialise';
import { begin } from './engines';

/** What the engine's gradient by a layer's weights is multiplied with. */
const fault = vi.hoisted(() => ({ factor: 1 }));
vi.mock('../../../src/engine/recurrent', async (original) => {
  const engine = await original<typeof import('../../../src/engine/recurrent')>();
  return {
    ...engine,
    recurrent: (...[cell, weights, ...rest]: Parameters<typeof engine.recurrent>) => {
      const { factor } = fault;
      const scaled = tf.customGrad((value) => ({
        value: (value as tf.Tensor).clone(),
        gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor),
      }));
      return engine.recurrent(cell, factor === 1 ? weights : (scaled(weights) as tf.Tensor1D), ...rest);
    },
  };
});

let end = async () => {};
beforeAll(async () => {
  end = await begin({ name: 'plain', variant: 'plain', threads: 1 });
});
afterAll(() => end());

const cell = (...lines: string[]) => readCell(`cell a {\n${lines.join('\n')}\n}\n`, 'a.cell');
const long = (given: ReturnType<typeof cell>) => runLong(given, { inputs: 8, units: 8 }, drawParameter);
const largest = (report: ReturnType<typeof checkGradients>) => Math.max(...report.gradients.map(({ error }) => error));

describe('gradients are compared with central differences:', () => {
  test.each(cells)('those of %s agree', (name) => {
    const report = checkGradients(builtinCell(name));
    expect(report.points).toBe(3);
    expect(largest(report)).toBeLessThan(1e-5);
    expect(report.outputError).toBeLessThan(1e-5);
    // Of a convolution's many weights some are compared.
    const isSampled = frameCells.some((one) => one === name);
    expect(report.gradients.every(({ whole, skipped }) => (whole || isSampled) && skipped === 0)).toBe(true);
  });

  test('one that is wrong is found, by the names of its weights alone', () => {
    fault.factor = 1.05;
    try {
      const found = checkGradients(builtinCell('gru')).gradients;
      for (const { name, kind, error } of found) {
        if (kind === 'weight') expect(error, name).toBeCloseTo(0.05, 2);
        else expect(error, name).toBeLessThan(1e-5);
      }
    } finally {
      fault.factor = 1;
    }
  });

  test('a kink is told with its equation, and differences that cross it are not taken for errors', () => {
    const report = checkGradients(
      cell(
        'state h',
        'a = relu(linear(x, h))',
        'b = abs(linear(x)) + min(a, 0.3)',
        "h' = tanh(max(a, linear(b)) + relu(h - h))",
      ),
    );
    expect(report.kinks.map(({ operation, equation }) => `${operation} ${equation}`).toSorted()).toEqual([
      'abs b',
      "max h'",
      'min b',
      'relu a',
      "relu h'",
    ]);
    expect(largest(report)).toBeLessThan(1e-4);
  });

  test('a cell that is beside a kink wherever it is, is compared beyond what crosses', () => {
    // The state comes within a hair of the kink, on either side, in every draw.
    const report = checkGradients(cell('state h', "h' = abs(1e-5 * h) + tanh(linear(x))"));
    expect(report.points).toBeGreaterThan(0);
    expect(report.drawn).toBeGreaterThan(3);
    expect(largest(report)).toBeLessThan(1e-3);
  });

  test('a value that leaves its domain is told with its equation', () => {
    const never = checkGradients(cell('state h', 'a = log(linear(x) - 90)', "h' = tanh(a)"));
    expect(never).toMatchObject({ points: 0, gradients: [], notFinite: { equations: ['a'] } });
    expect(never.notFinite.points).toBe(never.drawn);
    const sometimes = checkGradients(cell('state h', 'a = log(linear(x, h) + 2.5)', "h' = tanh(a)"));
    expect(sometimes.points).toBe(3);
    expect(largest(sometimes)).toBeLessThan(1e-2);
  });

  test('a weight that must not be trained has no gradient, a learned vector called input is not the input', () => {
    const report = checkGradients(
      cell('state h', 'param input = 1', "h' = tanh(linear(x, train: no) + input * scale(h))"),
    );
    expect(report.gradients.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'input weight',
      'h.W fixed weight',
      'h.b fixed weight',
      'h.p weight',
      'x input',
      'h state',
    ]);
    expect(largest(report)).toBeLessThan(1e-5);
  });

  test('of a very large cell some elements are compared', () => {
    const gates = Array.from({ length: 90 }, (_, at) => `g${at} = tanh(linear(x, h) + ${'0.01 * h + '.repeat(10)}h)`);
    const report = checkGradients(cell('state h', ...gates, "h' = tanh(g0 + g89)"));
    expect(report.points).toBe(1);
    expect(report.gradients.some(({ whole }) => !whole)).toBe(true);
    expect(largest(report)).toBeLessThan(1e-2);
  });
});

describe('over many steps', () => {
  test('usual cells stay bounded, and a gradient reaches ten steps back', () => {
    for (const name of ['gru', 'lstm', 'rnn', 'lem'] as const) {
      const { values, gradients } = long(builtinCell(name));
      expect(Math.max(...values.map(({ all }) => all)), name).toBeLessThan(20);
      expect(gradients[0]?.share, name).toBeGreaterThan(1e-4);
    }
  });

  test('what grows is seen to, and what forgets at once', () => {
    const growing = long(cell('state h', "h' = 3 * h + linear(x)"));
    expect(growing.values[0]?.all).toBe(Number.POSITIVE_INFINITY);
    expect(growing.gradients[0]?.share).toBeCloseTo(3 ** 10, -1);
    const forgetting = long(cell('state h', "h' = tanh(linear(x))"));
    expect(forgetting.gradients.map(({ share }) => share)).toEqual([0, 0, 0]);
  });
});
