// The product of up to six rows with one panel of packed weights: the sums stay in registers. Sixteen 256-bit registers
// hold 12 sums, 2 of weights and 1 of the rows; V8 joins the 128-bit pairs. Written out, for there is no loop over local
// variables.
import { fma, put } from './panel';

/**
 * C[i] = from[i] + Σ_k A[i][k] · W[k], i < count ≤ 6.
 *
 * @param count a constant of each call
 * @param a rows PANEL numbers apart; element k of a row is in panel ⌊k / PANEL⌋, aStride bytes apart
 * @param w [k][PANEL]
 * @param from [count] rows of PANEL numbers, fromStride bytes apart: what the sums begin with
 */
@inline
function block(count: i32, a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  const cStride: usize = PANEL * 4;
  const none = i32x4.splat(0);
  let c00 = none, c01 = none, c02 = none, c03 = none;
  let c10 = none, c11 = none, c12 = none, c13 = none;
  let c20 = none, c21 = none, c22 = none, c23 = none;
  let c30 = none, c31 = none, c32 = none, c33 = none;
  let c40 = none, c41 = none, c42 = none, c43 = none;
  let c50 = none, c51 = none, c52 = none, c53 = none;
  c00 = v128.load(from, 0);
  c01 = v128.load(from, 16);
  if (PANEL > 8) {
    c02 = v128.load(from, 32);
    c03 = v128.load(from, 48);
  }
  if (count > 1) {
    from += fromStride;
    c10 = v128.load(from, 0);
    c11 = v128.load(from, 16);
    if (PANEL > 8) {
      c12 = v128.load(from, 32);
      c13 = v128.load(from, 48);
    }
  }
  if (count > 2) {
    from += fromStride;
    c20 = v128.load(from, 0);
    c21 = v128.load(from, 16);
    if (PANEL > 8) {
      c22 = v128.load(from, 32);
      c23 = v128.load(from, 48);
    }
  }
  if (count > 3) {
    from += fromStride;
    c30 = v128.load(from, 0);
    c31 = v128.load(from, 16);
    if (PANEL > 8) {
      c32 = v128.load(from, 32);
      c33 = v128.load(from, 48);
    }
  }
  if (count > 4) {
    from += fromStride;
    c40 = v128.load(from, 0);
    c41 = v128.load(from, 16);
    if (PANEL > 8) {
      c42 = v128.load(from, 32);
      c43 = v128.load(from, 48);
    }
  }
  if (count > 5) {
    from += fromStride;
    c50 = v128.load(from, 0);
    c51 = v128.load(from, 16);
    if (PANEL > 8) {
      c52 = v128.load(from, 32);
      c53 = v128.load(from, 48);
    }
  }
  let row = w;
  for (let left = k; left > 0; left -= PANEL) {
    const end = a + ((<usize>min(left, PANEL)) << 2);
    for (let at = a; at < end; at += 4) {
      const w0 = v128.load(row, 0);
      const w1 = v128.load(row, 16);
      let w2 = none, w3 = none;
      if (PANEL > 8) {
        w2 = v128.load(row, 32);
        w3 = v128.load(row, 48);
      }
      let s = v128.load32_splat(at, 0);
      c00 = fma(s, w0, c00);
      c01 = fma(s, w1, c01);
      if (PANEL > 8) {
        c02 = fma(s, w2, c02);
        c03 = fma(s, w3, c03);
      }
      if (count > 1) {
        s = v128.load32_splat(at, PANEL * 4);
        c10 = fma(s, w0, c10);
        c11 = fma(s, w1, c11);
        if (PANEL > 8) {
          c12 = fma(s, w2, c12);
          c13 = fma(s, w3, c13);
        }
      }
      if (count > 2) {
        s = v128.load32_splat(at, 2 * PANEL * 4);
        c20 = fma(s, w0, c20);
        c21 = fma(s, w1, c21);
        if (PANEL > 8) {
          c22 = fma(s, w2, c22);
          c23 = fma(s, w3, c23);
        }
      }
      if (count > 3) {
        s = v128.load32_splat(at, 3 * PANEL * 4);
        c30 = fma(s, w0, c30);
        c31 = fma(s, w1, c31);
        if (PANEL > 8) {
          c32 = fma(s, w2, c32);
          c33 = fma(s, w3, c33);
        }
      }
      if (count > 4) {
        s = v128.load32_splat(at, 4 * PANEL * 4);
        c40 = fma(s, w0, c40);
        c41 = fma(s, w1, c41);
        if (PANEL > 8) {
          c42 = fma(s, w2, c42);
          c43 = fma(s, w3, c43);
        }
      }
      if (count > 5) {
        s = v128.load32_splat(at, 5 * PANEL * 4);
        c50 = fma(s, w0, c50);
        c51 = fma(s, w1, c51);
        if (PANEL > 8) {
          c52 = fma(s, w2, c52);
          c53 = fma(s, w3, c53);
        }
      }
      row += PANEL * 4;
    }
    a += aStride;
  }
  put(c, c00, c01, c02, c03);
  if (count > 1) put(c + cStride, c10, c11, c12, c13);
  if (count > 2) put(c + 2 * cStride, c20, c21, c22, c23);
  if (count > 3) put(c + 3 * cStride, c30, c31, c32, c33);
  if (count > 4) put(c + 4 * cStride, c40, c41, c42, c43);
  if (count > 5) put(c + 5 * cStride, c50, c51, c52, c53);
}

