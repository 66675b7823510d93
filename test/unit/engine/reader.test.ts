import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { tf } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import { expectClose } from './close';
import { onEveryEngine } from './engines';

const vocabularySize = 11;
const spec = {
  ...{ units: 10, layers: 2, dropout: 0, outputs: vocabularySize },
  input: { kind: 'tokens', vocabularySize, embeddingSize: 6 },
} as const;

onEveryEngine(() =>
  describe('a text that is read token by token', () => {
    // More tokens than the table has rows: its products are kept. And fewer: each token has its own.
    const ids = Array.from({ length: 30 }, (_, index) => (index * 7 + 3) % vocabularySize);

    test.each([
      ['lstm', 30],
      ['gru', 30],
      ['gru', 5],
      ['min-gru', 30],
    ] as const)('leads to the logits of the whole text: %s, of %i tokens announced', (cell, length) => {
      const model = Model.initialise({ ...spec, cell: builtinCell(cell) }, randomFromSeed(5));
      const state = model.zeroState(1);
      const whole = model.forward(tf.tensor2d(ids, [1, ids.length], 'int32'), state).output.dataSync();
      const reader = model.reader(length);
      const one = [reader.read(ids.slice(0, 4)), ...ids.slice(4).map((id) => reader.read([id]))];
      reader.end();
      one.forEach((logits, index) => {
        const at = (index + 3) * vocabularySize;
        expectClose(logits, whole.slice(at, at + vocabularySize), 1e-5, `after token ${index + 4}`);
      });
      model.dispose();
    });

    test('follows the weights when they change', () => {
      const model = Model.initialise({ ...spec, cell: builtinCell('gru') }, randomFromSeed(5));
      const read = () => {
        const reader = model.reader(ids.length);
        const logits = ids.map((id) => reader.read([id])).at(-1) ?? new Float32Array();
        reader.end();
        return logits;
      };
      const before = read();
      const embedding = model.parameters.get('embedding');
      embedding?.assign(tf.mul(embedding, 2));
      const after = read();
      const whole = model.forward(tf.tensor2d(ids, [1, ids.length], 'int32'), model.zeroState(1)).output.dataSync();
      expectClose(after, whole.slice(-vocabularySize), 1e-5, 'logits');
      expect(Math.max(...after.map((value, index) => Math.abs(value - (before[index] ?? 0))))).toBeGreaterThan(1e-3);
      model.dispose();
    });
  }),
);
