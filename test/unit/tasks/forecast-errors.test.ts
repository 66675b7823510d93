import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rollingOrigins } from '../../../src/tasks/forecast/backtest';
import { forecastScores, naiveError } from '../../../src/tasks/forecast/errors';
import { continueLinear, fitLinear, lagsOf } from '../../../src/tasks/forecast/linear';
import stored from '../../parity/forecasts.json';

describe.each(stored.series.map((each) => [`${each.values.length} rows`, each] as const))(
  'of a series of %s',
  (_, each) => {
    const { values, boundary, period, lags, origins, steps } = each;
    const value = (row: number) => values[row] ?? Number.NaN;
    const truths = origins.flatMap((origin) => values.slice(origin, origin + steps));
    const scores = (forecasts: readonly number[]) =>
      forecastScores(
        forecasts.map((forecast, at) => ({
          ...{ forecast, truth: truths[at] ?? Number.NaN },
          naive: naiveError(boundary, period, value),
        })),
      );
    const close = (expected: Record<string, number>) =>
      Object.fromEntries(Object.entries(expected).map(([key, number]) => [key, expect.closeTo(number, 6)]));

    test('the linear autoregression is the one that statsmodels fits, with its forecasts and their errors', () => {
      expect(lagsOf(boundary, period)).toEqual(lags);
      const model = fitLinear(lags, [{ rows: boundary, valueAt: value }]);
      [model.intercept, ...model.weights].forEach((parameter, at) => {
        expect(parameter).toBeCloseTo(each.parameters[at] ?? Number.NaN, 6);
      });
      const ahead = origins.map((origin) => continueLinear(model, steps, (rows) => value(origin - rows)));
      ahead.flat().forEach((forecast, at) => {
        expect(forecast).toBeCloseTo(each.ahead.flat()[at] ?? Number.NaN, 5);
      });
      expect(scores(ahead.flat())).toEqual(close(each.linear));
    });

    test('the naive forecasts have the errors of the published formulae', () => {
      const from = (at: (origin: number, step: number) => number) =>
        origins.flatMap((origin) => Array.from({ length: steps }, (_unused, step) => value(at(origin, step))));
      expect(scores(from((origin) => origin - 1))).toEqual(close(each.lastValue));
      expect(scores(from((origin, step) => origin - period + (step % period)))).toEqual(close(each.seasonalNaive));
    });
  },
);

test('a series that is a straight line, a constant or nothing but zeros has a linear autoregression, and errors that are numbers', () => {
  for (const value of [(row: number) => 3 + 2 * row, () => 7, () => 0]) {
    const model = fitLinear([1, 2, 3], [{ rows: 40, valueAt: value }]);
    const ahead = continueLinear(model, 5, (rows) => value(40 - rows));
    ahead.forEach((forecast, step) => {
      expect(forecast).toBeCloseTo(value(40 + step), 6);
    });
    const outcomes = ahead.map((_, step) => ({
      ...{ forecast: value(40 + step), truth: value(40 + step) },
      naive: naiveError(40, 1, value),
    }));
    expect(forecastScores(outcomes)).toMatchObject({ rmse: 0, mae: 0, smape: 0 });
  }
  expect(forecastScores([{ forecast: 1, truth: 2, naive: 0 }])).not.toHaveProperty('mase');
});

test('a linear autoregression has lags only where rows are left to fit them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.option(fc.integer({ min: 2, max: 130 })), (rows, period) => {
      const lags = lagsOf(rows, period ?? undefined);
      if (lags === undefined) {
        expect(rows).toBeLessThan(10);
        return;
      }
      expect(rows - Math.max(...lags)).toBeGreaterThanOrEqual(4 * (lags.length + 1));
      expect(new Set(lags).size).toBe(lags.length);
    }),
  );
});

test('the origins of a backtest roll from the first row of the part to the last from which the horizon is known', () => {
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 100 }),
      (boundary, rows, asked) => {
        const horizon = Math.min(asked, rows);
        const origins = rollingOrigins(boundary, boundary + rows, horizon);
        expect(origins).toEqual([...new Set(origins)].toSorted((a, b) => a - b));
        expect(origins.at(-1)).toBe(boundary + rows - horizon);
        expect(origins[0]).toBe(boundary);
        expect(origins.length).toBeLessThanOrEqual(24);
      },
    ),
  );
});
