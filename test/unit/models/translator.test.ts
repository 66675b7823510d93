import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { AttentionScore } from '../../../src/engine/attention';
import { tf } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ModelSpec } from '../../../src/models/parameters';
import { batchOf } from '../../../src/tasks/translate/batches';
import { boundary } from '../../../src/tasks/translate/pairs';
import { beamSearch, greedy } from '../../../src/tasks/translate/search';
import parity from '../../parity/translation.json';
import { onEveryEngine } from '../engine/engines';
import { pairsFrom } from '../tasks/pairs';

const breathe = () => Promise.resolve();

const specOf = (attention: AttentionScore, directions: number, layers: number, cell = 'rnn'): ModelSpec => ({
  ...{ cell: builtinCell(cell as 'rnn'), units: 4, layers, dropout: 0, outputs: 7, bidirectional: directions === 2 },
  input: { kind: 'tokens', vocabularySize: 6, embeddingSize: 3 },
  decoder: { vocabularySize: 7, embeddingSize: 3, attention },
});

function lossAndGradients(model: Model, batch: ReturnType<typeof batchOf>) {
  const state = model.zeroState(batch.lengths?.length ?? 0);
  const { loss, gradients, next } = model.crossEntropyGradients(
    batch.input,
    batch.targets,
    state,
    randomFromSeed(1),
    batch,
  );
  const named = new Map(
    Object.entries(gradients).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]),
  );
  const value = loss.dataSync()[0] ?? Number.NaN;
  const byVariable = new Map(
    [...model.parameters].map(([name, variable]) => [name, named.get(variable.name) ?? new Float32Array()]),
  );
  tf.dispose([loss, gradients, ...state, ...next, batch.input, batch.targets, batch.written]);
  return { loss: value, gradients: model.named(byVariable) };
}

