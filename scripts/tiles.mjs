/**
 * Writes the innermost loops of the engine as AssemblyScript: tiles of up to six rows times one panel, whose sums stay in
 * registers. Sixteen 256-bit registers hold 12 sums, 2 of one factor and 1 of the other. AssemblyScript has no loop over
 * local variables, so they are written out here; and eight turns of each loop, since its counting takes the same ports of a
 * processor as the multiplications.
 *
 * A core that shares its decoder with another thread is bound by the number of instructions: 22 a turn of six rows. V8 folds
 * no constant offset into a `load32_splat`, but adds it to the memory's base by an instruction of its own each time. Hence
 * `addressed`.
 */

/** Turns that are written out. */
const unrolled = 8;

/** @param {number} count @param {(index: number) => string} line */
const lines = (count, line) => Array.from({ length: count }, (_, index) => line(index)).join('\n');

const sumsParameters = 'rows: i32, at: usize, d: usize, c: usize, cStride: usize, begins: bool';

/**
 * Loads what nobody needs, once before a loop: the sum of base and offset then stands in a register for the whole loop. Turns
 * are told apart by the address, never by the offset, so that these few sums are all.
 *
 * @param {number} count @param {string} pointer @param {number} bytes
 */
const addressed = (count, pointer, bytes) =>
  lines(count - 1, (row) => `  v128.load32_splat(${pointer}, ${bytes * (row + 1)});`);

/** @param {number} panel columns of a panel */
export function tiles(panel) {
  const vectors = panel / 4;
  const panelBytes = 4 * panel;
  /** Loads `count` rows of sums. */
  const begin = (/** @type {number} */ count) =>
    lines(count, (row) =>
      [
        lines(vectors, (v) => `  let c${row}${v} = v128.load(from, ${16 * v});`),
        row + 1 < count ? '  from += fromStride;' : '',
      ].join('\n'),
    );
  /** Stores them; the higher of two halves first, or V8 stores the lower one once more. */
  const finish = (/** @type {number} */ count) =>
    lines(count, (row) =>
      [
        lines(vectors, (v) => `  v128.store(c, c${row}${v ^ 1}, ${16 * (v ^ 1)});`),
        row + 1 < count ? '  c += cStride;' : '',
      ].join('\n'),
    );
  /**
   * One turn: a row of the panel times a number for each row of sums, `numberBytes` apart.
   *
   * @param {number} count @param {number} turn @param {string} pointer @param {number} numberBytes @param {number} turnBytes
   */
  const turn = (count, turn, pointer, numberBytes, turnBytes) => `{
${lines(vectors, (v) => `const w${v} = v128.load(${pointer}, ${turn * panelBytes + 16 * v});`)}
let s: v128;
${lines(
  count,
  (row) => `s = v128.load32_splat(at + ${turn * turnBytes}, ${row * numberBytes});
${lines(vectors, (v) => `c${row}${v} = fma(s, w${v}, c${row}${v});`)}`,
)}
}`;
  const product = (/** @type {number} */ count) => `
function product${count}(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  const cStride: usize = ${panelBytes};
${begin(count)}
${addressed(count, 'a', panelBytes)}
  for (let left = k; left > 0; left -= ${panel}) {
    let at = a;
    const end = a + ((<usize>min(left, ${panel})) << 2);
    for (; at + ${4 * (unrolled - 1)} < end; at += ${4 * unrolled}) {
${lines(unrolled, (u) => turn(count, u, 'w', panelBytes, 4))}
      w += ${unrolled * panelBytes};
    }
    for (; at < end; at += 4) {
${turn(count, 0, 'w', panelBytes, 4)}
      w += ${panelBytes};
    }
    a += aStride;
  }
${finish(count)}
}`;
  /** What C holds is loaded last: by then it has come, from wherever it was. */
  const sums = (/** @type {number} */ count) => `
function sums${count}(${sumsParameters}): void {
${lines(count, (row) => lines(vectors, (v) => `  let c${row}${v} = i32x4.splat(0);`))}
  let left = rows;
${addressed(count, 'at', 4)}
  for (; left >= ${unrolled}; left -= ${unrolled}) {
${lines(unrolled, (u) => turn(count, u, 'd', 4, panelBytes))}
    at += ${unrolled * panelBytes};
    d += ${unrolled * panelBytes};
  }
  for (; left > 0; left--) {
${turn(count, 0, 'd', 4, panelBytes)}
    at += ${panelBytes};
    d += ${panelBytes};
  }
  if (!begins) {
    let from = c;
${lines(count, (row) =>
  [
    lines(vectors, (v) => `    c${row}${v} = f32x4.add(v128.load(from, ${16 * v}), c${row}${v});`),
    row + 1 < count ? '    from += cStride;' : '',
  ].join('\n'),
)}
  }
${finish(count)}
}`;
  const counts = [1, 2, 3, 4, 5, 6];
  const dispatch = (/** @type {string} */ name, /** @type {string} */ parameters, /** @type {string} */ names) => `
@inline
export function ${name}(count: i32, ${parameters}): void {
  switch (count) {
${counts.map((count) => `    case ${count}: ${name}${count}(${names}); break;`).join('\n')}
    default: unreachable();
  }
}`;
  return `import { fma } from './panel';
${counts.map((count) => product(count) + sums(count)).join('\n')}
${dispatch(
  'product',
  'a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize',
  'a, aStride, k, w, c, from, fromStride',
)}
${dispatch('sums', sumsParameters, 'rows, at, d, c, cStride, begins')}
export function rowTimesFour(a: usize, aStride: usize, k: i32, w: usize, wStride: usize, c: usize, cStride: usize, from: usize, fromStride: usize): void {
${begin(4)}
  for (let left = k; left > 0; left -= ${panel}) {
    const end = a + ((<usize>min(left, ${panel})) << 2);
    for (let at = a; at < end; at += 4) {
      const s = v128.load32_splat(at);
      let row = w;
${lines(
  4,
  (p) => `${lines(vectors, (v) => `      c${p}${v} = fma(s, v128.load(row, ${16 * v}), c${p}${v});`)}
      row += wStride;`,
)}
      w += ${panelBytes};
    }
    a += aStride;
  }
${finish(4)}
}
`;
}
