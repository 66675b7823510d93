// The gradients of what a map has learned: its weights, its bias, and a table that its input was looked up in. Sums over all
// time steps and rows of the batch, panel by panel of D, the gradient with respect to what the map gave. Rows are added in
// the same order however many threads there are.
import { scratch } from './memory';
import { addRow, copyRow, panelBytes, panelsOf } from './panel';
import { thread as self } from './thread';
import { sums } from './tiles';
import { place, word } from './words';

/** Rows whose products are summed in one go: a panel of them stays in the first cache. As in ../wasm/map-gradient.ts. */
const rowsTogether: i32 = 256;

/**
 * columns, rows of the tables, work, bytes of it for each thread, whether threads share out the panels of A rather than
 * those of D, parts, maps, arguments, height and width of an image; of each part its rows and ids; of each map its bias, table,
 * and each part's D (buffer); of each argument k, how many maps it has, which pixel of A it is from that of D (dy, dx), each
 * part's A (buffer), and of each of its maps the number and G.
 *
 * G[k][column] = Σ A[t][row][k] · D[t][row][column], as rows of a matrix; bias[column] = Σ D[t][row][column];
 * table[panel][id] = Σ D[t][panel][row] over all with that id. An address of 0: not wanted.
 */
export function mapGradient(command: usize, thread: i32, threads: i32, timeSteps: i32): void {
  const columns = word(command, 2);
  const tableStride = <usize>word(command, 3) * panelBytes;
  const partCount = word(command, 7);
  const mapCount = word(command, 8);
  const parts = command + 48;
  const maps = parts + <usize>partCount * 8;
  const mapBytes = 8 + <usize>partCount * 8;
  let rows = 0;
  for (let part = 0; part < partCount; part++) rows += word(parts, 2 * part);
  const together = max(1, rowsTogether / rows);
  const chunkBytes = <usize>(together * rows) * panelBytes;
  // A panel of A, then panels of D, without gaps: they lie far apart otherwise.
  const a = <usize>word(command, 4) + <usize>self * <usize>word(command, 5);
  const panels = panelsOf(columns);
  const sharesA = word(command, 6) != 0;
  const firstD = sharesA ? 0 : thread;
  const stepD = sharesA ? 1 : threads;
  for (let from = 0; from < timeSteps; from += together) {
    const to = min(timeSteps, from + together);
    let d = a + chunkBytes;
    for (let one = firstD; one < mapCount * panels; one += stepD) {
      const map = maps + <usize>(one / panels) * mapBytes;
      const panel = one % panels;
      collect(d, map + 8, parts, partCount, panel, from, to);
      if (one % threads == thread) {
        const bias = <usize>word(map, 0);
        const table = <usize>word(map, 1);
        const width = widthOf(columns, panel);
        if (bias) addColumns(d, (to - from) * rows, from == 0, bias + <usize>panel * panelBytes, width);
        if (table) addToTable(d, parts, partCount, table + <usize>panel * tableStride, tableStride, from, to);
      }
      d += chunkBytes;
    }
    let argument = maps + <usize>mapCount * mapBytes;
    // Panels of the arguments before, which threads share out in turns.
    let before = 0;
    for (let left = word(command, 9); left > 0; left--) {
      const k = word(argument, 0);
      const count = word(argument, 1);
      const dy = word(argument, 2);
      const dx = word(argument, 3);
      const buffers = argument + 16;
      argument = buffers + <usize>partCount * 8;
      const firstA = sharesA ? (thread + threads - (before % threads)) % threads : 0;
      before += panelsOf(k);
      for (let kPanel = firstA; kPanel < panelsOf(k); kPanel += sharesA ? threads : 1) {
        if (dy == 0 && dx == 0) collect(a, buffers, parts, partCount, kPanel, from, to);
        else collectPixels(a, buffers, parts, partCount, kPanel, from, to, word(command, 10), word(command, 11), dy, dx);
        const shift = <usize>(kPanel * PANEL * columns) << 2;
        const size = widthOf(k, kPanel);
        for (let index = 0; index < count; index++) {
          const map = word(argument, 2 * index);
          const g = <usize>word(argument, 2 * index + 1) + shift;
          // The first of this map's panels that is here, and where.
          let one = map * panels;
          if (!sharesA) one += (thread - (one % threads) + threads) % threads;
          d = a + chunkBytes + <usize>((one - firstD) / stepD) * chunkBytes;
          for (; one < (map + 1) * panels; one += stepD) {
            const panel = one % panels;
            const target = g + <usize>panel * panelBytes;
            addProduct(size, (to - from) * rows, a, d, target, columns, widthOf(columns, panel), from == 0);
            d += chunkBytes;
          }
        }
      }
      argument += <usize>count * 8;
    }
  }
}

