// Between layouts: rows of a matrix and panels, tables and sequences, and the sums over them.
import { runsOf, scratch, zeros } from './memory';
import { addRow, copyRow, panelBytes, panelsOf } from './panel';
import { sumsOfPanel } from './sums';
import { thread } from './thread';
import { place, word } from './words';

/** Bytes of what a weight's gradient is told of each part. */
const partBytes: usize = 20;

/** Rows of a sequence whose products are summed in one go: what they touch stays in the first cache. */
const rowsTogether: i32 = 256;

/** table, ids, C (buffer), panels, rows of the table: C[t][panel][row] = table[panel][id] */
export function gather(
  command: usize,
  t: i32,
  rows: i32,
  first: i32,
  count: i32,
  firstPanel: i32,
  panels: i32,
): void {
  const tableStride = (<usize>word(command, 7)) * panelBytes;
  const ids = <usize>word(command, 3) + (<usize>(t * rows + first) << 2);
  let table = <usize>word(command, 2) + <usize>firstPanel * tableStride;
  let c = place(command, 4, t) + <usize>(first + firstPanel * rows) * panelBytes;
  for (; panels > 0; panels--) {
    let to = c;
    for (let row = 0; row < count; row++) {
      copyRow(to, table + <usize>load<i32>(ids + (<usize>row << 2)) * panelBytes);
      to += panelBytes;
    }
    table += tableStride;
    c += (<usize>rows) * panelBytes;
  }
}

/**
 * table, panels, rows of the table, parts; of each part D (address, bytes between time steps), ids, rows:
 * table[panel][id] = Σ D[t][panel][row] over all with that id
 */
export function scatter(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  const panels = word(command, 3);
  const tableStride = (<usize>word(command, 4)) * panelBytes;
  const parts = word(command, 5);
  for (let panel = turn; panel < panels; panel += threads) {
    const table = <usize>word(command, 2) + <usize>panel * tableStride;
    memory.fill(table, 0, tableStride);
    for (let t = 0; t < timeSteps; t++) {
      for (let part = 0; part < parts; part++) {
        const words = command + 24 + <usize>part * 16;
        const rows = word(words, 3);
        let from = place(words, 0, t) + <usize>(panel * rows) * panelBytes;
        const ids = <usize>word(words, 2) + (<usize>(t * rows) << 2);
        for (let row = 0; row < rows; row++) {
          addRow(table + <usize>load<i32>(ids + (<usize>row << 2)) * panelBytes, from);
          from += panelBytes;
        }
      }
    }
  }
}

/** source, bytes between its time steps, bytes between its rows, columns, C (buffer): fills the last panel with zeros */
export function toPanels(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const rowStride = <usize>word(command, 4);
  const columns = word(command, 5);
  let source = <usize>word(command, 2) + <usize>t * <usize>word(command, 3) + <usize>first * rowStride;
  let c = place(command, 6, t) + (<usize>first) * panelBytes;
  for (let row = 0; row < count; row++) {
    for (let panel = 0; panel < panelsOf(columns); panel++) {
      const to = c + <usize>(panel * rows) * panelBytes;
      const from = source + <usize>panel * panelBytes;
      const n = min(PANEL, columns - panel * PANEL);
      for (let i = 0; i < PANEL; i++) {
        const value: f32 = i < n ? load<f32>(from + (<usize>i << 2)) : 0;
        store<f32>(to + (<usize>i << 2), value);
      }
    }
    source += rowStride;
    c += panelBytes;
  }
}

/** C (buffer), target, bytes between its time steps, bytes between its rows, columns */
export function fromPanels(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const rowStride = <usize>word(command, 6);
  const columns = word(command, 7);
  let target = <usize>word(command, 4) + <usize>t * <usize>word(command, 5) + <usize>first * rowStride;
  let c = place(command, 2, t) + (<usize>first) * panelBytes;
  for (let row = 0; row < count; row++) {
    for (let panel = 0; panel < panelsOf(columns); panel++) {
      const from = c + <usize>(panel * rows) * panelBytes;
      const n = min(PANEL, columns - panel * PANEL);
      memory.copy(target + <usize>panel * panelBytes, from, <usize>n << 2);
    }
    target += rowStride;
    c += panelBytes;
  }
}

/**
 * k, columns, G, bias, parts; of each part D and A (address and bytes between time steps each), rows:
 * G[k][column] = Σ A[t][row][k] · D[t][row][column], G as rows of a matrix, and, unless its address is 0,
 * bias[column] = Σ D[t][row][column].
 */
