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

/** Stores one row of a panel. */
@inline
export function put(at: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(at, v0, 0);
  v128.store(at, v1, 16);
  if (PANEL > 8) {
    v128.store(at, v2, 32);
    v128.store(at, v3, 48);
  }
}
