import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { varied } from '../../../src/tasks/speech/augment';

const bands = 40;
const scales = Array.from({ length: bands }, (_, band) => ({ mean: 1000 + band, deviation: 1 }));

test('recordings are varied within bounds: bands move by an eighth at most, and little of a recording is covered', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (frames, seed) => {
      // Each number is its band, and an hundredth for each frame.
      const features = Float32Array.from(
        { length: frames * bands },
        (_, index) => (index % bands) + Math.floor(index / bands) / 1000,
      );
      const values = varied(features, scales, randomFromSeed(seed));
      expect(values).toHaveLength(features.length);
      const coveredFrames = new Map<number, number>();
      const coveredBands = new Map<number, number>();
      for (let index = 0; index < values.length; index++) {
        const [frame, band] = [Math.floor(index / bands), index % bands];
        const value = values[index] ?? Number.NaN;
        if (value >= 1000) {
          expect(value).toBe(1000 + band);
          coveredFrames.set(frame, (coveredFrames.get(frame) ?? 0) + 1);
          coveredBands.set(band, (coveredBands.get(band) ?? 0) + 1);
        } else {
          expect(Math.abs(value - band - frame / 1000)).toBeLessThanOrEqual(0.12 * band + 1e-3);
        }
      }
      const whole = (counts: ReadonlyMap<number, number>, of: number) =>
        [...counts.values()].filter((n) => n === of).length;
      expect(whole(coveredFrames, bands)).toBeLessThanOrEqual(frames / 10);
      if (frames > 1) expect(whole(coveredBands, frames)).toBeLessThanOrEqual(6);
    }),
    { numRuns: 60 },
  );
});

test('the same seed varies alike, another one otherwise', () => {
  const features = Float32Array.from({ length: 30 * bands }, (_, index) => Math.sin(index));
  const [one, same, other] = [5, 5, 6].map((seed) => varied(features, scales, randomFromSeed(seed)));
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});
