import { describe, expect, it } from 'vitest';
import type { Trace } from '../../src/protocol/run';
import { gateStatistics, unitOrder } from '../../webview/model/gate-statistics';

/** @param rows one a time step, a value a unit */
function trace(range: Trace['range'], rows: readonly (readonly number[])[]): Trace {
  const units = rows[0]?.length ?? 0;
  return {
    layer: 0,
    direction: 'forward',
    name: 'f',
    role: 'gate',
    range,
    timeSteps: rows.length,
    units,
    values: Float32Array.from(rows.flat()),
  };
}

describe('what a gate says', () => {
  it('counts saturated values and names units that never open, close or move', () => {
    const { sentence, stuck } = gateStatistics(
      trace(
        [0, 1],
        [
          [0.01, 0.99, 0.5, 0.2],
          [0.02, 0.98, 0.5, 0.9],
        ],
      ),
    );
    expect(sentence).toBe(
      '25\u2009% above 0.95, 25\u2009% below 0.05; 1 of 4 units never open, 1 never close, 1 never move.',
    );
    expect(stuck).toEqual(['closed', 'open', 'still', undefined]);
  });

  it('measures saturation of a tanh at both ends', () => {
    const { sentence, domain } = gateStatistics(
      trace(
        [-1, 1],
        [
          [-0.99, 0.97, 0, 0.5],
          [0.2, 0.1, 0.4, -0.3],
        ],
      ),
    );
    expect(sentence).toBe('25\u2009% beyond ±0.95.');
    expect(domain).toEqual({ kind: 'diverging', min: -1, max: 1 });
  });

  it('gives an unbounded state colours that are symmetric about zero', () => {
    const rows = [
      [-3, 1],
      [2, 0.5],
    ];
    const symmetric = { kind: 'diverging', min: -3, max: 3 };
    expect(gateStatistics(trace([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], rows)).domain).toEqual(symmetric);
    // JSON has no infinity.
    expect(gateStatistics(trace([null, null] as never, rows)).domain).toEqual(symmetric);
  });

  it('lets a rectified unit begin at zero, and calls one that stays there still', () => {
    const { domain, stuck } = gateStatistics(
      trace(
        [0, Number.POSITIVE_INFINITY],
        [
          [0, 4],
          [0, 1],
        ],
      ),
    );
    expect(domain).toEqual({ kind: 'sequential', min: 0, max: 4 });
    expect(stuck).toEqual(['still', undefined]);
  });

  it('sorts units by their mean, greatest first', () => {
    expect(
      unitOrder(
        3,
        trace(
          [0, 1],
          [
            [0.1, 0.9, 0.5],
            [0.2, 0.8, 0.5],
          ],
        ),
      ),
    ).toEqual([1, 2, 0]);
    expect(unitOrder(3, undefined)).toEqual([0, 1, 2]);
  });
});
