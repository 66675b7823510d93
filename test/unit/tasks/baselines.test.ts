import { beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { readingSchema } from '../../../src/configuration/run';
import { chooseColumns, openDataset, readTable } from '../../../src/data';
import { useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import { evaluateForecast } from '../../../src/tasks/forecast/evaluate';
import { forecast } from '../../../src/tasks/forecast/forecast';
import { headOf } from '../../../src/tasks/forecast/head';
import { baselineLosses, referencesOf } from '../../../src/tasks/forecast/references';
import { type Series, seriesOf } from '../../../src/tasks/forecast/series';
import { language } from '../../../src/tasks/language/language';
import stored from '../../parity/baselines.json';

beforeAll(async () => void (await useReference()));

type Stored = (typeof stored.forecasts)[number];

const names = (values: readonly (readonly number[])[]) => (values[0] ?? []).map((_, column) => `c${column}`);
const asTable = (values: readonly (readonly number[])[]) =>
  [names(values), ...values].map((row) => `${row.join(',')}\n`).join('');

const textFile = (name: string, text: string) => openDataset({ kind: 'text', name, text });
const reading = (target: string) => readingSchema.parse({ task: 'forecast', target });

async function series(values: readonly (readonly number[])[], validationShare: number): Promise<Series> {
  const table = await readTable(await textFile('x.csv', asTable(values)), reading('c0'));
  return seriesOf(table, chooseColumns(table, reading('c0')), { name: 'x.csv', validationShare });
}

/** What the network sees of the rows before `end`. */
const readRows = ({ features, featureAt, groups: [all] }: Series, end: number) =>
  Array.from({ length: end }, (_, row) => features.map((_feature, place) => featureAt(all, row, place)));

function modelOf({ weights, units, values, grows, seasons }: Stored): Model {
  const columns = names(values).length;
  const arrays = Object.entries(weights as Record<string, { shape: number[]; values: number[] }>);
  return Model.fromArrays(
    {
      cell: builtinCell('lstm'),
      units,
      layers: 1,
      dropout: 0,
      input: { kind: 'numbers', size: (grows ? 1 : 2) * columns + seasons.filter(Boolean).length },
      outputs: columns,
    },
    new Map(arrays.map(([name, array]) => [name, { shape: array.shape, values: Float32Array.from(array.values) }])),
  );
}

describe.each(
  stored.forecasts.map((each) => [`${each.values.length} rows, ${each.means.length} columns`, each] as const),
)('a series of %s has, as in scikit-learn and PyTorch,', (_, each) => {
  test('the scales of its training part', async () => {
    const [{ forms, boundary }] = (await series(each.values, each.share)).groups;
    expect(boundary).toBe(each.boundary);
    for (const [column, form] of forms.entries()) {
      expect(form.mean).toBeCloseTo(each.means[column] ?? Number.NaN, 9);
      expect(form.deviation).toBeCloseTo(each.deviations[column] ?? Number.NaN, 9);
      expect(form.change).toBeCloseTo(each.changes[column] ?? Number.NaN, 9);
      expect(form.isTrending).toBe(each.grows);
      expect(form.logFrom !== undefined).toBe(each.grows);
      expect(form.season).toBe(each.seasons[column] ? each.period : undefined);
    }
  });

  test('the loss, RMSE and MAE of a model, of the last value and of the last season', async () => {
    const own = await series(each.values, each.share);
    const model = modelOf(each);
    const evaluation = await evaluateForecast(
      model,
      own,
      referencesOf(own, each.period),
      { timeSteps: each.window, batchSize: 4, horizon: 6, head: headOf({}) },
      async () => undefined,
    );
    model.dispose();
    expect(evaluation.validationLoss / each.loss).toBeCloseTo(1, 5);
    const error = evaluation.validationError;
    expect((error?.rmse ?? 0) / each.own.rmse).toBeCloseTo(1, 5);
    expect((error?.mae ?? 0) / each.own.mae).toBeCloseTo(1, 5);
    expect(error?.lastValue.rmse).toBeCloseTo(each.lastValue.rmse, 9);
    expect(error?.lastValue.mae).toBeCloseTo(each.lastValue.mae, 9);
    expect(error?.seasonalNaive?.rmse).toBeCloseTo(each.seasonalNaive.rmse, 9);
    expect(error?.seasonalNaive?.mae).toBeCloseTo(each.seasonalNaive.mae, 9);
    expect(error?.seasonalNaive?.period).toBe(each.period);

    const [last, seasonal] = baselineLosses(own, referencesOf(own, each.period), headOf({}));
    expect(last?.loss).toBeCloseTo(each.lastValue.loss, 8);
    expect(seasonal?.loss).toBeCloseTo(each.seasonalNaive.loss, 8);
  });

  test('the same figures in the report of the file', async () => {
    const { report, encoding } = await forecast.prepare(await textFile('x.csv', asTable(each.values)), reading('c0'), {
      validationShare: each.share,
    });
    expect(report.split).toEqual({ training: each.boundary, validation: each.values.length - each.boundary });
    expect(report.baselines.map(({ name }) => name)).toEqual([
      'last value',
      `seasonal naive (${each.period})`,
      expect.stringMatching(/^linear \(\d+ rows back\)$/),
    ]);
    expect(report.baselines[0]?.loss).toBeCloseTo(each.lastValue.loss, 5);
    expect(report.baselines[1]?.loss).toBeCloseTo(each.seasonalNaive.loss, 5);
    expect(encoding.groups[0].forms[0]?.mean).toBeCloseTo(each.means[0] ?? Number.NaN, 9);
  });
});

describe.each(stored.texts.map((each) => [each.text.slice(0, 20), each] as const))('the text "%s…" has', (_, each) => {
  test('the unigram and the bigram entropy that another program counts', async () => {
    const { report } = await language.prepare(await textFile('x.txt', each.text), readingSchema.parse({}), {
      validationShare: each.share,
    });
    expect(report.baselines.map(({ name }) => name)).toEqual(['unigram', 'bigram']);
    expect(report.baselines[0]?.loss).toBeCloseTo(each.unigram, 9);
    expect(report.baselines[1]?.loss).toBeCloseTo(each.bigram, 9);
  });
});

test('nothing of the validation part reaches scales, what is read of training rows, season, vocabulary or training windows', async () => {
  const [each] = stored.forecasts;
  const values = each?.values ?? [];
  const boundary = each?.boundary ?? 0;
  const random = randomFromSeed(5);
  const changed = values.map((row, at) => (at < boundary ? row : row.map(() => 1000 * random.normal())));
  const options = { validationShare: each?.share ?? 0 };
  const [one, other] = await Promise.all(
    [values, changed].map(async (table) =>
      forecast.prepare(await textFile('x.csv', asTable(table)), reading('c0'), options),
    ),
  );
  expect(other?.encoding.groups[0].forms).toEqual(one?.encoding.groups[0].forms);
  expect(other?.report.baselines.map(({ name }) => name)).toEqual(one?.report.baselines.map(({ name }) => name));
  const [before, after] = await Promise.all([values, changed].map((table) => series(table, options.validationShare)));
  if (!before || !after) throw new Error('Both were read');
  expect(readRows(after, boundary)).toEqual(readRows(before, boundary));
  expect(readRows(after, values.length)).not.toEqual(readRows(before, values.length));

  const text = 'to be or not to be, that is the question. '.repeat(20);
  const end = text.length - Math.ceil(text.length * 0.1);
  const [mine, theirs] = await Promise.all(
    [text, `${text.slice(0, end)}${'§'.repeat(text.length - end)}`].map(async (content) =>
      language.prepare(await textFile('x.txt', content), readingSchema.parse({}), { validationShare: 0.1 }),
    ),
  );
  expect(theirs?.encoding.vocabulary).toEqual(mine?.encoding.vocabulary);
  const training = mine?.report.split.training ?? 0;
  expect(() => mine?.windows({ timeSteps: training, batchSize: 1 })).toThrow(`needs ${training + 1}`);
  for (let step = 1; step <= 40; step++) {
    const [a, b] = [mine, theirs].map((prepared) => prepared?.windows({ timeSteps: 8, batchSize: 3 }).at(step));
    expect(b?.input.arraySync()).toEqual(a?.input.arraySync());
    expect(b?.targets.arraySync()).toEqual(a?.targets.arraySync());
  }
});

test('a long validation part read in parallel streams has the error that it has read as one', async () => {
  const [each] = stored.forecasts;
  const random = randomFromSeed(9);
  // With too much noise for a season, which the stored model does not read.
  const values = Array.from({ length: 1300 }, (_, row) => [Math.sin(row / 2) + 0.5 * random.normal()]);
  const long = await series(values, 0.3);
  const model = modelOf(each as Stored);
  const evaluate = (batchSize: number) =>
    evaluateForecast(
      model,
      long,
      referencesOf(long, undefined),
      { timeSteps: 16, batchSize, horizon: 8, head: headOf({}) },
      async () => undefined,
    );
  const [one, several] = [await evaluate(1), await evaluate(3)];
  model.dispose();
  // A warm-up of two windows makes the state what it would be, nearly.
  expect(several.validationLoss / one.validationLoss).toBeCloseTo(1, 2);
  expect(several.validationError?.rmse).toBeCloseTo(one.validationError?.rmse ?? Number.NaN, 2);
});
