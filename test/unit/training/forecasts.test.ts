import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import type { RunChoices } from '../../../src/configuration/run';
import type { DatasetReport } from '../../../src/protocol/dataset';
import type { MetricsPoint } from '../../../src/protocol/run';
import { answers } from '../../../src/worker/answer';
import { temporaryFile, temporaryFolder } from '../temporary';

const root = join(import.meta.dirname, '../../..');

async function train(path: string, choices: RunChoices = {}) {
  const metrics: MetricsPoint[] = [];
  let dataset: DatasetReport | undefined;
  const { result } = await answers((event, value) => {
    if (event === 'metrics') metrics.push(value as MetricsPoint);
    if (event === 'dataset') dataset = value as DatasetReport;
  }).train({
    source: { kind: 'file', path },
    choices: { ...choices, training: { sampleEvery: 1000, ...choices.training } },
    folder: join(await temporaryFolder(), 'run'),
  });
  const best = metrics.find(({ step }) => step === result.bestStep)?.validationError;
  return { result, dataset, best };
}

describe('with default settings', () => {
  test('sunspots are forecast better than by the last value and by the last season, a row ahead and on a rolling backtest, also where nothing has seen them', async () => {
    const { result, best } = await train(join(root, 'examples/sunspots.csv'), {
      training: { testShare: 0.15, validationShare: 0.15 },
    });
    for (const error of [best, best?.backtest, result.test?.validationError, result.test?.validationError?.backtest]) {
      expect(error?.rmse).toBeLessThan(error?.lastValue.rmse ?? 0);
      expect(error?.rmse).toBeLessThan(error?.seasonalNaive?.rmse ?? 0);
      expect(error?.mase).toBeLessThan(error?.seasonalNaive?.mase ?? 0);
    }
  });

  test.each([{}, { strategy: 'direct', horizon: 7 }] as const)(
    'passengers of airlines are forecast better than by the last value and by the last season, a row ahead and on a rolling backtest: %j',
    async (reading) => {
      const { best } = await train(join(root, 'test/fixtures/airline.csv'), { reading });
      for (const error of [best, best?.backtest]) {
        expect(error?.rmse).toBeLessThan(error?.lastValue.rmse ?? 0);
        expect(error?.rmse).toBeLessThan(error?.seasonalNaive?.rmse ?? 0);
      }
    },
  );
});

const column = (values: readonly number[]) => `value\n${values.map((value) => value.toFixed(4)).join('\n')}\n`;

test('white noise and a random walk end at the baseline that suits them, and the run says so', async () => {
  const random = randomFromSeed(11);
  const noise = Array.from({ length: 500 }, () => random.normal());
  let level = 0;
  const walk = noise.map((step) => {
    level += step;
    return level;
  });
  const cases = [noise, walk].flatMap((values) =>
    [{}, { strategy: 'direct', horizon: 6 } as const].map((reading) => ({ values, reading })),
  );
  for (const { values, reading } of cases) {
    const { result, dataset } = await train(await temporaryFile('values.csv', column(values)), { reading });
    const strongest = Math.min(...(dataset?.baselines ?? []).map(({ loss }) => loss));
    expect(result.bestValidationLoss).toBeGreaterThan(0.9 * strongest);
    expect(result.verdict?.join(' ')).toMatch(/(does not beat|hardly beats) "(last value|linear)/);
  }
});

test('quantiles that are learned hold about as many rows as they should', async () => {
  const random = randomFromSeed(12);
  const values = Array.from({ length: 1500 }, (_, row) => 10 * Math.sin(row / 3) + random.normal());
  const { best } = await train(await temporaryFile('values.csv', column(values)), { reading: { loss: 'pinball' } });
  expect(best?.interval?.covered).toBeGreaterThan(0.65);
  expect(best?.interval?.covered).toBeLessThan(0.92);
  expect(best?.rmse).toBeLessThan(0.8 * (best?.lastValue.rmse ?? 0));
});

test('a test part is last in time, and changes nothing of what is learned', async () => {
  const content = await readFile(join(root, 'test/fixtures/airline.csv'), 'utf8');
  const changed = content.replace(/(19(59|60)-\d\d),\d+/g, '$1,999');
  const training = { steps: 40, testShare: 2 / 12, validationShare: 0.1 };
  const [one, other] = [
    await train(await temporaryFile('a.csv', content), { training }),
    await train(await temporaryFile('b.csv', changed), { training }),
  ];
  expect(one.dataset?.split).toEqual({ training: 106, validation: 14, test: 24 });
  expect(other.result).toMatchObject({ loss: one.result.loss, bestValidationLoss: one.result.bestValidationLoss });
  expect(other.best).toEqual(one.best);
  expect(one.result.test?.step).toBe(one.result.bestStep);
  expect(other.result.test?.loss).not.toBe(one.result.test?.loss);
});
