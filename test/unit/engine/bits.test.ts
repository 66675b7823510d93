import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import { tf } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ModelSpec } from '../../../src/models/parameters';
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

  test('gradients of a model from call to call, where there are fewer rows than threads, and fewer tokens than entries of the table', async () => {
    const end = await begin({ name: 'plain on three threads', variant: 'plain', threads: 3 });
    const spec: ModelSpec = {
      ...{ cell: builtinCell('gru'), units: 4, layers: 2, dropout: 0, outputs: 7, bidirectional: true },
      input: { kind: 'tokens', vocabularySize: 6, embeddingSize: 3 },
    };
    const model = Model.initialise(spec, randomFromSeed(1));
    const input = tf.tensor2d([1, 2, 1], [1, 3], 'int32');
    const targets = tf.tensor2d([2, 2, 2], [1, 3], 'int32');
    const digests = Array.from({ length: 300 }, () => {
      const state = model.zeroState(1);
      const { loss, gradients, next } = model.crossEntropyGradients(input, targets, state, randomFromSeed(1));
      const hash = createHash('md5');
      for (const gradient of Object.values(gradients)) hash.update(Buffer.from(gradient.dataSync().slice().buffer));
      tf.dispose([...state, loss, gradients, ...next]);
      return hash.digest('hex');
    });
    tf.dispose([input, targets]);
    model.dispose();
    await end();
    expect(new Set(digests).size).toBe(1);
  });
});
