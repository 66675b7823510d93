import { expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import type { TokenUnit } from '../../../src/configuration/run';
import type { ModelSpec } from '../../../src/models/parameters';
import type { ModelSize } from '../../../src/protocol/dataset';
import { propose } from '../../../src/tasks/propose';

const proposed = (training: number, vocabularySize: number, tokens: TokenUnit = 'chars') =>
  propose(
    { task: 'language', split: { training, validation: training / 9 }, text: { tokens } },
    ({ units, layers }: ModelSize): ModelSpec => ({
      ...{ cell: builtinCell('lstm'), units, layers, dropout: 0, outputs: vocabularySize },
      input: { kind: 'tokens', vocabularySize, embeddingSize: Math.min(units, 64) },
    }),
  );

test('a long text gets a larger network, wider batches and more steps the longer it is; a short one learns in seconds', () => {
  const [short, long, longer] = [proposed(50_000, 70), proposed(300_000, 70), proposed(900_000, 70)];
  expect(short.sizes[0]?.value).toMatchObject({ name: 'small', units: 32 });
  expect(short.training).toEqual({});
  expect(long.sizes[0]?.value).toMatchObject({ name: 'large', units: 128, layers: 1 });
  expect(long.training).toMatchObject({ timeSteps: 64, batchSize: 32, steps: 1500 });
  expect(longer.training.steps).toBeGreaterThan(4000);
});

test('words and byte pairs, which say more each, get a large network and some ten passes on shorter texts', () => {
  for (const [tokens, vocabularySize] of [
    ['byte-pair', 1024],
    ['words', 3000],
  ] as const) {
    const { sizes, training } = proposed(90_000, vocabularySize, tokens);
    expect(sizes[0]?.value.name).toBe('large');
    const { timeSteps = 0, batchSize = 0, steps = 0 } = training;
    expect((timeSteps * batchSize * steps) / 90_000).toBeCloseTo(10, 0);
    expect(steps).toBeGreaterThan(1500);
  }
  expect(proposed(9000, 1024, 'byte-pair').training).toEqual({});
  expect(proposed(90_000, 256, 'bytes').training).toEqual({});
});

test('however long a text is and however many its words are, the work that is proposed ends', () => {
  expect(proposed(1e9, 70).training.steps).toBe(proposed(1e10, 70).training.steps);
  expect(proposed(1e9, 5001).training.steps).toBeLessThan(1000);
});
