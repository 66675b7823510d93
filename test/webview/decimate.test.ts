import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimatedLine, nearestWithValue } from '../../webview/charts/decimate';

function draw(y: ArrayLike<number>, width: number) {
  const x = Float64Array.from({ length: y.length }, (_, i) => i);
  const corners: [number, number][] = [];
  let strokes = 0;
  const scale = (width - 1) / Math.max(1, y.length - 1);
  const line = (px: number, py: number) => corners.push([px, py]);
  const move = (px: number, py: number) => {
    strokes++;
    line(px, py);
  };
  decimatedLine(
    x,
    y,
    0,
    y.length - 1,
    (value) => value * scale,
    (value) => value,
    { move, line },
  );
  return { corners, strokes };
}

describe('a line for the screen', () => {
  it('has at most four corners a pixel, however many points there are', () => {
    const y = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 7) + Math.cos(i * i));
    expect(draw(y, 500).corners.length).toBeLessThanOrEqual(4 * 500);
  });

  it('keeps the least and the greatest value of every pixel', () => {
    const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 50 }), (y, width) => {
        const { corners } = draw(y, width);
        const scale = (width - 1) / Math.max(1, y.length - 1);
        for (let pixel = 0; pixel < width; pixel++) {
          const wanted = y.filter((_, i) => Math.round(i * scale) === pixel);
          const drawn = corners.filter(([px]) => px === pixel).map(([, py]) => py);
          if (wanted.length === 0) continue;
          expect(Math.min(...drawn)).toBe(Math.min(...wanted));
          expect(Math.max(...drawn)).toBe(Math.max(...wanted));
        }
      }),
    );
  });

  it('goes straight over points without a value', () => {
    const { corners, strokes } = draw([1, Number.NaN, Number.NaN, 2], 4);
    expect(strokes).toBe(1);
    expect(corners).toEqual([
      [0, 1],
      [3, 2],
    ]);
  });

  it('finds the value nearest to the cursor', () => {
    const y = [Number.NaN, 1, Number.NaN, Number.NaN, Number.NaN, 2];
    expect(nearestWithValue(y, 3)).toBe(1);
    expect(nearestWithValue(y, 4)).toBe(5);
    expect(nearestWithValue([Number.NaN], 0)).toBe(-1);
  });
});
