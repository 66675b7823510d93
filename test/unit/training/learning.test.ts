import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunChoices } from '../../../src/configuration/run';
import type { DatasetReport } from '../../../src/protocol/dataset';
import type { MetricsPoint } from '../../../src/protocol/run';
import { readRecord } from '../../../src/runs';
import { answers } from '../../../src/worker/answer';
import { temporaryFile, temporaryFolder } from '../temporary';
import { opinionTable, randomLetters, randomWalk, reversedTable, seasonalTable, wordyText } from './datasets';

async function train(name: string, content: string, training: Record<string, number>) {
  const path = await temporaryFile(name, content);
  const metrics: MetricsPoint[] = [];
  let dataset: DatasetReport | undefined;
  const outcome = await answers((event, value) => {
    if (event === 'metrics') metrics.push(value as MetricsPoint);
    if (event === 'dataset') dataset = value as DatasetReport;
  }).train({ source: { kind: 'file', path }, choices: { training }, folder: join(await temporaryFolder(), 'run') });
  const baseline = (wanted: string) =>
    dataset?.baselines.find((candidate) => candidate.name.startsWith(wanted))?.loss ?? Number.NaN;
  return { outcome, metrics, baseline };
}

test('a character model goes below the unigram and the bigram entropy of text that it has not seen', async () => {
  const { outcome, baseline } = await train('words.txt', wordyText(600), { steps: 160, sampleEvery: 1000 });
  expect(baseline('unigram')).toBeGreaterThan(baseline('bigram'));
  expect(outcome.result.bestValidationLoss).toBeLessThan(0.9 * baseline('bigram'));
});

test('a forecast goes below the last value and the seasonal naive forecast on months that it has not seen', async () => {
  const { outcome, metrics, baseline } = await train('months.csv', seasonalTable(360), {
    steps: 240,
    sampleEvery: 1000,
  });
  expect(outcome.result.bestValidationLoss).toBeLessThan(0.5 * baseline('last value'));
  expect(outcome.result.bestValidationLoss).toBeLessThan(baseline('seasonal naive (12)'));
  // Of the weights that are kept as the best.
  const error = metrics.find(({ step }) => step === outcome.result.bestStep)?.validationError;
  expect(error?.rmse).toBeLessThan(0.6 * (error?.lastValue.rmse ?? 0));
  expect(error?.seasonalNaive?.period).toBe(12);
});

test('a classifier learns what "not" does, and tells sentences apart that it has not seen', async () => {
  const { metrics, baseline } = await train('opinions.csv', opinionTable(800), { steps: 500, sampleEvery: 1000 });
  const last = metrics.at(-1);
  expect(last?.classification?.accuracy).toBeGreaterThan(0.95);
  expect(last?.classification?.macroF1).toBeGreaterThan(0.95);
  expect(last?.validationLoss).toBeLessThan(0.5 * baseline('class frequencies'));
});

test('a translator writes strings backwards that it has not seen', async () => {
  const { metrics, baseline } = await train('reversed.csv', reversedTable(2000), {
    steps: 350,
    evaluateEvery: 70,
    sampleEvery: 1000,
  });
  const last = metrics.at(-1);
  expect(last?.translation?.exactMatch).toBeGreaterThan(0.8);
  expect(last?.translation?.chrf).toBeGreaterThan(85);
  expect(last?.validationLoss).toBeLessThan(0.1 * baseline('token frequencies'));
});

test('a translator of pairs that have nothing to do with each other ends near the token frequencies', async () => {
  const { outcome, metrics, baseline } = await train('noise.csv', reversedTable(800, true), {
    steps: 90,
    evaluateEvery: 30,
    sampleEvery: 1000,
  });
  expect(metrics.at(-1)?.translation?.exactMatch).toBe(0);
  expect(outcome.result.bestValidationLoss).toBeGreaterThan(0.8 * baseline('token frequencies'));
  expect(outcome.result.verdict?.[0]).toMatch(/^It (does not beat|hardly beats) "token frequencies"/);
});

test('a classifier of random labels ends at chance, and says so', async () => {
  const { outcome, metrics } = await train('opinions.csv', opinionTable(800, true), { steps: 150, sampleEvery: 1000 });
  const accuracy = metrics.at(-1)?.classification?.accuracy;
  expect(accuracy).toBeGreaterThan(0.35);
  expect(accuracy).toBeLessThan(0.65);
  expect(outcome.result.verdict?.[0]).toMatch(/^It (does not beat|hardly beats) "/);
});

test('a model of random letters ends at their frequencies, and says so', async () => {
  const { outcome, baseline } = await train('letters.txt', randomLetters(20_000), { steps: 150, sampleEvery: 1000 });
  expect(outcome.result.bestValidationLoss).toBeGreaterThan(0.99 * baseline('unigram'));
  expect(outcome.result.bestValidationLoss).toBeLessThan(1.05 * baseline('unigram'));
  expect(outcome.result.verdict?.[0]).toMatch(/^It does not beat "(unigram|bigram)"/);
});

test('a forecast of a random walk ends at the last value, and says so', async () => {
  const { outcome, baseline } = await train('walk.csv', randomWalk(800), { steps: 150, sampleEvery: 1000 });
  expect(outcome.result.bestValidationLoss).toBeGreaterThan(0.95 * baseline('last value'));
  expect(outcome.result.verdict?.[0]).toMatch(/^It (does not beat|hardly beats) "(last value|linear)/);
});

test('a loss that is no longer finite ends the run, names the step, keeps the last good checkpoint, and proposes a lower rate', async () => {
  const path = await temporaryFile('months.csv', seasonalTable(200));
  const folder = join(await temporaryFolder(), 'run');
  const worker = answers(() => undefined);
  const choices: RunChoices = {
    model: { cell: 'rnn-relu', units: 16 },
    training: { learningRate: 3, clipNorm: 1e30, timeSteps: 64, steps: 100, checkpointEvery: 1, schedule: 'constant' },
  };
  await expect(worker.train({ source: { kind: 'file', path }, choices, folder })).rejects.toMatchObject({
    what: expect.stringMatching(/^The (loss became|gradient is no longer)/),
    where: expect.stringMatching(/^step \d+$/),
    wayOut: expect.stringContaining('--rate 0.3)'),
  });
  expect((await readRecord(folder)).state).toBe('failed');
  const { traces } = await worker.probe({ folder });
  expect(traces.every(({ values }) => values.every(Number.isFinite))).toBe(true);
});