// One function for each count, so that a loop holds exactly the registers that it needs.
function block1(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(1, a, aStride, k, w, c, from, fromStride);
}
function block2(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(2, a, aStride, k, w, c, from, fromStride);
}
function block3(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(3, a, aStride, k, w, c, from, fromStride);
}
function block4(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(4, a, aStride, k, w, c, from, fromStride);
}
function block5(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(5, a, aStride, k, w, c, from, fromStride);
}
function block6(a: usize, aStride: usize, k: i32, w: usize, c: usize, from: usize, fromStride: usize): void {
  block(6, a, aStride, k, w, c, from, fromStride);
}

/**
 * C[r] = start + Σ_k A[r][k] · W[k], or C[r] + … where start is 0, for any number of rows, in blocks of six and fewer, as
 * equal as can be. How rows are cut into blocks changes no bit of the result.
 *
 * @param c [rows][PANEL]
 * @param start PANEL numbers that every row begins with
 */
export function rowsTimesPanel(rows: i32, a: usize, aStride: usize, k: i32, w: usize, c: usize, start: usize): void {
  const fromStride: usize = start ? 0 : PANEL * 4;
  for (let blocks = (rows + 5) / 6; blocks > 0; blocks--) {
    const n = (rows + blocks - 1) / blocks;
    const from = start ? start : c;
    switch (n) {
      case 1:
        block1(a, aStride, k, w, c, from, fromStride);
        break;
      case 2:
        block2(a, aStride, k, w, c, from, fromStride);
        break;
      case 3:
        block3(a, aStride, k, w, c, from, fromStride);
        break;
      case 4:
        block4(a, aStride, k, w, c, from, fromStride);
        break;
      case 5:
        block5(a, aStride, k, w, c, from, fromStride);
        break;
      default:
        block6(a, aStride, k, w, c, from, fromStride);
    }
    a += (<usize>n) * PANEL * 4;
    c += (<usize>n) * PANEL * 4;
    rows -= n;
  }
}

/**
 * One row times four panels, whose weights lie wStride bytes apart: a single row has too few sums of its own to keep the
 * multipliers busy.
 *
 * @param start 4 · PANEL numbers to begin with, or 0 to add to C, whose panels lie cStride bytes apart
 */
export function rowTimesFourPanels(
  a: usize,
  aStride: usize,
  k: i32,
  w: usize,
  wStride: usize,
  c: usize,
  cStride: usize,
  start: usize,
): void {
  const none = i32x4.splat(0);
  let c00 = none, c01 = none, c02 = none, c03 = none;
  let c10 = none, c11 = none, c12 = none, c13 = none;
  let c20 = none, c21 = none, c22 = none, c23 = none;
  let c30 = none, c31 = none, c32 = none, c33 = none;
  let from = start ? start : c;
  const step: usize = start ? <usize>(PANEL * 4) : cStride;
  c00 = v128.load(from, 0);
  c01 = v128.load(from, 16);
  if (PANEL > 8) {
    c02 = v128.load(from, 32);
    c03 = v128.load(from, 48);
  }
  from += step;
  c10 = v128.load(from, 0);
  c11 = v128.load(from, 16);
  if (PANEL > 8) {
    c12 = v128.load(from, 32);
    c13 = v128.load(from, 48);
  }
  from += step;
  c20 = v128.load(from, 0);
  c21 = v128.load(from, 16);
  if (PANEL > 8) {
    c22 = v128.load(from, 32);
    c23 = v128.load(from, 48);
  }
  from += step;
  c30 = v128.load(from, 0);
  c31 = v128.load(from, 16);
  if (PANEL > 8) {
    c32 = v128.load(from, 32);
    c33 = v128.load(from, 48);
  }
  for (let left = k; left > 0; left -= PANEL) {
    const end = a + ((<usize>min(left, PANEL)) << 2);
    for (let at = a; at < end; at += 4) {
      const s = v128.load32_splat(at);
      let row = w;
      c00 = fma(s, v128.load(row, 0), c00);
      c01 = fma(s, v128.load(row, 16), c01);
      if (PANEL > 8) {
        c02 = fma(s, v128.load(row, 32), c02);
        c03 = fma(s, v128.load(row, 48), c03);
      }
      row += wStride;
      c10 = fma(s, v128.load(row, 0), c10);
      c11 = fma(s, v128.load(row, 16), c11);
      if (PANEL > 8) {
        c12 = fma(s, v128.load(row, 32), c12);
        c13 = fma(s, v128.load(row, 48), c13);
      }
      row += wStride;
      c20 = fma(s, v128.load(row, 0), c20);
      c21 = fma(s, v128.load(row, 16), c21);
      if (PANEL > 8) {
        c22 = fma(s, v128.load(row, 32), c22);
        c23 = fma(s, v128.load(row, 48), c23);
      }
      row += wStride;
      c30 = fma(s, v128.load(row, 0), c30);
      c31 = fma(s, v128.load(row, 16), c31);
      if (PANEL > 8) {
        c32 = fma(s, v128.load(row, 32), c32);
        c33 = fma(s, v128.load(row, 48), c33);
      }
      w += PANEL * 4;
    }
    a += aStride;
  }
  put(c, c00, c01, c02, c03);
  put(c + cStride, c10, c11, c12, c13);
  put(c + 2 * cStride, c20, c21, c22, c23);
  put(c + 3 * cStride, c30, c31, c32, c33);
}
