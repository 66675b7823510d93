import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsColumns } from '../../src/protocol/panel';
import { MetricsBuffer } from '../../webview/model/metrics-buffer';

function columns(first: number, losses: readonly number[], validations: readonly number[] = []): MetricsColumns {
  return {
    step: Float64Array.from(losses, (_, i) => first + i),
    loss: Float64Array.from(losses),
    validationLoss: Float64Array.from(losses, (_, i) => validations[i] ?? Number.NaN),
    gradientNorm: Float64Array.from(losses, () => 1),
  };
}

const names = ['step', 'loss', 'validationLoss', 'gradientNorm', 'smoothLoss'] as const;

describe('metrics of a run', () => {
  it('are the same whether they come at once or in pieces', () => {
    const losses = fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(losses, fc.integer({ min: 1, max: 90 }), (values, piece) => {
        const whole = new MetricsBuffer(columns(1, values, values));
        const pieces = new MetricsBuffer();
        for (let at = 0; at < values.length; at += piece) {
          const part = values.slice(at, at + piece);
          pieces.append(columns(1 + at, part, part));
        }
        for (const name of names) expect(pieces.column(name)).toEqual(whole.column(name));
        expect(pieces.best).toBe(whole.best);
      }),
      { numRuns: 40 },
    );
  });

  it('of a run that went back to a checkpoint replace what came after it', () => {
    const buffer = new MetricsBuffer(columns(1, [5, 4, 3, 9], [5, 4, 1, 9]));
    buffer.append(columns(3, [2.5, 2], [2.5, 2]));
    expect([...buffer.column('step')]).toEqual([1, 2, 3, 4]);
    expect([...buffer.column('loss')]).toEqual([5, 4, 2.5, 2]);
    expect(buffer.column('validationLoss')[buffer.best]).toBe(2);
  });

  it('know the best validation among points that have none', () => {
    const buffer = new MetricsBuffer(columns(1, [5, 4, 3, 2], [Number.NaN, 4, Number.NaN, 4.5]));
    expect(buffer.best).toBe(1);
    expect(buffer.lastWith('validationLoss')).toBe(3);
    expect(buffer.lastWith('validationLoss', 2)).toBe(1);
    expect(new MetricsBuffer(columns(1, [5, 4])).best).toBe(-1);
  });

  it('are smoothed without lag: a straight line stays where it is', () => {
    const line = Array.from({ length: 60 }, (_, i) => 6 - i / 10);
    const smooth = new MetricsBuffer(columns(1, line)).column('smoothLoss');
    line.forEach((value, i) => {
      expect(smooth[i]).toBeCloseTo(value, 10);
    });
  });
});
