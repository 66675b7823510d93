import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import type { Pooling } from '../../../src/engine/pooling';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ClassifySample } from '../../../src/protocol/run';
import { fitBagOfWords } from '../../../src/tasks/classify/bag-of-words';
import { classify } from '../../../src/tasks/classify/classify';
import { classificationScores } from '../../../src/tasks/classify/evaluate';
import counted from '../../parity/bag_of_words.json';
import parity from '../../parity/classification.json';
import { openText, userError } from '../data/temporary';

beforeAll(async () => void (await useReference()));
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const breathe = async () => undefined;
const prepare = async (text: string, reading: Parameters<typeof readingSchema.parse>[0] = {}, validationShare = 0.2) =>
  classify.prepare(await openText(text, 'opinions.csv'), readingSchema.parse(reading), { validationShare });
const rows = (count: number, row: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => row(at)).join('\n');

describe('a table of labelled examples', () => {
  const sentence = (at: number) => `this is sentence number ${at} of them`;
  test.each([
    ['labels last', `text,label\n${rows(30, (at) => `${sentence(at)},${at % 3 ? 'good' : 'bad'}`)}`],
    ['labels first', `label,text\n${rows(30, (at) => `${at % 3 ? 'good' : 'bad'},${sentence(at)}`)}`],
    [
      'an index and a confidence beside them',
      `id,label,confidence,text\n${rows(30, (at) => `${at},${at % 3 ? 'good' : 'bad'},0.${50 + at},${sentence(at)}`)}`,
    ],
    ['numbers for classes', `text,label\n${rows(30, (at) => `${sentence(at)},${at % 3 ? 1 : 0}`)}`],
    ['rows sorted by class', `text,label\n${rows(30, (at) => `${sentence(at)},${at < 20 ? 'good' : 'bad'}`)}`],
  ])('is understood with %s', async (_, text) => {
    const { report } = await prepare(text);
    expect(report.table).toMatchObject({ target: 'label', inputs: ['text'] });
    expect(report.classes?.map(({ training }) => training).toSorted()).toEqual([16, 8]);
    expect(report.split).toEqual({ training: 24, validation: 6 });
  });

  test('may be rows of numbers', async () => {
    const { report, encoding } = await prepare(
      `a,b,c,kind\n${rows(20, (at) => `${at},${at + 1},2,${at % 2 ? 'x' : 'y'}`)}`,
    );
    expect(report.table).toMatchObject({ target: 'kind', inputs: ['a', 'b', 'c'] });
    expect(encoding.input).toMatchObject({ kind: 'numbers' });
  });

  test('may be flowers: measures come again too, but the words beside them say what they are', async () => {
    const flower = (at: number) =>
      `${(4 + (at % 9) / 10).toFixed(1)},0.${at % 5},${['setosa', 'virginica', 'versicolor'][at % 3]}`;
    const { report } = await prepare(`length,width,species\n${rows(60, flower)}`);
    expect(report.table).toMatchObject({ target: 'species', inputs: ['length', 'width'] });
  });

  test('whose labels are numbers with a fraction has a score to come near to', async () => {
    const { report, encoding } = await prepare(
      `text,score\n${rows(30, (at) => `${sentence(at)},${(at * 0.37).toFixed(2)}`)}`,
    );
    expect(encoding.target).toMatchObject({ kind: 'score', name: 'score' });
    expect(report.classes).toBeUndefined();
    expect(report.baselines).toMatchObject([{ name: 'the mean' }]);
  });

  test('is split so that no text stands in both parts, and each class in its share', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.boolean()), { minLength: 30, maxLength: 120 }),
        async (list) => {
          fc.pre(new Set(list.map(([, kind]) => kind)).size === 2);
          const text = `text,label\n${list.map(([word, kind]) => `a text of word${word},${kind ? 'yes' : 'no'}`).join('\n')}`;
          const { encoding, windows, report } = await prepare(text, { target: 'label' });
          if (encoding.input.kind !== 'tokens') throw new Error('no tokens');
          expect(report.split.training + report.split.validation).toBe(list.length);
          const seen = new Set<string>();
          const { at, batchSize } = windows({ timeSteps: 8, batchSize: 4 });
          for (let step = 1; step <= Math.ceil(report.split.training / batchSize); step++) {
            const batch = at(step);
            const ids = batch.input.arraySync() as number[][];
            const vocabulary = encoding.input.vocabulary;
            for (const row of ids) seen.add(row.map((id) => vocabulary[id]).join(' '));
            tf.dispose([batch.input, batch.targets]);
          }
          for (const { text: held } of encoding.examples) {
            // A word that is unknown is in no training text.
            const last = held.split(' ').at(-1) ?? '';
            if (encoding.input.vocabulary.includes(last)) expect(seen).not.toContain(held.toLowerCase());
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('takes its words from the training part alone', async () => {
    const { encoding, report } = await prepare(
      `text,label\n${rows(60, (at) => `a text of own${at} own${at},${at % 2 === 0 ? 'yes' : 'no'}`)}`,
    );
    if (encoding.input.kind !== 'tokens') throw new Error('no tokens');
    const own = encoding.input.vocabulary.filter((word) => word.startsWith('own'));
    expect(own).toHaveLength(report.split.training);
    for (const { text } of encoding.examples) expect(own).not.toContain(text.split(' ').at(-1));
  });

  test('gives each epoch every example once, whatever the size of a batch', async () => {
    const { windows } = await prepare(
      `text,label\n${rows(40, (at) => `${'w '.repeat(1 + (at % 5))}x${at},${at % 2}`)}`,
    );
    const { at, batchSize } = windows({ timeSteps: 16, batchSize: 7 });
    expect(batchSize).toBe(7);
    let ones = 0;
    for (let step = 1; step <= 5; step++) {
      const { input, targets, lengths } = at(step);
      expect(Math.max(...(lengths ?? []))).toBe(input.shape[1]);
      ones += Array.from(targets.dataSync()).reduce((a, b) => a + b, 0);
      tf.dispose([input, targets]);
    }
    // 32 examples, of which the last batch brings three again.
    expect(ones).toBeGreaterThanOrEqual(16);
    expect(ones).toBeLessThanOrEqual(19);
  });
});

describe('what cannot be learned from is refused:', () => {
  test.each([
    [
      'one class',
      `text,label\n${rows(20, (at) => `text number ${at},same`)}`,
      { target: 'label' },
      /same label, "same"/,
    ],
    [
      'a class of its own for each row',
      `text,label\n${rows(20, (at) => `the text ${at},l${at}`)}`,
      { target: 'label' },
      /a label of its own/,
    ],
    [
      'no column of labels',
      `text,other\n${rows(20, (at) => `the text ${at},words ${at} here`)}`,
      {},
      /No column looks like labels/,
    ],
    [
      'nothing to read',
      `text,label\n${rows(20, (at) => `,${at % 2 ? 'a' : 'b'}`)}`,
      { target: 'label' },
      /Only 0 of 20 rows|no column of texts/,
    ],
    [
      'texts that are all the same',
      `text,label\n${rows(20, (at) => `always the same,${at % 2 ? 'a' : 'b'}`)}`,
      { target: 'label', columns: ['text'] },
      /none can be held out/,
    ],
  ] as const)('%s', async (_, text, reading, words) => {
    expect((await userError(prepare(text, reading))).what).toMatch(words);
  });

  test('empty sentences and missing labels are left out, and said so with a line', async () => {
    const { report } = await prepare(
      `text,label\n,good\n${rows(20, (at) => `some text ${at},${at % 2 ? 'good' : 'bad'}`)}\nlast one,\n`,
    );
    expect(report.split.training + report.split.validation).toBe(20);
    expect(report.warnings.join(' ')).toMatch(
      /One row has no label in "label".*line 23.*One row has nothing to read.*line 2\b/,
    );
  });
});

describe.each(['last', 'mean', 'attention'] satisfies Pooling[])('pooling by %s', (pooling) => {
  test('gives the same loss and gradients however much is padded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 5 }),
        (sequences, more) => {
          const model = Model.initialise(
            {
              ...{ cell: builtinCell('gru'), units: 5, layers: 2, dropout: 0, outputs: 3, pooling },
              input: { kind: 'tokens', vocabularySize: 6, embeddingSize: 4 },
            },
            randomFromSeed(2),
          );
          const lengths = sequences.map(({ length }) => length);
          const run = (timeSteps: number, filler: number) => {
            const flat = sequences.flatMap((ids) => Array.from({ length: timeSteps }, (__, at) => ids[at] ?? filler));
            const input = tf.tensor2d(flat, [sequences.length, timeSteps], 'int32');
            const targets = tf.tensor2d(
              sequences.map(([first = 0]) => first % 3),
              [sequences.length, 1],
              'int32',
            );
            const state = model.zeroState(sequences.length);
            const { loss, gradients, next } = model.crossEntropyGradients(input, targets, state, randomFromSeed(1), {
              lengths,
            });
            const values = [
              loss.dataSync()[0] ?? Number.NaN,
              ...Object.keys(gradients)
                .toSorted()
                .flatMap((name) => [...(gradients[name]?.dataSync() ?? [])]),
            ];
            tf.dispose([input, targets, loss, gradients, ...state, ...next]);
            return values;
          };
          const longest = Math.max(...lengths);
          const [plain, padded] = [run(longest, 0), run(longest + more, 3)];
          model.dispose();
          expect(padded).toHaveLength(plain.length);
          padded.forEach((value, at) => void expect(value).toBeCloseTo(plain[at] ?? Number.NaN, 5));
        },
      ),
      { numRuns: 15 },
    );
  });
});

