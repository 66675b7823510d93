import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { cells } from '../../../src/configuration/run';
import { useReference } from '../../../src/engine/tensors';
import { layerCells } from '../../../src/interchange/layers/cells';
import { headActivation } from '../../../src/interchange/layers/encoding';
import type { ModelSpec } from '../../../src/models/parameters';
import { temporaryFolder } from '../temporary';
import { encodings, furthest, inputOf, outputOf, randomWeights, save, written } from './models';
import { stock, stockBackends } from './stock';

beforeAll(async () => void (await useReference()));

const heads = [
  { encoding: 'tokens', tokens: true },
  { encoding: 'numbers', tokens: false },
  { encoding: 'shades', tokens: false },
  { encoding: 'classes', tokens: true, pooling: 'mean' },
  { encoding: 'scores', tokens: false, pooling: 'last' },
] as const;

/** Every cell, one and two layers, both directions and every head that TF.js has layers for, in sizes drawn at random. */
const random = randomFromSeed(7);
const size = (most: number) => 1 + Math.floor(random.uniform() * most);
const cases = layerCells.flatMap((cell) =>
  [1, 2].flatMap((layers) =>
    [false, true].flatMap((bidirectional) =>
      heads
        .filter((head) => !(bidirectional && 'pooling' in head && head.pooling === 'last'))
        .map(({ encoding, tokens, ...rest }) => {
          const input = tokens
            ? ({ kind: 'tokens', vocabularySize: size(30), embeddingSize: size(12) } as const)
            : ({ kind: 'numbers', size: size(9) } as const);
          const own = { cell: builtinCell(cell), units: size(20), layers, bidirectional, input, outputs: size(9) };
          const spec: ModelSpec = { ...own, dropout: layers === 2 ? 0.3 : 0, ...rest };
          return { name: `${cell}, ${layers}, ${bidirectional}, ${encoding}`, spec, encoding, timeSteps: size(12) };
        }),
    ),
  ),
);

test.each(stockBackends)('a model that is written says the same in stock TF.js on %s, to 1e-5', async (backend) => {
  const root = await temporaryFolder();
  const all = await Promise.all(
    cases.map(async ({ name, spec, encoding, timeSteps }, index) => {
      const weights = randomWeights(spec, randomFromSeed(index));
      const folder = join(root, String(index));
      const whole = encodings[encoding];
      if (!whole) throw new Error(encoding);
      await save(folder, written(spec, weights, whole));
      const input = inputOf(spec, timeSteps, index);
      return {
        name,
        folder,
        input,
        whole,
        said: outputOf(spec, weights, input, headActivation(whole)),
        spec,
        timeSteps,
      };
    }),
  );
  const answers = await stock(backend, all);
  expect(answers).toHaveLength(90);
  for (const [index, { name, said, whole, spec, timeSteps }] of all.entries()) {
    const { shape, values = [], metadata } = answers[index] ?? {};
    expect(shape, name).toEqual(spec.pooling ? [2, spec.outputs] : [2, timeSteps, spec.outputs]);
    expect(furthest(values, said), name).toBeLessThanOrEqual(1e-5);
    expect(metadata?.unroll, name).toMatchObject({ task: whole.task, encoding: whole });
  }
});

describe('a model that the format cannot express is refused, with what to train instead:', () => {
  const plain: ModelSpec = {
    ...{ cell: builtinCell('lstm'), units: 3, layers: 1, dropout: 0, outputs: 2 },
    input: { kind: 'tokens', vocabularySize: 5, embeddingSize: 3 },
  };
  const refusal = (change: Partial<ModelSpec>) => () => {
    const spec = { ...plain, ...change };
    return written(spec, randomWeights(spec, randomFromSeed(1)), encodings.tokens as never);
  };

  test.each(cells.filter((cell) => !layerCells.some((known) => known === cell)))('the cell %s', (cell) => {
    expect(refusal({ cell: builtinCell(cell) })).toThrow(
      expect.objectContaining({
        what: `The TF.js layers format cannot express the cell ${cell}`,
        wayOut: expect.stringContaining('gru-reset-before'),
      }),
    );
  });

  test.each<[string, Partial<ModelSpec>, RegExp]>([
    ['attention over steps', { pooling: 'attention' }, /--pooling mean/],
    [
      'the last step of both directions',
      { pooling: 'last', bidirectional: true },
      /--pooling mean.*--direction forward/,
    ],
    [
      'a translator',
      { decoder: { vocabularySize: 4, embeddingSize: 3, attention: 'dot' } },
      /Models of the other tasks can be written/,
    ],
  ])('%s', (_, change, wayOut) => {
    expect(refusal(change)).toThrow(expect.objectContaining({ wayOut: expect.stringMatching(wayOut) }));
  });
});
