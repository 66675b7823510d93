import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import type { TensorFlowBackend } from '../../../src/engine/tensorflow';
import { letGo, tf } from '../../../src/engine/tensors';
import { expectClose } from './close';
import { begin, engines } from './engines';
import { byEngine, drawn, type Shape } from './layer-call';

/** Steps for two runs of a graph, and one over; large enough for an LSTM with products of its own. */
const shapeOf = (seed: number, timeSteps: number): Shape => ({ batch: 3, timeSteps, inputSize: 4, units: 6, seed });
const largeOf = (seed: number): Shape => ({ batch: 24, timeSteps: 9, inputSize: 40, units: 512, seed });
/** Convolutions go another way. */
const names = cells.filter((name) => !name.startsWith('conv-'));
type CellName = (typeof cells)[number];
const tensorFlow = engines.filter(({ variant }) => variant === 'tensorflow');
const graphs = () => (tf.backend() as unknown as TensorFlowBackend).tensors.binding.getNumOfSavedModels();

describe.each(tensorFlow)('graphs of $name', (engine) => {
  const call = (name: CellName, shape: (seed: number) => Shape, seed: number) => {
    const own = shape(seed);
    return byEngine(builtinCell(name), drawn(builtinCell(name), own, own.units > 100 ? 0.05 : 0.3), own);
  };
  /** What a cell computes the third time that it is asked, each time with other numbers. */
  const third = (name: CellName, shape: (seed: number) => Shape) =>
    [1, 2, 3].map((seed) => call(name, shape, seed)).at(-1) as ReturnType<typeof byEngine>;
  const expectSame = (actual: ReturnType<typeof byEngine>, expected: ReturnType<typeof byEngine>) => {
    expectClose(actual.output, expected.output, 1e-5, 'output');
    for (const [of, values] of expected.gradients)
      expectClose(actual.gradients.get(of) ?? [], values, 2e-4, `gradient of ${of}`);
  };
  const steps = (seed: number) => shapeOf(seed, 67);
  const expected = new Map<string, ReturnType<typeof byEngine>>();
  let large: ReturnType<typeof byEngine>;
  let end = async () => {};
  beforeAll(async () => {
    await begin({ name: 'the reference', variant: undefined, threads: 1 });
    for (const name of names) expected.set(name, call(name, steps, 3));
    large = call('lstm', largeOf, 3);
    end = await begin(engine);
  }, 120_000);
  afterEach(() => letGo());
  afterAll(() => end());

  test.each(names)('give what the reference gives, with other weights than they were made with: %s', (name) => {
    expectSame(third(name, steps), expected.get(name) as ReturnType<typeof byEngine>);
    // An LSTM of this size is one operation forwards, and back.
    if (!/^lstm(-peephole)?$/.test(name)) expect(graphs()).toBe(2);
  });

  test('of a large LSTM do', () => {
    expectSame(third('lstm', largeOf), large);
    expect(graphs()).toBe(2);
  });

  test('are made for sequences of a few lengths, and serve others', () => {
    for (const timeSteps of [20, 21, 22, 23, 24, 25, 26])
      third('gru', (seed) => ({ ...shapeOf(seed, timeSteps), units: 5 }));
    expect(graphs()).toBeLessThanOrEqual(6);
  });

  test('are let go of when a training is over, and made anew for the next', () => {
    letGo();
    expect(graphs()).toBe(0);
    expectSame(third('gru', steps), expected.get('gru') as ReturnType<typeof byEngine>);
    expect(graphs()).toBe(2);
  });

  test('leave no file', () => {
    withTemporary('own', (folder) => {
      third('gru', steps);
      expect(graphs()).toBe(2);
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  test('are done without where no file can be written', () => {
    withTemporary('missing', () => {
      expectSame(third('gru', steps), expected.get('gru') as ReturnType<typeof byEngine>);
      expect(graphs()).toBe(0);
    });
  });
});

/** Does something while the system's folder for temporary files is another one, which is there or is not. */
function withTemporary(kind: 'own' | 'missing', work: (folder: string) => void): void {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'unroll-scan-'));
  process.env.TMPDIR = kind === 'own' ? folder : join(folder, 'missing');
  try {
    work(folder);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true });
  }
}