test('a long validation part is looked at throughout: of a file sorted by class, every class', async () => {
  const { evaluate, encoding } = await prepare(
    `text,label\n${rows(9000, (at) => `the ${at} of it,${at < 8000 ? 'a' : 'b'}`)}`,
    { target: 'label' },
    0.5,
  );
  const model = Model.initialise(
    classify.spec(encoding, { cell: builtinCell('rnn'), units: 2, layers: 1, dropout: 0 }),
    randomFromSeed(4),
  );
  const { classification } = await evaluate(model, { timeSteps: 8, batchSize: 512 }, breathe);
  const truths = classification?.confusion.map((row) => row.reduce((a, b) => a + b, 0)) ?? [];
  expect(truths[0]).toBeGreaterThan(1810);
  expect(truths[1]).toBeGreaterThan(220);
  expect((truths[0] ?? 0) + (truths[1] ?? 0)).toBe(2048);
  model.dispose();
});

test('what counting words tells is what scikit-learn tells by it', () => {
  for (const { texts, labels, unseen, probabilities, vocabularySize, classes } of counted.cases) {
    const words = fitBagOfWords(texts, labels, { vocabularySize, classes });
    unseen.forEach((ids, at) => {
      words.probabilities(ids).forEach((share, own) => {
        expect(share).toBeCloseTo(probabilities[at]?.[own] ?? Number.NaN, 3);
      });
    });
  }
});