onEveryEngine(() => {
  beforeEach(() => {
    const before = tf.memory().numTensors;
    return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
  });

  describe.each(parity.models)(
    'attention by $attention, $directions direction(s), $layers layer(s)',
    ({ attention, directions, layers, weights, logits, loss, gradients }) => {
      const spec = specOf(attention as AttentionScore, directions, layers);
      const build = () => {
        const shapes = Model.initialise(spec, randomFromSeed(1));
        const arrays = new Map(
          [...shapes.named(new Map())].map(([name, { shape }]) => [
            name,
            { shape, values: Float32Array.from(weights[name as keyof typeof weights] ?? []) },
          ]),
        );
        shapes.dispose();
        return Model.fromArrays(spec, arrays);
      };
      const pairs = pairsFrom(parity.pairs as unknown as [number[], number[]][]);

      test('gives the loss and every gradient of PyTorch', () => {
        const model = build();
        const found = lossAndGradients(model, batchOf(pairs, [0, 1, 2]));
        model.dispose();
        expect(found.loss).toBeCloseTo(loss, 5);
        expect([...found.gradients.keys()].toSorted()).toEqual(Object.keys(gradients).toSorted());
        for (const [name, wanted] of Object.entries(gradients))
          wanted.forEach(
            (value, at) => void expect(found.gradients.get(name)?.values[at], `${name}[${at}]`).toBeCloseTo(value, 5),
          );
      });

      test('gives the logits of PyTorch, in one pass and step by step', () => {
        const model = build();
        const batch = batchOf(pairs, [0, 1, 2]);
        const padded = tf.tidy(() => model.forward(batch.input, model.zeroState(3), batch).output.arraySync());
        const atOnce = padded.flatMap((steps, row) => steps.slice(0, 1 + (parity.pairs[row]?.[1]?.length ?? 0)).flat());
        tf.dispose([batch.input, batch.targets, batch.written]);
        const stepped = (parity.pairs as unknown as [number[], number[]][]).flatMap(([source, target]) =>
          tf.tidy(() => {
            const memory = model.encode(tf.tensor2d(source, [1, source.length], 'int32'), [source.length]);
            let state = model.firstState(memory);
            return [boundary, ...target].flatMap((id) => {
              const decoded = model.decode(tf.tensor2d([id], [1, 1], 'int32'), memory, state);
              state = decoded.state;
              return [...model.logits(decoded.hidden).dataSync()];
            });
          }),
        );
        model.dispose();
        expect(atOnce).toHaveLength(logits.length);
        logits.forEach((value, at) => {
          expect(atOnce[at]).toBeCloseTo(value, 4);
          expect(stepped[at]).toBeCloseTo(value, 4);
        });
      });
    },
  );

  test('padding more changes neither the loss nor a gradient', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 }),
            fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 5 }),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom<AttentionScore>('dot', 'general', 'additive'),
        fc.integer({ min: 1, max: 4 }),
        (list, attention, more) => {
          const model = Model.initialise(specOf(attention, 2, 2, 'gru'), randomFromSeed(2));
          const pairs = pairsFrom(list);
          const order = [...list.keys()];
          const plain = lossAndGradients(model, batchOf(pairs, order));
          const batch = batchOf(pairs, order);
          const wider = (ids: tf.Tensor, filler: number) => {
            const result = tf.pad(
              ids as tf.Tensor2D,
              [
                [0, 0],
                [0, more],
              ],
              filler,
            );
            ids.dispose();
            return result;
          };
          const padded = lossAndGradients(model, {
            ...batch,
            input: wider(batch.input, 3),
            written: wider(batch.written, 2),
            targets: wider(batch.targets, -1),
          });
          model.dispose();
          expect(padded.loss).toBeCloseTo(plain.loss, 5);
          for (const [name, { values }] of plain.gradients)
            values.forEach(
              (value, at) => void expect(padded.gradients.get(name)?.values[at], name).toBeCloseTo(value, 5),
            );
        },
      ),
      { numRuns: 20 },
    );
  });

  describe('a search', () => {
    /** The best of all translations up to a length, by trying each. */
    function exhaustive(model: Model, source: readonly number[], longest: number) {
      let best = { ids: [] as readonly number[], worth: Number.NEGATIVE_INFINITY };
      tf.tidy(() => {
        const memory = model.encode(tf.tensor2d([...source], [1, source.length], 'int32'), [source.length]);
        const grow = (ids: readonly number[], logProbability: number, state: ReturnType<Model['firstState']>): void => {
          const decoded = model.decode(tf.tensor2d([ids.at(-1) ?? boundary], [1, 1], 'int32'), memory, state);
          const scores = tf.logSoftmax(model.logits(decoded.hidden)).dataSync();
          for (let id = 1; id < scores.length; id++) {
            const total = logProbability + (scores[id] ?? 0);
            if (id === boundary) {
              const worth = total / ((5 + ids.length + 1) / 6) ** 0.6;
              if (worth > best.worth) best = { ids, worth };
            } else if (ids.length < longest) grow([...ids, id], total, decoded.state);
          }
        };
        grow([], 0, model.firstState(memory));
      });
      return best;
    }

    test('with a beam as wide as all there is finds what trying everything finds', async () => {
      for (const seed of [1, 2, 3, 4]) {
        const spec = {
          ...specOf('general', 1, 1, 'gru'),
          outputs: 4,
          decoder: { vocabularySize: 4, embeddingSize: 3, attention: 'general' as const },
        };
        const model = Model.initialise(spec, randomFromSeed(seed));
        // Ends are likely, so that the best one is short enough to be tried.
        const bias = model.parameters.get('head.b');
        const raised = tf.tensor1d([0, 2, 0, 0]);
        bias?.assign(raised);
        raised.dispose();
        const source = [2, 3];
        const best = exhaustive(model, source, 5);
        const input = tf.tensor2d(source, [1, 2], 'int32');
        const found = await beamSearch(model, input, 400, breathe);
        tf.dispose(input);
        model.dispose();
        expect(found.ids).toEqual(best.ids);
        expect(found.isEnded).toBe(true);
        expect(found.attention).toHaveLength(found.ids.length + 1);
        for (const weights of found.attention) expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      }
    });

    test('of width one takes the likeliest token each time, as of several sources at once, whatever their lengths', async () => {
      const model = Model.initialise(specOf('additive', 2, 2, 'lstm'), randomFromSeed(9));
      const sources = [[2, 3, 4, 5], [1], [4, 4]];
      const padded = tf.tensor2d(
        sources.flatMap((ids) => [...ids, 0, 0, 0].slice(0, 4)),
        [3, 4],
        'int32',
      );
      const together = await greedy(model, padded, [4, 1, 2], breathe);
      padded.dispose();
      for (const [at, ids] of sources.entries()) {
        const input = tf.tensor2d(ids, [1, ids.length], 'int32');
        const [alone] = await greedy(model, input, [ids.length], breathe);
        const narrow = await beamSearch(model, input, 1, breathe);
        input.dispose();
        expect(together[at]?.ids.slice(0, 10)).toEqual(alone?.ids.slice(0, 10));
        expect(narrow.ids.slice(0, 10)).toEqual(alone?.ids.slice(0, 10));
      }
      model.dispose();
    });
  });
});
