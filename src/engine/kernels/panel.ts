// What one panel is. A panel is PANEL columns of a matrix, row after row; activations are stored as
// [time][panel][batch row][column in panel], packed weights as [panel][row][column in panel].
// PANEL and RELAXED are given on the compiler's command line: this source makes all variants of the engine.

@inline export const panelBytes: usize = PANEL * 4;

/** a · b + c, rounded once where the variant has relaxed SIMD. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** How many panels hold so many columns. */
@inline
export function panelsOf(columns: i32): i32 {
  return (columns + PANEL - 1) / PANEL;
}

/** Bytes from eight numbers of a row to the next eight. */
@inline
export function toNext(eight: i32, stride: usize): usize {
  if (PANEL > 8) return eight & 1 ? stride - 32 : 32;
  return stride;
}

/** The sum of four numbers. */
@inline
export function lanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Copies one row of a panel. The higher of two halves is stored first, or V8 stores the lower one once more. */
@inline
export function copyRow(to: usize, from: usize): void {
  const v0 = v128.load(from, 0);
  const v1 = v128.load(from, 16);
  if (PANEL > 8) {
    const v2 = v128.load(from, 32);
    const v3 = v128.load(from, 48);
    v128.store(to, v3, 48);
    v128.store(to, v2, 32);
  }
  v128.store(to, v1, 16);
  v128.store(to, v0, 0);
}

/** Adds one row of a panel to another. */
@inline
export function addRow(to: usize, from: usize): void {
  const v0 = f32x4.add(v128.load(to, 0), v128.load(from, 0));
  const v1 = f32x4.add(v128.load(to, 16), v128.load(from, 16));
  if (PANEL > 8) {
    const v2 = f32x4.add(v128.load(to, 32), v128.load(from, 32));
    const v3 = f32x4.add(v128.load(to, 48), v128.load(from, 48));
    v128.store(to, v3, 48);
    v128.store(to, v2, 32);
  }
  v128.store(to, v1, 16);
  v128.store(to, v0, 0);
}
