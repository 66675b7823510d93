import { describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import { begin, engines } from './engines';
import { byEngine, drawn, type Shape } from './layer-call';

// No multiple of a panel, nor of the threads.
const shape: Shape = { batch: 5, timeSteps: 6, inputSize: 9, units: 27, seed: 2 };

/** Those that multiply and add in one instruction, on one thread and more. */
const alike = engines.filter(({ variant }) => variant === 'wide' || variant === 'relaxed');

describe('the same bits come out, however wide the instructions are and however many threads there are:', () => {
  test('output and gradients of every cell', async () => {
    const results: string[][] = [];
    for (const engine of alike) {
      const end = await begin(engine);
      results.push(
        cells.map((name) => {
          const cell = builtinCell(name);
          const { output, gradients } = byEngine(cell, drawn(cell, shape, 0.5), shape);
          return JSON.stringify([name, [...output], [...gradients].map(([of, values]) => [of, [...values]])]);
        }),
      );
      await end();
    }
    const [first, ...others] = results;
    for (const other of others) expect(other).toEqual(first);
  });
});
