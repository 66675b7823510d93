import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import { begin, engines } from './engines';
import { byEngine, drawn, type Shape } from './layer-call';

// No multiple of a panel, nor of the threads.
const small: Shape = { batch: 5, timeSteps: 6, inputSize: 9, units: 27, seed: 2 };
// Threads go through the steps together here; one alone, and as many where that turns out to be faster, row by row.
const wide: Shape = { batch: 5, timeSteps: 3, inputSize: 7, units: 530, seed: 4 };

/** Those that multiply and add in one instruction, on one thread and more. */
const alike = engines.filter(({ variant }) => variant === 'wide' || variant === 'relaxed');

/** Of the bits of a call's output and gradients. */
function digest({ output, gradients }: ReturnType<typeof byEngine>): string {
  const hash = createHash('md5');
  for (const values of [output, ...gradients.values()]) hash.update(Buffer.from(Float32Array.from(values).buffer));
  return hash.digest('hex');
}

describe('the same bits come out, however wide the instructions are and however many threads there are:', () => {
  test.each([
    ['every cell', cells, small],
    ['large layers', ['rnn', 'gru-reset-before', 'lstm-layernorm'] as const, wide],
  ])('output and gradients of %s', async (_, names, shape) => {
    const results: string[][] = [];
    for (const engine of alike) {
      const end = await begin(engine);
      results.push(
        names.map((name) => {
          const cell = builtinCell(name);
          return `${name} ${digest(byEngine(cell, drawn(cell, shape, 0.5), shape))}`;
        }),
      );
      await end();
    }
    const [first, ...others] = results;
    for (const other of others) expect(other).toEqual(first);
  });

  test('output of a large layer from call to call, while the engine tries how its threads shall go through the steps', async () => {
    const end = await begin({ name: 'wide on two threads', variant: 'wide', threads: 2 });
    const cell = builtinCell('gru');
    const large: Shape = { ...wide, units: 304 };
    const given = drawn(cell, large, 0.1);
    const digests = Array.from({ length: 60 }, () => digest(byEngine(cell, given, large)));
    await end();
    expect(new Set(digests).size).toBe(1);
  });
});
