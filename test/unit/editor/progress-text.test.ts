import { describe, expect, it } from 'vitest';
import { duration } from '../../../src/base/duration';
import { progressOf, progressText } from '../../../src/editor/progress-text';

const point = { step: 120, loss: 1, gradientNorm: 1, stepsPerSecond: 12.34, tokensPerSecond: 600 };

describe('the progress of a training', () => {
  it('says step, speed and time left', () => {
    expect(progressText(progressOf(point, 600))).toBe('120/600 · 12.3 steps/s · 39 s left');
  });

  it('says no time left at the end, and none before there is a speed', () => {
    expect(progressText(progressOf({ ...point, step: 600 }, 600))).toBe('600/600 · 12.3 steps/s');
    expect(progressText(progressOf({ ...point, stepsPerSecond: 0 }, 600))).toBe('120/600');
  });

  it('says times as a person does', () => {
    expect([0.4, 59, 60, 185, 3600, 7860].map(duration)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '3 min 5 s',
      '1 h',
      '2 h 11 min',
    ]);
  });
});
