// The gradient of a weight, as one product over all time steps and rows of the batch. What a tile does is written by
// scripts/tiles.mjs; the factors of one row stand side by side here.
import { sums } from './tiles';

/**
 * C[i] = from[i] + Σ_row A[row][i] · D[row], i < count, in tiles of six and fewer, as equal as can be.
 *
 * @param runs of rows that lie together: where they are in a panel of D and in one of A, and how many
 * @param c rows of PANEL numbers, cStride bytes apart
 * @param from what the sums begin with, rows fromStride bytes apart
 */
export function sumsOfPanel(
  count: i32,
  runs: usize,
  runCount: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  let shift: usize = 0;
  for (let tiles = (count + 5) / 6; tiles > 0; tiles--) {
    const n = (count + tiles - 1) / tiles;
    sums(n, runs, runCount, shift, c, cStride, from, fromStride);
    shift += <usize>n << 2;
    c += <usize>n * cStride;
    from += <usize>n * fromStride;
    count -= n;
  }
}
