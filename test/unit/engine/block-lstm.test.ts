import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { readCell } from '../../../src/cells/language/read';
import { cells } from '../../../src/configuration/run';
import { blockCellOf } from '../../../src/engine/tensorflow/block-cell';
import { expectClose } from './close';
import { begin, engines } from './engines';
import { byEngine, drawn, type Shape } from './layer-call';

const cell = (...lines: string[]) => readCell(`cell a {\n${lines.join('\n')}\n}\n`, 'a.cell');
const renamed = cell(
  'state y, memory',
  'candidate = tanh(linear(y, x))',
  'write = sigmoid(scale(memory) + linear(x, y))',
  'keep = sigmoid(linear(x, y, bias: 1))',
  "memory' = candidate * write + memory * keep",
  "y' = tanh(memory') * sigmoid(linear(x, y) + scale(memory'))",
);

describe("TensorFlow's own LSTM is found", () => {
  test('in the cells of Unroll that are one', () => {
    expect(cells.filter((name) => blockCellOf(builtinCell(name)))).toEqual(['lstm', 'lstm-peephole']);
  });

  test('in a cell that someone wrote, with other names, another order, and peepholes on some gates', () => {
    expect(blockCellOf(renamed)).toEqual([
      { input: 'write.W', recurrent: 'write.U', bias: 'write.b', peephole: 'write.p' },
      { input: 'candidate.W', recurrent: 'candidate.U', bias: 'candidate.b', peephole: undefined },
      { input: 'keep.W', recurrent: 'keep.U', bias: 'keep.b', peephole: undefined },
      { input: 'y.W', recurrent: 'y.U', bias: 'y.b', peephole: 'y.p' },
    ]);
  });

  test.each([
    ['a gate is shared', ['i = sigmoid(linear(x, h))', 'f = i']],
    ['a gate looks at the other cell state', ['i = sigmoid(linear(x, h))', 'f = sigmoid(linear(x, h) + scale(h))']],
    ['a gate reads nothing of the input', ['i = sigmoid(linear(x, h))', 'f = sigmoid(linear(h))']],
    ['a gate is another function', ['i = sigmoid(linear(x, h))', 'f = relu(linear(x, h))']],
    ['a gate is not trained', ['i = sigmoid(linear(x, h))', 'f = sigmoid(linear(x, h, train: no))']],
  ])('but not where %s', (_, gates) => {
    const rest = ["c' = f * c + i * tanh(linear(x, h))", "h' = sigmoid(linear(x, h)) * tanh(c')"];
    expect(blockCellOf(cell('state h, c', ...gates, ...rest))).toBeUndefined();
  });
});

/** In one operation both ways, in one and back step by step, and by the plan. */
const shapes: readonly Shape[] = [
  { batch: 3, timeSteps: 5, inputSize: 4, units: 6, seed: 1 },
  { batch: 16, timeSteps: 4, inputSize: 24, units: 64, seed: 2 },
  { batch: 32, timeSteps: 2, inputSize: 40, units: 400, seed: 3 },
];
const lstms = { lstm: builtinCell('lstm'), 'lstm-peephole': builtinCell('lstm-peephole'), renamed };
const calls = shapes.flatMap((shape) =>
  Object.entries(lstms).map(([name, given]) => ({ name, units: shape.units, given, shape })),
);
const tensorFlow = engines.filter(({ variant }) => variant === 'tensorflow');

describe.each(tensorFlow)('an LSTM on $name', (engine) => {
  const expected = new Map<object, ReturnType<typeof byEngine>>();
  const call = ({ given, shape }: (typeof calls)[number]) => byEngine(given, drawn(given, shape, 0.2), shape);
  let end = async () => {};
  beforeAll(async () => {
    await begin({ name: 'the reference', variant: undefined, threads: 1 });
    for (const one of calls) expected.set(one, call(one));
    end = await begin(engine);
  }, 120_000);
  afterAll(() => end());

  test.each(calls)('computes what the reference computes: $name, $units units', (one) => {
    const actual = call(one);
    const reference = expected.get(one);
    expectClose(actual.output, reference?.output ?? [], 1e-5, 'output');
    for (const [of, values] of reference?.gradients ?? [])
      expectClose(actual.gradients.get(of) ?? [], values, 1e-4, `gradient of ${of}`);
    expect(reference?.gradients.size).toBeGreaterThan(10);
  });
});
