import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { normalQuantile } from '../../../src/base/normal';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { meanAbsoluteError, pinballLoss } from '../../../src/engine/losses';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ForecastSample } from '../../../src/protocol/run';
import { forecast } from '../../../src/tasks/forecast/forecast';
import { headOf, lossOf } from '../../../src/tasks/forecast/head';
import { drawn, middleOf, quantileOf } from '../../../src/tasks/forecast/quantiles';
import stored from '../../parity/forecasts.json';

beforeAll(async () => void (await useReference()));

describe.each(stored.pinball.map((each) => [each.levels.length, each] as const))('of %i levels', (_, each) => {
  const { levels, truth, forecast: said } = each;

  test("the pinball loss is scikit-learn's, of a batch as of single values", () => {
    const batch = tf.tidy(() =>
      pinballLoss(
        tf.tensor3d(said.flat(), [1, truth.length, levels.length]),
        tf.tensor3d([truth.map((value) => [value])]),
        levels,
      ).dataSync(),
    );
    expect(batch[0]).toBeCloseTo(each.loss, 5);
    const head = headOf({ loss: 'pinball', quantiles: levels });
    const mean = truth.reduce((sum, value, at) => sum + lossOf(head, said[at] ?? [], value) / truth.length, 0);
    expect(mean).toBeCloseTo(each.loss, 9);
  });

  test("empirical quantiles are numpy's, and deviates of the normal distribution Python's", () => {
    const sorted = truth.toSorted((a, b) => a - b);
    levels.forEach((level, at) => {
      expect(quantileOf(sorted, level)).toBeCloseTo(each.quantiles[at] ?? Number.NaN, 9);
      expect(normalQuantile(level)).toBeCloseTo(each.deviates[at] ?? Number.NaN, 7);
    });
  });
});

test('the gradients of the pinball loss and of the mean absolute error are those of differences', () => {
  const random = randomFromSeed(3);
  const levels = [0.1, 0.5, 0.9];
  const truth = Array.from({ length: 8 }, () => random.normal());
  // Away from where the loss has a kink.
  const said = Array.from(
    { length: 24 },
    (_, at) => (truth[Math.floor(at / 3)] ?? 0) + (at % 2 ? 1 : -1) * (0.1 + random.uniform()),
  );
  const losses = [
    { width: 3, of: (x: tf.Tensor, y: tf.Tensor) => pinballLoss(x, y, levels) },
    { width: 1, of: meanAbsoluteError },
  ];
  for (const { width, of } of losses) {
    const shape: [number, number, number] = [2, 4, width];
    const values = width === 3 ? said : said.filter((_, at) => at % 3 === 0);
    const targets = tf.tensor3d(truth, [2, 4, 1]);
    const at = (changed: readonly number[]) =>
      tf.tidy(() => of(tf.tensor3d([...changed], shape), targets).dataSync()[0] ?? 0);
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => of(x, targets))(tf.tensor3d(values, shape))
        .dataSync(),
    );
    values.forEach((_, place) => {
      const moved = (by: number) => values.map((value, other) => (other === place ? value + by : value));
      expect(gradient[place]).toBeCloseTo((at(moved(0.05)) - at(moved(-0.05))) / 0.1, 3);
    });
    targets.dispose();
  }
});

test('what is drawn between quantiles of a normal distribution is what the deviate says, and rises with it', () => {
  const level = fc.double({ min: 0.02, max: 0.98, noNaN: true });
  fc.assert(
    fc.property(
      fc.uniqueArray(level, { minLength: 2, maxLength: 7 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (some, deviate) => {
        const levels = some.toSorted((a, b) => a - b);
        if (levels.some((value, at) => at > 0 && value - (levels[at - 1] ?? 0) < 0.01)) return;
        const quantiles = levels.map((value) => 5 + 2 * normalQuantile(value));
        expect(drawn(levels, quantiles, deviate)).toBeCloseTo(5 + 2 * deviate, 6);
        // Crossed ones are put in order.
        expect(drawn(levels, quantiles.toReversed(), deviate)).toBeCloseTo(5 + 2 * deviate, 6);
      },
    ),
  );
  expect(drawn([0.5], [3], 2)).toBe(3);
  expect(middleOf([0.1, 0.4, 0.9])).toBe(1);
});

describe('a head of quantiles', () => {
  test('has rising levels, usual ones unless told, and is refused where the loss aims at one number', () => {
    expect(headOf({})).toEqual({ loss: 'mse', quantiles: [] });
    expect(headOf({ loss: 'pinball' }).quantiles).toEqual([0.1, 0.5, 0.9]);
    expect(headOf({ quantiles: [0.9, 0.2, 0.9] })).toEqual({ loss: 'pinball', quantiles: [0.2, 0.9] });
    expect(() => headOf({ loss: 'mse', quantiles: [0.5] })).toThrow('The loss mse aims at one number');
  });

  test('gives an interval that widens as its forecasts go on from each other, with the median within', async () => {
    const draw = randomFromSeed(3);
    let level = 50;
    const rows = Array.from({ length: 120 }, () => {
      level += draw.normal();
      return level.toFixed(3);
    });
    const prepared = await forecast.prepare(
      await openDataset({ kind: 'text', name: 'x.csv', text: `level\n${rows.join('\n')}\n` }),
      readingSchema.parse({ task: 'forecast', loss: 'pinball' }),
      { validationShare: 0.1 },
    );
    const { encoding, report, evaluate } = prepared;
    expect(report.reading).toMatchObject({ loss: 'pinball', quantiles: [0.1, 0.5, 0.9] });
    const spec = forecast.spec(encoding, { cell: builtinCell('gru'), units: 4, layers: 1, dropout: 0 });
    expect(spec.outputs).toBe(3);
    const model = Model.initialise(spec, randomFromSeed(4));
    // A random walk with normal steps of a deviation of one change.
    tf.tidy(() => {
      model.parameters.get('head.W')?.assign(tf.zeros([4, 3]));
      model.parameters.get('head.b')?.assign(tf.tensor1d([-1.2815516, 0, 1.2815516]));
    });
    const context = { step: 1, seed: 1, random: randomFromSeed, breathe: async () => undefined };
    const sample = (await forecast.sample(model, encoding, { length: 9 }, context)) as ForecastSample;
    const { interval } = sample;
    const change = encoding.groups[0].forms[0]?.change ?? Number.NaN;
    expect(interval?.share).toBeCloseTo(0.8, 9);
    for (const step of [0, 3, 8]) {
      const [low, high] = [interval?.low[step] ?? 0, interval?.high[step] ?? 0];
      // Of 200 paths, within some standard errors of the quantile.
      expect((high - low) / (2 * 1.2815516 * change * Math.sqrt(step + 1))).toBeGreaterThan(0.7);
      expect((high - low) / (2 * 1.2815516 * change * Math.sqrt(step + 1))).toBeLessThan(1.3);
      expect(sample.forecast[step]).toBeGreaterThan(low);
      expect(sample.forecast[step]).toBeLessThan(high);
    }
    const again = (await forecast.sample(model, encoding, { length: 9 }, context)) as ForecastSample;
    expect(again).toEqual(sample);
    const { validationLoss, validationError } = await evaluate(
      model,
      { timeSteps: 8, batchSize: 2 },
      async () => undefined,
    );
    expect(validationLoss).toBeGreaterThan(0);
    expect(validationError?.interval?.share).toBeCloseTo(0.8, 9);
    expect(validationError?.rmse).toBeCloseTo(validationError?.lastValue.rmse ?? Number.NaN, 4);
    model.dispose();
  });
});
