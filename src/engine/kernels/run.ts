// Runs a program: reads its words and calls the kernels.
import { adam, squares } from './adam';
import {
  columnSums,
  fromPanels,
  gather,
  pack,
  packTransposed,
  packVector,
  scatter,
  toPanels,
  vectorGradient,
  weightGradient,
} from './layout';
import { crossEntropy, crossEntropyGradient } from './loss';
import { pointers } from './memory';
import { norm, normGradient } from './norm';
import { panelBytes } from './panel';
import { barrier } from './pool';
import { rowsTimesPanel, rowTimesFourPanels } from './product';
import {
  ADAM,
  BACKWARD,
  BARRIER,
  COLUMN_SUMS,
  CROSS_ENTROPY,
  CROSS_ENTROPY_GRADIENT,
  EACH,
  END,
  FORWARD,
  FROM_PANELS,
  GATHER,
  headerBytes,
  NORM,
  NORM_GRADIENT,
  PACK,
  PACK_TRANSPOSED,
  PACK_VECTOR,
  PANELS,
  PRODUCT,
  PRODUCT_OF_STEPS,
  place,
  SCATTER,
  SEGMENT,
  SQUARES,
  TO_PANELS,
  VECTOR_GRADIENT,
  WEIGHT_GRADIENT,
  word,
  ZERO,
} from './words';

/** Rows that a product over all time steps takes together, so that a panel of weights serves them from the cache. */
const rowsTogether: i32 = 128;

export function run(program: usize, thread: i32, threads: i32): void {
  let at = program;
  while (true) {
    const kind = word(at, 0);
    if (kind == END) return;
    if (kind == BARRIER) {
      barrier();
      at += headerBytes;
      continue;
    }
    const timeSteps = word(at, 1);
    const rows = word(at, 2);
    const part = word(at, 4);
    const commands = at + headerBytes;
    const end = commands + <usize>word(at, 3);
    at = end;
    if (kind == PANELS) {
      let turn = thread;
      for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2) {
        ofPanels(command, turn, threads, timeSteps);
        turn = (turn + 1) % threads;
      }
      continue;
    }
    let first = 0;
    let count = rows;
    if (part >= 0) {
      if (part % threads != thread) continue;
    } else {
      const workers = min(threads, rows);
      if (thread >= workers) continue;
      first = (rows * thread) / workers;
      count = (rows * (thread + 1)) / workers - first;
    }
    if (kind == EACH) {
      for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2) {
        if (word(command, 0) == PRODUCT) productOverTime(command, timeSteps, rows, first, count);
        else for (let t = 0; t < timeSteps; t++) ofRows(command, t, rows, first, count, thread);
      }
    } else if (kind == FORWARD) {
      for (let t = 0; t < timeSteps; t++) {
        for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2)
          atStep(command, t, timeSteps, rows, first, count, thread);
      }
    } else {
      for (let t = timeSteps - 1; t >= 0; t--) {
        for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2)
          atStep(command, t, timeSteps, rows, first, count, thread);
      }
    }
  }
}

/**
 * A command of a loop over time. A product that waits for nothing within the loop is made for several steps at once, at the
 * first of them: a panel of weights then serves more rows, and what it leaves is still in the cache when it is read.
 */
@inline
function atStep(command: usize, t: i32, timeSteps: i32, rows: i32, first: i32, count: i32, thread: i32): void {
  if (word(command, 0) != PRODUCT_OF_STEPS) {
    ofRows(command, t, rows, first, count, thread);
    return;
  }
  const together = stepsTogether(count);
  if (t % together == 0) productOfSteps(command, t, min(timeSteps, t + together), rows, first, count);
}

function ofRows(command: usize, t: i32, rows: i32, first: i32, count: i32, thread: i32): void {
  const own = <usize>first * panelBytes;
  const panelStride = <usize>rows * panelBytes;
  switch (word(command, 0)) {
    case SEGMENT: {
      // fn, panels, buffers
      const area = pointers(thread);
      const buffers = (word(command, 1) - 4) >> 1;
      for (let i = 0; i < buffers; i++) store<i32>(area + ((<usize>i) << 2), <i32>place(command, 4 + 2 * i, t));
      call_indirect<void>(word(command, 2), area, word(command, 3), panelStride, own, count);
      break;
    }
    case PRODUCT:
      product(command, t, rows, first, count);
      break;
    case ZERO: {
      let c = place(command, 2, t) + own;
      for (let panel = word(command, 4); panel > 0; panel--) {
        memory.fill(c, 0, <usize>count * panelBytes);
        c += panelStride;
      }
      break;
    }
    case NORM:
      norm(command, t, rows, first, count);
      break;
    case NORM_GRADIENT:
      normGradient(command, t, rows, first, count);
      break;
    case GATHER:
      gather(command, t, rows, first, count);
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
    default:
      unreachable();
  }
}

/** A (buffer), k, W, C (buffer), panels, start */
function product(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const panelStride = <usize>rows * panelBytes;
  const own = <usize>first * panelBytes;
  const a = place(command, 2, t) + own;
  const k = word(command, 4);
  let w = <usize>word(command, 5);
  let c = place(command, 6, t) + own;
  let panels = word(command, 8);
  let start = <usize>word(command, 9);
  const wStride = <usize>k * panelBytes;
  const startStride: usize = start ? panelBytes : 0;
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
function productOverTime(command: usize, timeSteps: i32, rows: i32, first: i32, count: i32): void {
  const together = stepsTogether(count);
  for (let t = 0; t < timeSteps; t += together)
    productOfSteps(command, t, min(timeSteps, t + together), rows, first, count);
}

/** As many steps as make `rowsTogether` rows. */
@inline
function stepsTogether(count: i32): i32 {
  return max(1, rowsTogether / count);
}

/** The same over a few time steps, which a panel of weights serves one after another. */
function productOfSteps(command: usize, from: i32, to: i32, rows: i32, first: i32, count: i32): void {
  const panelStride = <usize>rows * panelBytes;
  const own = <usize>first * panelBytes;
  const k = word(command, 4);
  const wStride = <usize>k * panelBytes;
  let w = <usize>word(command, 5);
  let start = <usize>word(command, 9);
  for (let panel = 0; panel < word(command, 8); panel++) {
    const shift = own + <usize>panel * panelStride;
    for (let t = from; t < to; t++)
      rowsTimesPanel(count, place(command, 2, t) + own, panelStride, k, w, place(command, 6, t) + shift, start);
    w += wStride;
    if (start) start += panelBytes;
  }
}

function ofPanels(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  switch (word(command, 0)) {
    case WEIGHT_GRADIENT:
      weightGradient(command, turn, threads, timeSteps);
      break;
    case COLUMN_SUMS:
      columnSums(command, turn, threads, timeSteps);
      break;
    case SCATTER:
      scatter(command, turn, threads, timeSteps);
      break;
    case PACK:
      pack(command, turn, threads);
      break;
    case PACK_TRANSPOSED:
      packTransposed(command, turn, threads);
      break;
    case PACK_VECTOR:
      packVector(command, turn);
      break;
    case VECTOR_GRADIENT:
      vectorGradient(command, turn, threads);
      break;
    case SQUARES:
      squares(command, turn, threads);
      break;
    case ADAM:
      adam(command, turn, threads);
      break;
    default:
      unreachable();
  }
}