/** Columns of a panel. */
@inline
function widthOf(columns: i32, panel: i32): i32 {
  return min(PANEL, columns - panel * PANEL);
}

/** Copies one panel's rows: time step by time step, part by part. */
function collect(to: usize, buffers: usize, parts: usize, partCount: i32, panel: i32, begin: i32, end: i32): void {
  for (let t = begin; t < end; t++) {
    for (let part = 0; part < partCount; part++) {
      const rows = word(parts, 2 * part);
      let from = place(buffers, 2 * part, t) + <usize>(panel * rows) * panelBytes;
      for (let row = rows; row > 0; row--) {
        copyRow(to, from);
        to += panelBytes;
        from += panelBytes;
      }
    }
  }
}

/** Copies beside each pixel's place the pixel at dy, dx from it, which is zero beyond the edge. */
function collectPixels(
  to: usize,
  buffers: usize,
  parts: usize,
  partCount: i32,
  panel: i32,
  begin: i32,
  end: i32,
  height: i32,
  width: i32,
  dy: i32,
  dx: i32,
): void {
  const shift = dy * width + dx;
  for (let t = begin; t < end; t++) {
    for (let part = 0; part < partCount; part++) {
      const rows = word(parts, 2 * part);
      const from = place(buffers, 2 * part, t) + <usize>(panel * rows) * panelBytes;
      for (let row = 0; row < rows; row += width) {
        const y = (row / width) % height + dy;
        const isWithin = y >= 0 && y < height;
        for (let x = 0; x < width; x++) {
          if (isWithin && x + dx >= 0 && x + dx < width) copyRow(to, from + <usize>(row + x + shift) * panelBytes);
          else memory.fill(to, 0, panelBytes);
          to += panelBytes;
        }
      }
    }
  }
}

/** Adds the rows of a panel to the sums of its columns, or begins them. */
function addColumns(d: usize, rows: i32, begins: bool, target: usize, width: i32): void {
  const tile = scratch(self);
  memory.fill(tile, 0, panelBytes);
  if (!begins) memory.copy(tile, target, <usize>width << 2);
  let s0 = v128.load(tile, 0), s1 = v128.load(tile, 16), s2 = s0, s3 = s0;
  if (PANEL > 8) {
    s2 = v128.load(tile, 32);
    s3 = v128.load(tile, 48);
  }
  for (; rows > 0; rows--) {
    s0 = f32x4.add(s0, v128.load(d, 0));
    s1 = f32x4.add(s1, v128.load(d, 16));
    if (PANEL > 8) {
      s2 = f32x4.add(s2, v128.load(d, 32));
      s3 = f32x4.add(s3, v128.load(d, 48));
    }
    d += panelBytes;
  }
  if (PANEL > 8) {
    v128.store(tile, s3, 48);
    v128.store(tile, s2, 32);
  }
  v128.store(tile, s1, 16);
  v128.store(tile, s0, 0);
  memory.copy(target, tile, <usize>width << 2);
}

/** Adds the rows of a panel to those of the table that they were looked up in. */
function addToTable(d: usize, parts: usize, partCount: i32, table: usize, bytes: usize, begin: i32, end: i32): void {
  if (begin == 0) memory.fill(table, 0, bytes);
  for (let t = begin; t < end; t++) {
    for (let part = 0; part < partCount; part++) {
      const rows = word(parts, 2 * part);
      let id = <usize>word(parts, 2 * part + 1) + (<usize>(t * rows) << 2);
      for (let row = rows; row > 0; row--) {
        addRow(table + <usize>load<i32>(id) * panelBytes, d);
        id += 4;
        d += panelBytes;
      }
    }
  }
}

/**
 * C[i][j] += Σ_row A[row][i] · D[row][j], i < count, j < width, in tiles of six rows of C and fewer, as equal as can be.
 *
 * @param c rows of `columns` numbers
 * @param begins C is as good as zero
 */
function addProduct(
  count: i32,
  rows: i32,
  a: usize,
  d: usize,
  c: usize,
  columns: i32,
  width: i32,
  begins: bool,
): void {
  const stride = <usize>columns << 2;
  const isWhole = width == PANEL;
  for (let tiles = (count + 5) / 6; tiles > 0; tiles--) {
    const n = (count + tiles - 1) / tiles;
    if (isWhole) {
      sums(n, rows, a, d, c, stride, begins);
    } else {
      const tile = scratch(self);
      sums(n, rows, a, d, tile, panelBytes, true);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < width; j++) {
          const cell = c + <usize>i * stride + (<usize>j << 2);
          const before: f32 = begins ? 0 : load<f32>(cell);
          store<f32>(cell, before + load<f32>(tile + <usize>i * panelBytes + (<usize>j << 2)));
        }
      }
    }
    a += <usize>n << 2;
    c += <usize>n * stride;
    count -= n;
  }
}
