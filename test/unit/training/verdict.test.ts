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

  test('nothing yet after a few steps, or without a validation', () => {
    expect(verdict(at(20, 20, 9), report)).toEqual([]);
    expect(verdict({ step: 600, loss: 1 }, report)).toEqual([]);
  });
});
