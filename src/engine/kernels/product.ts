// Products with packed weights, tile by tile. What a tile does is written by scripts/tiles.mjs.
import { panelBytes } from './panel';
import { product, rowTimesFour } from './tiles';

/**
 * C[r] = start + Σ_k A[r][k] · W[k], or C[r] + … where start is 0, for any number of rows, in tiles of six and fewer, as
 * equal as can be. How rows are cut into tiles changes no bit of the result.
 *
 * @param a rows PANEL numbers apart; element k of a row is in panel ⌊k / PANEL⌋, aStride bytes apart
 * @param w [k][PANEL]
 * @param c [rows][PANEL]
 * @param start PANEL numbers that every row begins with
 */
export function rowsTimesPanel(rows: i32, a: usize, aStride: usize, k: i32, w: usize, c: usize, start: usize): void {
  const fromStride: usize = start ? 0 : panelBytes;
  for (let tiles = (rows + 5) / 6; tiles > 0; tiles--) {
    const n = (rows + tiles - 1) / tiles;
    product(n, a, aStride, k, w, c, start ? start : c, fromStride);
    a += <usize>n * panelBytes;
    c += <usize>n * panelBytes;
    rows -= n;
  }
}

/**
 * One row times four panels, whose weights lie wStride bytes apart: a single row has too few sums of its own to keep the
 * multipliers busy.
 *
 * @param start 4 · PANEL numbers to begin with, or 0 to add to C, whose panels lie cStride bytes apart
 */
export function rowTimesFourPanels(
  a: usize,
  aStride: usize,
  k: i32,
  w: usize,
  wStride: usize,
  c: usize,
  cStride: usize,
  start: usize,
): void {
  rowTimesFour(a, aStride, k, w, wStride, c, cStride, start ? start : c, start ? panelBytes : cStride);
}
