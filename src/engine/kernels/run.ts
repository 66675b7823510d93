// Runs a program: reads its words and calls the kernels.
import { adam, squares } from './adam';
import { fromPanels, gather, pack, packTransposed, packVector, toPanels, vectorGradient } from './layout';
import { crossEntropy, crossEntropyGradient } from './loss';
import { mapGradient } from './map-gradient';
import { pointers } from './memory';
import { norm, normGradient } from './norm';
import { panelBytes } from './panel';
import { barrier } from './pool';
import { rowsTimesPanel, rowTimesFourPanels } from './product';
import {
  ADAM,
  BACKWARD,
  BARRIER,
  CROSS_ENTROPY,
  CROSS_ENTROPY_GRADIENT,
  EACH,
  END,
  FORWARD,
  FROM_PANELS,
  GATHER,
  headerBytes,
  LOCKSTEP_BACKWARD,
  LOCKSTEP_FORWARD,
  MAP_GRADIENT,
  NORM,
  NORM_GRADIENT,
  PACK,
  PACK_TRANSPOSED,
  PACK_VECTOR,
  PANELS,
  PRODUCT,
  PRODUCT_OF_STEPS,
  place,
  ROWS,
  SEGMENT,
  SQUARES,
  TO_PANELS,
  VECTOR_GRADIENT,
  WAIT,
  word,
  ZERO,
} from './words';

/** Rows that a product over all time steps takes together, so that a panel of weights serves them from the cache. */
const rowsTogether: i32 = 128;

/** Steps that were made in lockstep, of whatever program. */
let steps: i32 = 0;

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
    if (kind == LOCKSTEP_FORWARD) {
      for (let t = 0; t < timeSteps; t++) lockstep(commands, end, t, timeSteps, thread, threads);
      continue;
    }
    if (kind == LOCKSTEP_BACKWARD) {
      for (let t = timeSteps - 1; t >= 0; t--) lockstep(commands, end, t, timeSteps, thread, threads);
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
  if (t % together == 0)
    productOfSteps(command, t, min(timeSteps, t + together), rows, first, count, 0, word(command, 8));
}

/**
 * One step that all threads make together, each its share of the panels: where a step's weights do not fit into the cache of
 * one core, or there are fewer rows than threads. What one thread writes and another one reads has a WAIT between.
 */
function lockstep(commands: usize, end: usize, t: i32, timeSteps: i32, thread: i32, threads: i32): void {
  steps++;
  let rows = 1;
  let next = commands;
  while (next < end) {
    const command = next;
    next += (<usize>word(command, 1)) << 2;
    switch (word(command, 0)) {
      case ROWS:
        rows = word(command, 2);
        break;
      case WAIT:
        barrier();
        break;
      case SEGMENT: {
        const first = shareOf(word(command, 3), thread, threads);
        const panels = shareOf(word(command, 3), thread + 1, threads) - first;
        if (panels > 0) segment(command, t, rows, 0, rows, first, panels, thread);
        break;
      }
      case PRODUCT: {
        const before = rows;
        while (next < end && (word(next, 0) == PRODUCT || word(next, 0) == ROWS)) {
          if (word(next, 0) == ROWS) rows = word(next, 2);
          next += (<usize>word(next, 1)) << 2;
        }
        productsInTurn(command, next, t, before, thread, threads);
        break;
      }
      case PRODUCT_OF_STEPS: {
        const together = stepsTogether(rows);
        if (t % together) break;
        const first = shareOf(word(command, 8), thread, threads);
        const panels = shareOf(word(command, 8), thread + 1, threads) - first;
        productOfSteps(command, t, min(timeSteps, t + together), rows, 0, rows, first, panels);
        break;
      }
      case ZERO: {
        const first = shareOf(word(command, 4), thread, threads);
        zero(command, t, rows, 0, rows, first, shareOf(word(command, 4), thread + 1, threads) - first);
        break;
      }
      case GATHER: {
        const first = shareOf(word(command, 6), thread, threads);
        gather(command, t, rows, 0, rows, first, shareOf(word(command, 6), thread + 1, threads) - first);
        break;
      }
      default: {
        const first = shareOf(rows, thread, threads);
        ofRows(command, t, rows, first, shareOf(rows, thread + 1, threads) - first, thread);
      }
    }
  }
}

/**
 * Products that follow one another, panel by panel: what reads the same panel of weights comes together. Each step begins
 * with the panels that the step before ended with, which are the ones still in the cache.
 */
function productsInTurn(begin: usize, end: usize, t: i32, rowsBefore: i32, thread: i32, threads: i32): void {
  const panels = word(begin, 8);
  const first = shareOf(panels, thread, threads);
  const count = shareOf(panels, thread + 1, threads) - first;
  // A single row keeps the multipliers busy with four panels at a time.
  const together = rowsBefore == 1 ? 4 : 1;
  const groups = (count + together - 1) / together;
  for (let i = 0; i < groups; i++) {
    const shift = (steps & 1 ? groups - 1 - i : i) * together;
    const panel = first + shift;
    const width = min(together, count - shift);
    let rows = rowsBefore;
    for (let command = begin; command < end; command += (<usize>word(command, 1)) << 2) {
      if (word(command, 0) == ROWS) rows = word(command, 2);
      else product(command, t, rows, 0, rows, panel, width);
    }
  }
}

/** Where a thread's share of so many begins. */
@inline
function shareOf(count: i32, thread: i32, threads: i32): i32 {
  return (count * thread) / threads;
}

function ofRows(command: usize, t: i32, rows: i32, first: i32, count: i32, thread: i32): void {
  switch (word(command, 0)) {
    case SEGMENT:
      segment(command, t, rows, first, count, 0, word(command, 3), thread);
      break;
    case PRODUCT:
      product(command, t, rows, first, count, 0, word(command, 8));
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
    default:
      unreachable();
  }
}

/** fn, panels, buffers: a cell's element-wise work */
@inline
function segment(
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
function zero(command: usize, t: i32, rows: i32, first: i32, count: i32, firstPanel: i32, panels: i32): void {
  let c = place(command, 2, t) + <usize>(first + firstPanel * rows) * panelBytes;
  for (; panels > 0; panels--) {
    memory.fill(c, 0, <usize>count * panelBytes);
    c += <usize>rows * panelBytes;
  }
}

/** A (buffer), k, W, C (buffer), panels, start */
function product(command: usize, t: i32, rows: i32, first: i32, count: i32, firstPanel: i32, panels: i32): void {
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
function productOverTime(command: usize, timeSteps: i32, rows: i32, first: i32, count: i32): void {
  const together = stepsTogether(count);
  for (let t = 0; t < timeSteps; t += together)
    productOfSteps(command, t, min(timeSteps, t + together), rows, first, count, 0, word(command, 8));
}

/** As many steps as make `rowsTogether` rows. */
@inline
function stepsTogether(count: i32): i32 {
  return max(1, rowsTogether / count);
}

/** The same over a few time steps, which a panel of weights serves one after another. */
function productOfSteps(
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

function ofPanels(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  switch (word(command, 0)) {
    case MAP_GRADIENT:
      mapGradient(command, turn, threads, timeSteps);
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
