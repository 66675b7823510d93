// The gradient of a weight, as one product over all time steps and rows of the batch. What a tile does is written by
// scripts/tiles.mjs; the factors of one row stand side by side here.
import { sums } from './tiles';

/**
 * C[i] = from[i] + Σ_{time, row} A[time][row][i] · D[time][row], i < count, in tiles of six and fewer, as equal as can be.
 *
 * @param a element i = 0 of the first row; rows PANEL numbers apart, time steps aStride bytes apart
 * @param d the first row of a panel; rows PANEL numbers apart, time steps dStride bytes apart
 * @param c rows of PANEL numbers, cStride bytes apart
 * @param from what the sums begin with, rows fromStride bytes apart
 */
export function sumsOfPanel(
  count: i32,
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  for (let tiles = (count + 5) / 6; tiles > 0; tiles--) {
    const n = (count + tiles - 1) / tiles;
    sums(n, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
    a += <usize>n << 2;
    c += <usize>n * cStride;
    from += <usize>n * fromStride;
    count -= n;
  }
}
