// Convolutions of images, whose pixels are rows: products with rows beside those that are made, shifted pixel by pixel. Nothing
// is copied, and beyond an edge nothing is computed.
import { panelBytes } from './panel';
import { rowsTimesPanel } from './product';
import { place, word } from './words';

/**
 * A (buffer), k, W of the first pixel, C (buffer), panels, start, height, width, size, bytes of W from pixel to pixel, and from
 * panel to panel: C[y][x] = start + Σ_dy,dx A[y + dy][x + dx] · W[dy][dx], or C + … where start is 0. Its gradient with respect
 * to A is another one, with W transposed and its pixels from last to first. The rows are whole images.
 */
export function convolution(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const panelStride = <usize>rows * panelBytes;
  const a = place(command, 2, t);
  const k = word(command, 4);
  const panels = word(command, 8);
  const height = word(command, 10);
  const width = word(command, 11);
  const size = word(command, 12);
  const tapStride = word(command, 13);
  const middle = (size * size) >> 1;
  const lineBytes = <usize>width * panelBytes;
  let w = <usize>word(command, 5);
  let c = place(command, 6, t) + <usize>first * panelBytes;
  let start = <usize>word(command, 9);
  for (let panel = 0; panel < panels; panel++) {
    let target = c;
    for (let line = first / width; line < (first + count) / width; line++) {
      const y = line % height;
      const source = a + <usize>line * lineBytes;
      // The pixel itself, which every row has.
      rowsTimesPanel(width, source, panelStride, k, w + <usize>(middle * tapStride), target, start);
      for (let tap = 0; tap < size * size; tap++) {
        const dy = tap / size - (size >> 1);
        const dx = (tap % size) - (size >> 1);
        const n = width - abs(dx);
        if (tap == middle || y + dy < 0 || y + dy >= height || n <= 0) continue;
        const shift = <usize>(dy * width + max(dx, 0)) * panelBytes;
        const own = <usize>max(-dx, 0) * panelBytes;
        rowsTimesPanel(n, source + shift, panelStride, k, w + <usize>(tap * tapStride), target + own, 0);
      }
      target += lineBytes;
    }
    w += <usize>word(command, 14);
    c += panelStride;
    if (start) start += panelBytes;
  }
}
