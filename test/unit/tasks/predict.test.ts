import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Random, randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { type Reading, readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ForecastSample, LanguageSample } from '../../../src/protocol/run';
import { forecast } from '../../../src/tasks/forecast/forecast';
import { generate } from '../../../src/tasks/language/generate';
import { language } from '../../../src/tasks/language/language';

beforeAll(async () => void (await useReference()));
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const breathe = async () => undefined;
const context = { step: 3, seed: 5, random: randomFromSeed, breathe };
const textFile = (name: string, text: string) => openDataset({ kind: 'text', name, text });

const text = 'she sells sea shells by the sea shore; the shells she sells are sea shells, surely. '.repeat(12);
async function languageModel(layers = 1) {
  const prepared = await language.prepare(await textFile('x.txt', text), readingSchema.parse({}), {
    validationShare: 0.25,
  });
  const spec = language.spec(prepared.encoding, { cell: builtinCell('lstm'), units: 6, layers, dropout: 0 });
  return { ...prepared, model: Model.initialise(spec, randomFromSeed(4)) };
}

/** Probabilities of the next token after `ids`, in double precision from the model's logits. */
function nextProbabilities(model: Model, ids: readonly number[]): number[] {
  const logits = tf.tidy(() => {
    const { output } = model.forward(tf.tensor2d([...ids], [1, ids.length], 'int32'), model.zeroState(1));
    return Array.from(tf.slice(output, [0, ids.length - 1, 0], [1, 1, -1]).dataSync());
  });
  const highest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

describe('the validation loss of a text', () => {
  test('is the mean of the surprise at each held-out token given all before it, however long the windows', async () => {
    const { encoding, report, evaluate, model } = await languageModel(2);
    const ids = Array.from(text, (token) => encoding.vocabulary.indexOf(token)).slice(report.split.training);
    const surprises = Array.from(
      { length: 96 },
      (_, at) => -Math.log(nextProbabilities(model, ids.slice(0, at + 1))[ids[at + 1] ?? -1] ?? Number.NaN),
    );
    for (const timeSteps of [3, 6]) {
      const { validationLoss } = await evaluate(model, { timeSteps, batchSize: 1 }, breathe);
      // Sixteen windows are read of a longer part.
      const read = surprises.slice(0, 16 * timeSteps);
      expect(validationLoss).toBeCloseTo(read.reduce((sum, value) => sum + value, 0) / read.length, 5);
    }
    model.dispose();
  });
});

test('the candidates after a prompt are the likeliest tokens, with their probabilities', async () => {
  const { model, encoding } = await languageModel();
  const sample = (await language.sample(model, encoding, { prompt: 'she ', length: 4 }, context)) as LanguageSample;
  const ids = Array.from('she ', (token) => encoding.vocabulary.indexOf(token));
  const all = nextProbabilities(model, ids);
  model.dispose();
  const wanted = all.map((probability, id) => ({ token: encoding.vocabulary[id], probability })).slice(1);
  const rest = 1 - (all[0] ?? 0);
  wanted.sort((a, b) => b.probability - a.probability);
  expect(sample.next?.map(({ token }) => token)).toEqual(wanted.slice(0, 8).map(({ token }) => token));
  sample.next?.forEach(({ probability }, at) => {
    expect(probability).toBeCloseTo((wanted[at]?.probability ?? 0) / rest, 5);
  });
});

describe('a text drawn from a model', () => {
  const draw = async (change: Partial<Parameters<typeof generate>[1]>, random: Random = randomFromSeed(1)) => {
    const { model, encoding } = await languageModel();
    const ids = await generate(model, {
      prompt: [3, 1],
      length: 40,
      temperature: 1,
      topK: 0,
      random,
      breathe,
      ...change,
    });
    return { ids, model, encoding };
  };

  test('without temperature takes the most likely token each time, as does one out of the top 1', async () => {
    for (const change of [{ temperature: 0 }, { topK: 1 }]) {
      const { ids, model } = await draw({ ...change, length: 12 });
      const read = [3, 1];
      for (const id of ids) {
        const probabilities = nextProbabilities(model, read);
        probabilities[0] = 0;
        expect(id).toBe(probabilities.indexOf(Math.max(...probabilities)));
        read.push(id);
      }
      model.dispose();
    }
  });

  test('follows the distribution of the model at its temperature, without the unknown token and what is not in the top', async () => {
    for (const [temperature, topK] of [
      [1, 0],
      [0.5, 0],
      [2, 5],
    ] as const) {
      const { model } = await draw({ length: 1 });
      const raised = nextProbabilities(model, [3, 1]).map((p, id) => (id === 0 ? 0 : p ** (1 / temperature)));
      const least = topK > 0 ? (raised.toSorted((a, b) => b - a)[topK - 1] ?? 0) : 0;
      const kept = raised.map((p) => (p >= least ? p : 0));
      const sum = kept.reduce((a, b) => a + b, 0);
      const random = randomFromSeed(9);
      const counts = kept.map(() => 0);
      const draws = 300;
      for (let at = 0; at < draws; at++) {
        const [id = -1] = await generate(model, { prompt: [3, 1], length: 1, temperature, topK, random, breathe });
        counts[id] = (counts[id] ?? 0) + 1;
      }
      model.dispose();
      counts.forEach((count, id) => {
        const p = (kept[id] ?? 0) / sum;
        // Five standard errors of a binomial count.
        expect(Math.abs(count - draws * p), `token ${id}`).toBeLessThanOrEqual(5 * Math.sqrt(draws * p * (1 - p)));
      });
    }
  });

  test('is the same from the same seed, another from another, and as long as was asked for', async () => {
    const { model, encoding } = await languageModel();
    const sample = async (seed: number) =>
      (await language.sample(model, encoding, { prompt: 'she ', length: 50, seed }, context)) as LanguageSample;
    const [a, b, c] = [await sample(1), await sample(1), await sample(2)];
    model.dispose();
    expect(b).toEqual(a);
    expect(c.text).not.toBe(a.text);
    expect(a).toMatchObject({ task: 'language', step: 3, prompt: 'she ', seed: 1 });
    expect(Array.from(a.text)).toHaveLength(50);
    expect(a.text).not.toContain('\uFFFD');
  });

  test('goes on from its prompt of any length, of characters that the model knows', async () => {
    const { model, encoding } = await languageModel();
    for (const prompt of ['', 's', 'she '.repeat(1000)]) {
      const sample = (await language.sample(model, encoding, { prompt, length: 3 }, context)) as LanguageSample;
      expect(sample.text).toHaveLength(3);
      expect(sample.prompt).toBe(prompt || encoding.prompt);
    }
    const unknown = language.sample(model, encoding, { prompt: 'she 漢🙂', length: 3 }, context);
    await expect(unknown).rejects.toThrow('The model has never seen "漢", "🙂" (prompt)');
    model.dispose();
  });
});

describe('a forecast', () => {
  const rows = 90;
  const value = (row: number) => 50 + 10 * Math.sin(row / 2);
  const day = (row: number) => new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10);
  const table = `day,level\n${Array.from({ length: rows }, (_, row) => `${day(row)},${value(row).toFixed(4)}\n`).join('')}`;

  async function forecastModel(asked: Partial<Reading> = {}) {
    const reading = readingSchema.parse({ task: 'forecast', ...asked });
    const prepared = await forecast.prepare(await textFile('x.csv', table), reading, { validationShare: 0.1 });
    const spec = forecast.spec(prepared.encoding, { cell: builtinCell('lstm'), units: 4, layers: 1, dropout: 0 });
    return { ...prepared, model: Model.initialise(spec, randomFromSeed(4)) };
  }

  test('of a model that adds nothing goes on from the last value as a season ago, in the units of the file, with the truth beside it', async () => {
    const { model, encoding } = await forecastModel();
    const { season = 0 } = encoding.groups[0].forms[0] ?? {};
    expect(season).toBeGreaterThan(2);
    for (const name of ['head.W', 'head.b']) {
      const variable = model.parameters.get(name);
      tf.tidy(() => variable?.assign(tf.zeros(variable.shape)));
    }
    const sample = (await forecast.sample(model, encoding, { prompt: day(80), length: 14 }, context)) as ForecastSample;
    model.dispose();
    expect(sample.target).toBe('level');
    expect(sample.forecast).toHaveLength(14);
    const known = Array.from({ length: 80 }, (_, row) => value(row));
    for (const ahead of sample.forecast) {
      const [from = 0, to = 0] = known.slice(-1 - season);
      known.push((known.at(-1) ?? 0) + to - from);
      expect(ahead).toBeCloseTo(known.at(-1) ?? Number.NaN, 3);
    }
    expect(sample.history.at(-1)).toBeCloseTo(value(79), 4);
    expect(sample.truth).toHaveLength(10);
    sample.truth.forEach((truth, at) => {
      expect(truth).toBeCloseTo(value(80 + at), 4);
    });
    expect(sample.times?.[sample.history.length]).toBe(day(80));
  });

  test('of a table whose last column does not change while it is learned from is of the last one that does; asked for, that is refused', async () => {
    const late = `day,a,b,c\n${Array.from({ length: 60 }, (_, row) => `${day(row)},${row % 7},${(row * row) % 11},${row < 57 ? '' : row}\n`).join('')}`;
    const prepare = async (asked: Partial<Reading>) =>
      forecast.prepare(await textFile('late.csv', late), readingSchema.parse({ task: 'forecast', ...asked }), {
        validationShare: 0.1,
      });
    const { report, encoding } = await prepare({});
    expect(report.table?.target).toBe('b');
    expect(encoding.columns).toEqual(['b', 'a']);
    expect(report.warnings.join()).toContain('"c" is constant in the training part');
    await expect(prepare({ target: 'c' })).rejects.toThrow(/"c" is 57 in every row of the training part/);
  });

  test('feeds each forecast back as the next row', async () => {
    const { model, encoding } = await forecastModel();
    const {
      mean,
      deviation,
      change: usual,
      season = 0,
    } = encoding.groups[0].forms[0] as (typeof encoding.groups)[0]['forms'][number];
    const sample = (await forecast.sample(model, encoding, { prompt: day(70), length: 4 }, context)) as ForecastSample;
    expect(season).toBeGreaterThan(2);
    const known = encoding.groups[0].context.slice(0, 70).map(([level = 0]) => level);
    for (const ahead of sample.forecast) {
      const change = tf.tidy(() => {
        const change = (row: number) => (row > 0 ? ((known[row] ?? 0) - (known[row - 1] ?? 0)) / usual : 0);
        const read = known.map((level, row) => [(level - mean) / deviation, change(row), change(row + 1 - season)]);
        const input = tf.tensor3d(read.flat(), [1, known.length, 3]);
        return model.forward(input, model.zeroState(1)).output.dataSync()[known.length - 1] ?? Number.NaN;
      });
      const [from = 0, to = 0] = known.slice(-1 - season);
      const next = (known.at(-1) ?? Number.NaN) + to - from + change * usual;
      expect(ahead).toBeCloseTo(next, 3);
      known.push(next);
    }
    model.dispose();
  });

  test('says all rows of the horizon at once where it is asked to, with an interval between its outer quantiles', async () => {
    const { model, encoding, windows } = await forecastModel({
      strategy: 'direct',
      horizon: 5,
      quantiles: [0.1, 0.5, 0.9],
    });
    const ask = { prompt: day(70), length: 9 };
    const sample = (await forecast.sample(model, encoding, ask, context)) as ForecastSample;
    const { change = 1 } = encoding.groups[0].forms[0] ?? {};
    // The same row is the last one of a window, on which the same is said in training.
    const said = tf.tidy(() => {
      const { input } = windows({ timeSteps: 70, batchSize: 1 }).at(1);
      const { output } = model.forward(input, model.zeroState(1));
      return Array.from(output.dataSync()).slice(-15);
    });
    model.dispose();
    const last = value(69);
    const { season = 0 } = encoding.groups[0].forms[0] ?? {};
    expect(season).toBeGreaterThan(5);
    expect(sample.forecast).toHaveLength(5);
    sample.forecast.forEach((ahead, step) => {
      const unit = change * Math.sqrt(step + 1);
      const own = said
        .slice(3 * step, 3 * step + 3)
        .map((each) => last + value(70 + step - season) - value(69 - season) + each * unit);
      expect(ahead).toBeCloseTo(own[1] ?? Number.NaN, 3);
      expect(sample.interval?.low[step]).toBeCloseTo(Math.min(...own), 3);
      expect(sample.interval?.high[step]).toBeCloseTo(Math.max(...own), 3);
    });
  });

  test('further ahead than its rows reach is refused with what to do', async () => {
    const { model, windows } = await forecastModel({ strategy: 'direct', horizon: 60 });
    model.dispose();
    expect(() => windows({ timeSteps: 24, batchSize: 1 })).toThrow(/60 rows ahead of its last one take 84/);
  });

  test('begins at a date or row, at the end of the file, or so that the truth is known; nowhere else', async () => {
    const { model, encoding } = await forecastModel();
    const from = async (prompt?: string) =>
      (await forecast.sample(model, encoding, { prompt, length: 5 }, context)) as ForecastSample;
    expect((await from('end')).truth).toEqual([]);
    expect((await from()).truth).toHaveLength(5);
    await expect(from('1999-01-01')).rejects.toMatchObject({
      name: 'UserError',
      wayOut: `Give the date or number of a row from ${day(1)} to ${day(89)}, or "end" for what comes after the file.`,
    });
    model.dispose();
  });

  test('leaves no tensor behind when a validation part is evaluated', async () => {
    const { model, evaluate } = await forecastModel();
    const { validationLoss } = await evaluate(model, { timeSteps: 5, batchSize: 2 }, breathe);
    expect(validationLoss).toBeGreaterThan(0);
    model.dispose();
  });
});
