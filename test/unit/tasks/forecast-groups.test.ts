import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { type Reading, readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ForecastSample } from '../../../src/protocol/run';
import { forecast } from '../../../src/tasks/forecast/forecast';

beforeAll(async () => void (await useReference()));
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const day = (at: number) => new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10);
const range = (count: number) => Array.from({ length: count }, (_, at) => at);
const north = (at: number) => 10 + 3 * Math.sin(at / 2);
const south = (at: number) => 1000 + 400 * Math.sin(at / 3);
const row = (shop: string, at: number, value: (at: number) => number) => `${day(at)},${shop},${value(at).toFixed(3)}`;
const stackedRows = [
  ...range(60).map((at) => row('North', at, north)),
  ...range(40).map((at) => row('South', at, south)),
];
const table = (rows: readonly string[]) => `date,shop,sales\n${rows.join('\n')}\n`;

const prepare = async (content: string, reading: Partial<Reading> = {}) =>
  forecast.prepare(
    await openDataset({ kind: 'text', name: 'x.csv', text: content }),
    readingSchema.parse({ task: 'forecast', ...reading }),
    { validationShare: 0.1 },
  );

describe('series that are stacked in a table', () => {
  test('are found by dates that come once in each, and are split by time each on its own', async () => {
    const { report, encoding } = await prepare(table(stackedRows));
    expect(report.table?.series).toEqual({ columns: ['shop'], count: 2, names: ['North', 'South'] });
    expect(report.reading.group).toEqual(['shop']);
    expect(report.split).toEqual({ training: 54 + 36, validation: 6 + 4 });
    expect(encoding.groups.map(({ labels }) => labels.at(-1))).toEqual([day(59), day(39)]);
    expect(encoding.groups[1]?.context.at(-1)?.[0]).toBeCloseTo(south(39), 3);
  });

  test('are the same whether they stand one after another, row by row in turn, or shuffled', async () => {
    const random = randomFromSeed(2);
    const inTurn = range(60).flatMap((at) => [row('North', at, north), ...(at < 40 ? [row('South', at, south)] : [])]);
    const mixed = stackedRows.toSorted(() => random.uniform() - 0.5);
    const [one, other, third] = await Promise.all([stackedRows, inTurn, mixed].map((rows) => prepare(table(rows))));
    const named = (prepared: typeof one) => prepared?.encoding.groups.toSorted((a, b) => a.name.localeCompare(b.name));
    expect(named(other)).toEqual(named(one));
    expect(named(third)).toEqual(named(one));
  });

  test('have scales of their own, from their own training part alone', async () => {
    const { encoding } = await prepare(table(stackedRows));
    const [first, second] = encoding.groups;
    const mean = (count: number, value: (at: number) => number) =>
      range(count).reduce((sum, at) => sum + value(at), 0) / count;
    expect(first.forms[0]?.mean).toBeCloseTo(mean(54, north), 3);
    expect(second?.forms[0]?.mean).toBeCloseTo(mean(36, south), 2);
    const changed = stackedRows.map((line, at) => (at >= 54 && at < 60 ? line.replace(/[^,]+$/, '99999') : line));
    const again = await prepare(table(changed));
    expect(again.encoding.groups.map(({ forms }) => forms)).toEqual(encoding.groups.map(({ forms }) => forms));
  });

  test('are trained on in windows that none of them shares with another', async () => {
    const { windows } = await prepare(table(stackedRows));
    const { batchSize, at } = windows({ timeSteps: 8, batchSize: 4, seed: 1 });
    expect(batchSize).toBe(4);
    for (let step = 1; step <= 30; step++) {
      const { input, targets, reset } = at(step);
      expect(reset).toBe(true);
      // A jump from one series into the other would be many times what changes usually are.
      const most = Math.max(...Array.from(targets.dataSync(), Math.abs));
      expect(most).toBeLessThan(4);
      tf.dispose([input, targets]);
    }
  });

  test('shorter than a window are not learned from, and that is said; where none is long enough, a window is proposed', async () => {
    const { windows } = await prepare(table(stackedRows));
    expect(windows({ timeSteps: 40, batchSize: 4 }).warnings).toEqual([
      '1 of 2 series are shorter than a window of 40 rows, and are not learned from.',
    ]);
    expect(() => windows({ timeSteps: 60, batchSize: 4 })).toThrow(
      'The training part of the longest series has 54 rows, but a window of 60 needs 61',
    );
  });

  test('are evaluated and forecast each in its own units', async () => {
    // Without a season, which would be gone on with.
    const draw = randomFromSeed(5);
    const noise = range(120).map((at) => {
      const [shop, level] = at < 60 ? ['North', 10] : ['South', 1000];
      return `${day(at % 60)},${shop},${(level * (1 + draw.normal() / 10)).toFixed(2)}`;
    });
    const { encoding, evaluate } = await prepare(table(noise));
    expect(encoding.groups[0].forms[0]?.season).toBeUndefined();
    const spec = forecast.spec(encoding, { cell: builtinCell('gru'), units: 4, layers: 1, dropout: 0 });
    const model = Model.initialise(spec, randomFromSeed(4));
    for (const name of ['head.W', 'head.b']) {
      const variable = model.parameters.get(name);
      tf.tidy(() => variable?.assign(tf.zeros(variable.shape)));
    }
    const { validationError } = await evaluate(model, { timeSteps: 8, batchSize: 2 }, async () => undefined);
    // Who says "no change" is the last value.
    const { lastValue, backtest, ...own } = validationError ?? {};
    for (const [key, value] of Object.entries(lastValue ?? {}))
      expect((own as Record<string, number>)[key], key).toBeCloseTo(value, 3);
    expect(backtest?.rmse).toBeCloseTo(backtest?.lastValue.rmse ?? Number.NaN, 3);
    const context = { step: 1, seed: 1, random: randomFromSeed, breathe: async () => undefined };
    const sample = (await forecast.sample(model, encoding, { group: 'south', length: 3 }, context)) as ForecastSample;
    expect(sample.group).toBe('South');
    expect(sample.forecast[0]).toBeCloseTo(sample.history.at(-1) ?? Number.NaN, 2);
    await expect(forecast.sample(model, encoding, { group: 'West' }, context)).rejects.toMatchObject({
      wayOut: 'Give the name of one, such as "North", "South".',
    });
    model.dispose();
  });
});