export function weightGradient(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  const k = word(command, 2);
  const columns = word(command, 3);
  const g = <usize>word(command, 4);
  const bias = <usize>word(command, 5);
  const parts = word(command, 6);
  const first = command + 28;
  const gStride = <usize>columns << 2;
  const panels = panelsOf(columns);
  let rows = 0;
  for (let part = 0; part < parts; part++) rows += word(first + <usize>part * partBytes, 4);
  const together = max(1, rowsTogether / rows);
  const runs = runsOf(thread);
  for (let from = 0; from < timeSteps; from += together) {
    const to = min(timeSteps, from + together);
    const runCount = (to - from) * parts;
    for (let panel = turn; panel < panels; panel += threads) {
      const width = min(PANEL, columns - panel * PANEL);
      toRuns(runs, 0, first, parts, panel, from, to);
      // While the panel of D comes into the first cache.
      if (bias) sumsOfColumns(runs, runCount, from == 0, bias + <usize>panel * panelBytes, width);
      for (let kPanel = 0; kPanel < panelsOf(k); kPanel++) {
        toRuns(runs, 4, first + 8, parts, kPanel, from, to);
        const count = min(PANEL, k - kPanel * PANEL);
        const target = g + <usize>(kPanel * PANEL) * gStride + <usize>panel * panelBytes;
        if (width == PANEL) {
          const start = from == 0 ? zeros : target;
          sumsOfPanel(count, runs, runCount, target, gStride, start, from == 0 ? 0 : gStride);
        } else {
          const tile = scratch(thread);
          sumsOfPanel(count, runs, runCount, tile, panelBytes, zeros, 0);
          for (let i = 0; i < count; i++) {
            for (let j = 0; j < width; j++) {
              const cell = target + <usize>i * gStride + (<usize>j << 2);
              const before: f32 = from == 0 ? 0 : load<f32>(cell);
              store<f32>(cell, before + load<f32>(tile + <usize>i * panelBytes + (<usize>j << 2)));
            }
          }
        }
      }
    }
  }
}

/**
 * Lists where the rows of one panel lie together: time step by time step, part by part, so that however many parts there
 * are, rows are added in the same order.
 *
 * @param field of a run: 0 for D, 4 for A
 * @param buffers the first part's buffer; `partBytes` on, the next part's
 */
function toRuns(runs: usize, field: usize, buffers: usize, parts: i32, panel: i32, from: i32, to: i32): void {
  let run = runs + field;
  for (let t = from; t < to; t++) {
    let words = buffers;
    let rowsOfPart = buffers + 16 - 2 * field;
    for (let part = 0; part < parts; part++) {
      const rows = load<i32>(rowsOfPart);
      store<i32>(run, <i32>(place(words, 0, t) + <usize>(panel * rows) * panelBytes));
      if (field == 0) store<i32>(run, rows, 8);
      words += partBytes;
      rowsOfPart += partBytes;
      run += 16;
    }
  }
}

/** columns, G, parts; of each part D and A, which is not read, as of a weight's gradient: G[column] = Σ D[t][row][column] */
export function columnSums(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  const columns = word(command, 2);
  const g = <usize>word(command, 3);
  const parts = word(command, 4);
  const runs = runsOf(thread);
  for (let panel = turn; panel < panelsOf(columns); panel += threads) {
    const width = min(PANEL, columns - panel * PANEL);
    for (let t = 0; t < timeSteps; t++) {
      toRuns(runs, 0, command + 20, parts, panel, t, t + 1);
      sumsOfColumns(runs, parts, t == 0, g + <usize>panel * panelBytes, width);
    }
  }
}

/** Adds the runs' rows of D to the sums of one panel's columns, or begins them. */
function sumsOfColumns(runs: usize, runCount: i32, begins: bool, target: usize, width: i32): void {
  const tile = scratch(thread);
  memory.fill(tile, 0, panelBytes);
  if (!begins) memory.copy(tile, target, <usize>width << 2);
  let s0 = v128.load(tile, 0), s1 = v128.load(tile, 16), s2 = s0, s3 = s0;
  if (PANEL > 8) {
    s2 = v128.load(tile, 32);
    s3 = v128.load(tile, 48);
  }
  for (let index = 0; index < runCount; index++) {
    const run = runs + ((<usize>index) << 4);
    let d = <usize>load<i32>(run);
    for (let rows = load<i32>(run, 8); rows > 0; rows--) {
      s0 = f32x4.add(s0, v128.load(d, 0));
      s1 = f32x4.add(s1, v128.load(d, 16));
      if (PANEL > 8) {
        s2 = f32x4.add(s2, v128.load(d, 32));
        s3 = f32x4.add(s3, v128.load(d, 48));
      }
      d += panelBytes;
    }
  }
  if (PANEL > 8) {
    v128.store(tile, s3, 48);
    v128.store(tile, s2, 32);
  }
  v128.store(tile, s1, 16);
  v128.store(tile, s0, 0);
  memory.copy(target, tile, <usize>width << 2);
}

