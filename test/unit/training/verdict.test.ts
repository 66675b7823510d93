import { describe, expect, test } from 'vitest';
import { verdict } from '../../../src/training/verdict';

const report = {
  baselines: [
    { name: 'last value', loss: 0.3 },
    { name: 'seasonal naive (12)', loss: 0.2 },
  ],
  split: { training: 900, validation: 100 },
};
const at = (step: number, bestStep: number, best: number, validationLoss = best) => ({
  ...{ step, bestStep, bestValidationLoss: best, validationLoss },
  loss: 0.01,
});

describe('a run says', () => {
  test('nothing where it beats every baseline and ends near its best', () => {
    expect(verdict(at(600, 560, 0.1, 0.102), report)).toEqual([]);
  });

  test('that the strongest baseline is not beaten, with both numbers, and what to try', () => {
    expect(verdict(at(600, 590, 0.25), report)).toEqual([
      expect.stringMatching(/does not beat "seasonal naive \(12\)".* 0\.25, against 0\.2\. .*more steps/),
    ]);
    expect(verdict(at(600, 100, 0.25), report)[0]).toMatch(/nothing more to learn/);
  });

  test('that a baseline is hardly beaten, where so few rows may do that by chance', () => {
    expect(verdict(at(600, 590, 0.19), report)).toEqual([
      expect.stringMatching(/hardly beats "seasonal naive \(12\)": .*0\.19, against 0\.2, which with 100 .*chance/),
    ]);
    expect(verdict(at(600, 590, 0.17), report)).toEqual([]);
  });

  test('that it overfits, since which step, and that the best weights are kept', () => {
    expect(verdict(at(600, 200, 0.1, 0.15), report)).toEqual([
      expect.stringMatching(/overfits: .*step 200 \(0\.1\) and is 0\.15 now.*dropout/),
    ]);
  });

  test('that so few were validated on that it may be chance', () => {
    const few = { ...report, split: { training: 20, validation: 3 } };
    expect(verdict(at(600, 590, 0.1), few)).toEqual([expect.stringContaining('Only 3')]);
  });

  const errors = (rmse: number, last: number, season: number, linear: number) => ({
    ...{ rmse, mae: rmse / 2 },
    lastValue: { rmse: last, mae: last / 2 },
    seasonalNaive: { rmse: season, mae: season / 2, period: 12 },
    linear: { rmse: linear, mae: linear / 2, lags: 13 },
  });

  test('that a forecast further ahead does not beat what learns less, though that of the next row does', () => {
    const backtest = { ...errors(21, 40, 30, 19), horizon: 7, origins: 8 };
    const best = { validationError: { ...errors(9, 20, 30, 10), backtest } };
    expect(verdict(at(600, 590, 0.1), report, best)).toEqual([
      'Over 7 rows ahead from 8 rows of the validation part, it does not beat "linear (13 rows back)": its RMSE is 21, against 19.',
    ]);
    const better = { ...backtest, ...errors(18, 40, 30, 19) };
    expect(
      verdict(at(600, 590, 0.1), report, { validationError: { ...best.validationError, backtest: better } }),
    ).toEqual([]);
  });

  test('that the test part shows no gain, in the measure that the loss goes by', () => {
    const test = { loss: 1, step: 590, validationError: errors(12, 11, 30, 14) };
    const absolute = { ...report, reading: { loss: 'mae' as const } };
    expect(verdict({ ...at(600, 590, 0.1), test }, absolute)).toEqual([
      'On the test part, it does not beat "last value": its MAE is 6, against 5.5.',
    ]);
    const classes = { accuracy: 0.6, macroF1: 0.4, confusion: [], mostFrequent: 0.6 };
    expect(verdict({ ...at(600, 590, 0.1), test: { loss: 1, step: 590, classification: classes } }, report)).toEqual([
      'On the test part, it does not beat "the most frequent class": its share of errors is 0.4, against 0.4.',
    ]);
    const frame = (mse: number) => ({ mse, ssim: 0.5 });
    const one = { network: frame(0.2), lastFrame: frame(0.1), meanFrame: frame(0.3) };
    const frames = { ...one, ahead: [one, one] };
    expect(verdict({ ...at(600, 590, 0.1), test: { loss: 1, step: 590, frames } }, report)).toEqual([
      'On the test part, over 2 frames ahead, it does not beat "the last frame": its MSE is 0.2, against 0.1.',
    ]);
    const farther = { ...frames, meanFrame: frame(0.05) };
    expect(verdict(at(600, 590, 0.1), report, { frames: farther })).toEqual([
      'Over 2 frames ahead, it does not beat "the mean frame": its MSE is 0.2, against 0.05.',
    ]);
  });

  test('that a lead may be chance sooner where each row is forecast from several rows before it', () => {
    const direct = { ...report, reading: { strategy: 'direct' as const, horizon: 10 } };
    expect(verdict(at(600, 590, 0.15), report)).toEqual([]);
    expect(verdict(at(600, 590, 0.15), direct)).toEqual([expect.stringMatching(/hardly beats .* chance/)]);
  });

  test('nothing yet after a few steps, or without a validation', () => {
    expect(verdict(at(20, 20, 9), report)).toEqual([]);
    expect(verdict({ step: 600, loss: 1 }, report)).toEqual([]);
  });
});
