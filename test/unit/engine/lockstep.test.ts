import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import { expectClose } from './close';
import { begin, engines } from './engines';
import { byEngine, drawn, type Shape } from './layer-call';

// Wide enough that no core would keep the weights of a step, or with fewer rows than threads: the threads go through the
// steps together then, each with its own units.
const fewRows: Shape = { batch: 1, timeSteps: 4, inputSize: 5, units: 200, seed: 3 };
const wide: Shape = { batch: 5, timeSteps: 3, inputSize: 7, units: 530, seed: 4 };
const calls = [
  ...cells.map((name) => [name, fewRows] as const),
  ...(['rnn', 'gru-reset-before', 'lstm-layernorm'] as const).map((name) => [name, wide] as const),
];
const key = (name: string, { batch, units }: Shape) => `${name}, ${batch} × ${units}`;
const given = ([name, shape]: (typeof calls)[number]) => drawn(builtinCell(name), shape, 0.1);
const call = ([name, shape]: (typeof calls)[number]) => byEngine(builtinCell(name), given([name, shape]), shape);

/** What the reference computes, once for all engines. */
const expected = new Map<string, ReturnType<typeof call>>();

/** Those whose threads are ours. */
const threaded = engines.filter(({ threads, variant }) => threads > 1 && variant !== 'tensorflow');

describe.each(threaded)('threads in lockstep, $name', (engine) => {
  let end = async () => {};
  beforeAll(async () => {
    if (expected.size === 0) {
      await begin({ name: 'the reference', variant: undefined, threads: 1 });
      for (const one of calls) expected.set(key(...one), call(one));
    }
    end = await begin(engine);
  }, 120_000);
  afterAll(() => end());

  test.each(calls)('compute what the reference computes: %s, %o', (name, shape) => {
    const actual = call([name, shape]);
    const reference = expected.get(key(name, shape));
    expectClose(actual.output, reference?.output ?? [], 1e-5, 'output');
    for (const [of, values] of reference?.gradients ?? []) {
      expectClose(actual.gradients.get(of) ?? [], values, 1e-4, `gradient of ${of}`);
    }
    expect(reference?.gradients.size).toBeGreaterThan(0);
  });
});