test('counting words is a baseline of texts, with its accuracy', async () => {
  const { report } = await prepare(
    `text,label\n${rows(200, (at) => `number ${at} was ${at % 2 ? 'good' : 'bad'},${at % 2 ? 'praise' : 'blame'}`)}`,
  );
  expect(report.baselines[1]).toMatchObject({ name: 'TF-IDF and logistic regression', accuracy: 1 });
});

test('scores are those of scikit-learn', () => {
  for (const { truth, predicted, classes, accuracy, macroF1, confusion } of parity.cases) {
    const logits = predicted.map((id) => Array.from({ length: classes }, (_, at) => (at === id ? 1 : 0)));
    const scores = classificationScores(logits, truth);
    expect(scores.accuracy).toBeCloseTo(accuracy, 12);
    expect(scores.macroF1).toBeCloseTo(macroF1, 12);
    expect(scores.confusion).toEqual(confusion);
  }
});

test('a prediction tells what each token adds: without it the class would be as much less likely', async () => {
  const file = await openDataset({ kind: 'file', path: join(import.meta.dirname, '../../../examples/opinions.csv') });
  const { encoding } = await classify.prepare(file, readingSchema.parse({}), { validationShare: 0.1 });
  const model = Model.initialise(
    classify.spec(encoding, { cell: builtinCell('lstm'), units: 6, layers: 1, dropout: 0 }),
    randomFromSeed(4),
  );
  const context = { step: 3, seed: 5, random: randomFromSeed, breathe };
  const of = async (prompt: string) => (await classify.sample(model, encoding, { prompt }, context)) as ClassifySample;
  const [whole] = (await of('the soup was not good')).items;
  const [without] = (await of('the soup was qqqq good')).items;
  const at = whole?.probabilities.indexOf(Math.max(...(whole?.probabilities ?? []))) ?? 0;
  expect(whole?.tokens).toEqual(['the', 'soup', 'was', 'not', 'good']);
  expect(whole?.contributions[3]).toBeCloseTo((whole?.probabilities[at] ?? 0) - (without?.probabilities[at] ?? 0), 6);
  model.dispose();
});
