// Commands on rows of one time step, or of a few.
import { attend, attendGradient, backwards, sum, tanhGradient, tanhOfSum } from './attention';
import { convolution } from './convolution';
import { ctc, ctcGradient } from './ctc';
import { fromPanels, gather, toPanels } from './layout';
import { crossEntropy, crossEntropyGradient } from './loss';
import { pointers } from './memory';
import { norm, normGradient } from './norm';
import { panelBytes } from './panel';
import { rowsTimesPanel, rowTimesFourPanels } from './product';
import { ATTEND, ATTEND_GRADIENT, BACKWARDS, CONVOLUTION, CROSS_ENTROPY, CROSS_ENTROPY_GRADIENT, CTC, CTC_GRADIENT, FROM_PANELS, GATHER, NORM, NORM_GRADIENT, place, PRODUCT, SEGMENT, SUM, TANH_GRADIENT, TANH_OF_SUM, TO_PANELS, word, ZERO } from './words';

/** Rows that a product over all time steps takes together, so that a panel of weights serves them from the cache. */
const rowsTogether: i32 = 128;

export function ofRows(command: usize, t: i32, rows: i32, first: i32, count: i32, thread: i32): void {
  switch (word(command, 0)) {
    case SEGMENT:
      segment(command, t, rows, first, count, 0, word(command, 3), thread);
      break;
    case PRODUCT:
      product(command, t, rows, first, count, 0, word(command, 8));
      break;
    case CONVOLUTION:
      convolution(command, t, rows, first, count);
      break;
    case ZERO:
      zero(command, t, rows, first, count, 0, word(command, 4));
      break;
    case NORM:
      norm(command, t, rows, first, count);
      break;
    case NORM_GRADIENT:
      normGradient(command, t, rows, first, count);
      break;
    case GATHER:
      gather(command, t, rows, first, count, 0, word(command, 6));
      break;
    case TO_PANELS:
      toPanels(command, t, rows, first, count);
      break;
    case FROM_PANELS:
      fromPanels(command, t, rows, first, count);
      break;
    case CROSS_ENTROPY:
      crossEntropy(command, t, rows, first, count);
      break;
    case CROSS_ENTROPY_GRADIENT:
      crossEntropyGradient(command, t, rows, first, count);
      break;
    case ATTEND:
      attend(command, rows, first, count);
      break;
    case ATTEND_GRADIENT:
      attendGradient(command, rows, first, count);
      break;
    case BACKWARDS:
      backwards(command, t, rows, first, count);
      break;
    case SUM:
      sum(command, t, rows, first, count);
      break;
    case TANH_OF_SUM:
      tanhOfSum(command, t, rows, first, count);
      break;
    case TANH_GRADIENT:
      tanhGradient(command, t, rows, first, count);
      break;
    case CTC:
      ctc(command, rows, first, count);
      break;
    case CTC_GRADIENT:
      ctcGradient(command, rows, first, count);
      break;
    default:
      unreachable();
  }
}

/** fn, panels, buffers: a cell's element-wise work */
@inline
export function segment(
  command: usize,
  t: i32,
  rows: i32,
  first: i32,
  count: i32,
  firstPanel: i32,
  panels: i32,
  thread: i32,
): void {
  const area = pointers(thread);
  const buffers = (word(command, 1) - 4) >> 1;
  for (let i = 0; i < buffers; i++) store<i32>(area + ((<usize>i) << 2), <i32>place(command, 4 + 2 * i, t));
  const own = <usize>first * panelBytes;
  call_indirect<void>(word(command, 2), area, panels, <usize>rows * panelBytes, own, count, firstPanel);
}

/** C (buffer), panels: C = 0 */
@inline
export function zero(command: usize, t: i32, rows: i32, first: i32, count: i32, firstPanel: i32, panels: i32): void {
  let c = place(command, 2, t) + <usize>(first + firstPanel * rows) * panelBytes;
  for (; panels > 0; panels--) {
    memory.fill(c, 0, <usize>count * panelBytes);
    c += <usize>rows * panelBytes;
  }
}

/** A (buffer), k, W, C (buffer), panels, start */
export function product(command: usize, t: i32, rows: i32, first: i32, count: i32, firstPanel: i32, panels: i32): void {
  const panelStride = <usize>rows * panelBytes;
  const own = <usize>first * panelBytes;
  const a = place(command, 2, t) + own;
  const k = word(command, 4);
  const wStride = <usize>k * panelBytes;
  let w = <usize>word(command, 5) + <usize>firstPanel * wStride;
  let c = place(command, 6, t) + own + <usize>firstPanel * panelStride;
  let start = <usize>word(command, 9);
  const startStride: usize = start ? panelBytes : 0;
  start += <usize>firstPanel * startStride;
  if (count == 1) {
    for (; panels >= 4; panels -= 4) {
      rowTimesFourPanels(a, panelStride, k, w, wStride, c, panelStride, start);
      w += 4 * wStride;
      c += 4 * panelStride;
      start += 4 * startStride;
    }
  }
  for (; panels > 0; panels--) {
    rowsTimesPanel(count, a, panelStride, k, w, c, start);
    w += wStride;
    c += panelStride;
    start += startStride;
  }
}

/** The same over all time steps. */
export function productOverTime(command: usize, timeSteps: i32, rows: i32, first: i32, count: i32): void {
  const together = stepsTogether(count);
  for (let t = 0; t < timeSteps; t += together)
    productOfSteps(command, t, min(timeSteps, t + together), rows, first, count, 0, word(command, 8));
}

/** As many steps as make `rowsTogether` rows. */
@inline
export function stepsTogether(count: i32): i32 {
  return max(1, rowsTogether / count);
}

/** The same over a few time steps, which a panel of weights serves one after another. */
export function productOfSteps(
  command: usize,
  from: i32,
  to: i32,
  rows: i32,
  first: i32,
  count: i32,
  firstPanel: i32,
  panels: i32,
): void {
  const panelStride = <usize>rows * panelBytes;
  const own = <usize>first * panelBytes;
  const k = word(command, 4);
  const wStride = <usize>k * panelBytes;
  let w = <usize>word(command, 5) + <usize>firstPanel * wStride;
  let start = <usize>word(command, 9);
  if (start) start += <usize>firstPanel * panelBytes;
  for (let panel = firstPanel; panel < firstPanel + panels; panel++) {
    const shift = own + <usize>panel * panelStride;
    for (let t = from; t < to; t++)
      rowsTimesPanel(count, place(command, 2, t) + own, panelStride, k, w, place(command, 6, t) + shift, start);
    w += wStride;
    if (start) start += panelBytes;
  }
}