describe('a column of groups', () => {
  test('that splits everything into single rows is refused with how many there are, and the way out', async () => {
    const rows = range(60).map((at) => `${day(at)},shop ${at},${north(at)}`);
    await expect(prepare(table(rows), { group: ['shop'] })).rejects.toMatchObject({
      what: 'By "shop" there are 60 series, the longest of 1 row, too few to learn from and to check on',
      wayOut: expect.stringContaining('--group none'),
    });
  });

  test('that nobody has is refused with the names that there are', async () => {
    await expect(prepare(table(stackedRows), { group: ['shops'] })).rejects.toMatchObject({
      where: '--group',
      wayOut: expect.stringContaining('Did you mean "shop"?'),
    });
  });

  test('is not looked for where none is wanted, and a date that comes again is said then', async () => {
    const { report } = await prepare(table(stackedRows), { group: ['none'] });
    expect(report.table?.series).toBeUndefined();
    expect(report.warnings.join()).toMatch(/occurs again/);
  });

  test('leaves out what is too short, names it, and says where a date comes twice within a series', async () => {
    const rows = [...stackedRows, `${day(0)},West,3`, `${day(1)},West,4`, `${day(39)},South,1000`];
    const { report } = await prepare(table(rows));
    expect(report.table?.series?.names).toEqual(['North', 'South']);
    expect(report.warnings).toContain('One series has fewer than four rows, and is left out: "West".');
    expect(report.warnings.join()).toContain(`${day(39)} in "date" occurs again in line 104`);
  });

  test('may be two columns, whose pairs tell the series apart', async () => {
    const rows = ['a', 'b'].flatMap((shop) =>
      ['x', 'y'].flatMap((item) =>
        range(20).map((at) => `${day(at)},${shop},${item},${(north(at) * 7 + shop.length).toFixed(2)}`),
      ),
    );
    const { report } = await prepare(`date,shop,item,sales\n${rows.join('\n')}\n`);
    expect(report.table?.series).toEqual({
      columns: ['shop', 'item'],
      count: 4,
      names: ['a / x', 'a / y', 'b / x', 'b / y'],
    });
  });

  test('is also found without dates, by blocks of its values', async () => {
    const rows = stackedRows.map((line) => line.replace(/^[^,]+,/, ''));
    const { report } = await prepare(`shop,sales\n${rows.join('\n')}\n`);
    expect(report.table?.series?.count).toBe(2);
  });

  test('is none where dates come once, whatever stands beside', async () => {
    const rows = range(60).map((at) => `${day(at)},${at % 7 < 5 ? 'workday' : 'weekend'},${north(at)}`);
    const { report } = await prepare(table(rows));
    expect(report.table?.series).toBeUndefined();
  });
});