/** columns, G, parts; of each part its sums [panel][row][PANEL] and rows: G[column] = Σ over rows */
export function vectorGradient(command: usize, turn: i32, threads: i32): void {
  const columns = word(command, 2);
  const g = <usize>word(command, 3);
  for (let column = turn; column < columns; column += threads) {
    let sum: f32 = 0;
    for (let part = 0; part < word(command, 4); part++) {
      const rows = word(command, 6 + 2 * part);
      let from = <usize>word(command, 5 + 2 * part) + <usize>(column / PANEL * rows) * panelBytes;
      from += (<usize>(column % PANEL)) << 2;
      for (let row = 0; row < rows; row++) {
        sum += load<f32>(from);
        from += panelBytes;
      }
    }
    store<f32>(g + (<usize>column << 2), sum);
  }
}

/** W [k][columns], k, columns, target [panel][k][PANEL] */
export function pack(command: usize, turn: i32, threads: i32): void {
  const k = word(command, 3);
  const columns = word(command, 4);
  for (let panel = turn; panel < panelsOf(columns); panel += threads) {
    let from = <usize>word(command, 2) + <usize>panel * panelBytes;
    let to = <usize>word(command, 5) + <usize>(panel * k) * panelBytes;
    const n = min(PANEL, columns - panel * PANEL);
    for (let i = 0; i < k; i++) {
      if (n == PANEL) {
        copyRow(to, from);
      } else {
        for (let j = 0; j < PANEL; j++) {
          const value: f32 = j < n ? load<f32>(from + (<usize>j << 2)) : 0;
          store<f32>(to + (<usize>j << 2), value);
        }
      }
      from += <usize>columns << 2;
      to += panelBytes;
    }
  }
}

/** W [k][columns], k, columns, target [panel of k][column][PANEL] */
export function packTransposed(command: usize, turn: i32, threads: i32): void {
  const k = word(command, 3);
  const columns = word(command, 4);
  const stride = <usize>columns << 2;
  for (let panel = turn; panel < panelsOf(k); panel += threads) {
    const source = <usize>word(command, 2) + <usize>(panel * PANEL) * stride;
    const target = <usize>word(command, 5) + <usize>(panel * columns) * panelBytes;
    const n = min(PANEL, k - panel * PANEL);
    let column = 0;
    if (n == PANEL) {
      for (; column + 4 <= columns; column += 4) {
        const from = source + (<usize>column << 2);
        const to = target + <usize>column * panelBytes;
        for (let i: usize = 0; i < <usize>PANEL; i += 4) transpose4(from + i * stride, stride, to + (i << 2));
      }
    }
    for (; column < columns; column++) {
      const to = target + <usize>column * panelBytes;
      for (let i = 0; i < PANEL; i++) {
        const value: f32 = i < n ? load<f32>(source + <usize>i * stride + (<usize>column << 2)) : 0;
        store<f32>(to + (<usize>i << 2), value);
      }
    }
  }
}

/** Four rows of four numbers, stride bytes apart, to columns PANEL numbers apart. */
@inline
function transpose4(from: usize, stride: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + stride);
  const c = v128.load(from + 2 * stride);
  const d = v128.load(from + 3 * stride);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + panelBytes, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + 2 * panelBytes, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(to + 3 * panelBytes, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/** vector [columns] or 0, columns, target [panels · PANEL], what fills the last panel (bits of a float) */
export function packVector(command: usize, turn: i32): void {
  if (turn != 0) return;
  const source = <usize>word(command, 2);
  const columns = word(command, 3);
  const to = <usize>word(command, 4);
  for (let i = 0; i < panelsOf(columns) * PANEL; i++) {
    let bits = word(command, 5);
    if (i < columns) bits = source ? load<i32>(source + (<usize>i << 2)) : 0;
    store<i32>(to + (<usize>i << 2), bits);
  }
}
