import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { expectedOf } from '../../../src/tasks/forecast/form';
import { seasonOf } from '../../../src/tasks/forecast/season';

const turn = 2 * Math.PI;
const shapes: Readonly<Record<string, (phase: number) => number>> = {
  sine: (phase) => Math.sin(turn * phase),
  'sine with a harmonic': (phase) => Math.sin(turn * phase) + 0.7 * Math.sin(2 * turn * phase + 1),
  'saw tooth': (phase) => phase % 1,
};

function seasonal(shape: (phase: number) => number, period: number, rows: number, noise: number, seed = 1) {
  const random = randomFromSeed(seed);
  return Array.from({ length: rows }, (_, row) => 100 + 0.02 * row + shape(row / period) + noise * random.normal());
}

/** Each value a share of the one before, and noise. */
function autoregressive(share: number, rows: number, seed: number): number[] {
  const random = randomFromSeed(seed);
  let value = 0;
  return Array.from({ length: rows }, () => {
    value = share * value + random.normal();
    return value;
  });
}

test('what is expected of a season that repeats itself on a steady rise is what comes, also several seasons ahead', () => {
  const values = Array.from({ length: 60 }, (_, row) => 3 * row + ([5, 1, 8, 2, 9, 4, 7][row % 7] ?? 0));
  for (const last of [33, 38])
    for (let ahead = 1; ahead <= 20; ahead++)
      expect(
        expectedOf({ season: 7 }, ahead, (back) => values[last - back]),
        `${ahead}`,
      ).toBeCloseTo(values[last + ahead] ?? 0, 9);
  // Where a season before is not known, and where there is none, where it stands.
  expect(expectedOf({ season: 7 }, 8, (back) => (back < 14 ? back : undefined))).toBe(0);
  expect(expectedOf({}, 3, (back) => 10 - back)).toBe(10);
});

describe('the season of a series', () => {
  test.each(Object.entries(shapes))('of the shape %s is its period, with a trend and without noise', (_, shape) => {
    for (const period of [4, 7, 12, 24, 52])
      for (const seasons of [5, 10])
        expect(seasonOf(seasonal(shape, period, Math.ceil(seasons * period), 0)), `${period}`).toBe(period);
  });

  test('is found under some noise, from five seasons on', () => {
    for (const shape of [shapes.sine, shapes['sine with a harmonic']])
      for (const period of [7, 12, 24])
        for (let seed = 1; seed <= 10; seed++)
          expect(seasonOf(seasonal(shape ?? Math.sin, period, 5 * period, 0.1, seed)), `${period}, ${seed}`).toBe(
            period,
          );
  });

  test('is not its multiple, and not seen in fewer than three of them', () => {
    const shape = shapes['sine with a harmonic'] ?? Math.sin;
    expect(seasonOf(seasonal(shape, 6, 400, 0.05))).toBe(6);
    expect(seasonOf(seasonal(shape, 12, 35, 0))).not.toBe(12);
  });

  test('is hardly ever found in noise, however few the rows', () => {
    for (const rows of [10, 20, 30, 50, 100, 300, 1000]) {
      const found = Array.from({ length: 60 }, (_, seed) => seasonOf(autoregressive(0, rows, rows + seed)));
      expect(found.filter((season) => season !== undefined).length, `${rows} rows`).toBeLessThanOrEqual(1);
    }
  });

  test('is seldom found in what only remembers: each value near the one before', () => {
    for (const rows of [50, 200, 1000])
      for (const share of [0.5, 0.9, 1]) {
        const found = Array.from({ length: 60 }, (_, seed) => seasonOf(autoregressive(share, rows, rows + seed)));
        expect(found.filter((season) => season !== undefined).length, `${share}, ${rows} rows`).toBeLessThanOrEqual(9);
      }
  });

  test('is none where nothing varies, or there is nothing but a trend, or hardly a row', () => {
    expect(seasonOf(Array.from({ length: 100 }, () => 7))).toBeUndefined();
    expect(seasonOf(Array.from({ length: 100 }, (_, row) => 3 * row))).toBeUndefined();
    for (let rows = 0; rows < 9; rows++)
      expect(seasonOf(Array.from({ length: rows }, (_, row) => row % 2))).toBeUndefined();
  });
});
