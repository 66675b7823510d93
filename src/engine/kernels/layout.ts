// Between layouts: rows of a matrix and panels, tables and sequences.
import { copyRow, panelBytes, panelsOf } from './panel';
import { place, word } from './words';

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
