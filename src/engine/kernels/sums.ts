// The gradient of a weight, as one product over all time steps and rows of the batch. What a tile does is written by
// scripts/tiles.mjs; the factors of one row stand side by side here.
import { sums } from './tiles';

/**
 * C[i] = from[i] + Σ_{time, part, row} A[time][row][i] · D[time][row], i < count, in tiles of six and fewer, as equal as can
 * be. However many parts there are, rows are added in the same order.
 *
 * @param parts of each its D and A (address of the first panel, and bytes between time steps each) and its rows
 * @param kPanel which panel of A
 * @param panel which panel of D
 * @param c rows of PANEL numbers, cStride bytes apart
 * @param from what the sums begin with, rows fromStride bytes apart
 */
export function sumsOfPanel(
  count: i32,
  parts: usize,
  partCount: i32,
  kPanel: i32,
  panel: i32,
  begin: i32,
  end: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  let shift: usize = 0;
  for (let tiles = (count + 5) / 6; tiles > 0; tiles--) {
    const n = (count + tiles - 1) / tiles;
    sums(n, parts, partCount, kPanel, panel, shift, begin, end, c, cStride, from, fromStride);
    shift += <usize>n << 2;
    c += <usize>n * cStride;
    from += <usize>n * fromStride;
    count -= n;
  }
}
