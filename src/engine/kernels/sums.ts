// The gradient of a weight, as one product over all time steps and rows of the batch. Laid out like product.ts; the
// factors of one row stand side by side here.
import { fma, put } from './panel';

/**
 * C[i] = from[i] + Σ_{time, row} A[time][row][i] · D[time][row], i < count ≤ 6.
 *
 * @param count a constant of each call
 * @param a element i = 0 of the first row; rows PANEL numbers apart, time steps aStride bytes apart
 * @param d the first row of a panel; rows PANEL numbers apart, time steps dStride bytes apart
 * @param c [count] rows of PANEL numbers, cStride bytes apart
 * @param from what the sums begin with, rows fromStride bytes apart
 */
@inline
function block(
  count: i32,
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  const bytes = (<usize>rows) * PANEL * 4;
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
  for (let t = 0; t < timeSteps; t++) {
    const end = d + bytes;
    let at = a;
    for (let row = d; row < end; row += PANEL * 4) {
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
        s = v128.load32_splat(at, 4);
        c10 = fma(s, w0, c10);
        c11 = fma(s, w1, c11);
        if (PANEL > 8) {
          c12 = fma(s, w2, c12);
          c13 = fma(s, w3, c13);
        }
      }
      if (count > 2) {
        s = v128.load32_splat(at, 8);
        c20 = fma(s, w0, c20);
        c21 = fma(s, w1, c21);
        if (PANEL > 8) {
          c22 = fma(s, w2, c22);
          c23 = fma(s, w3, c23);
        }
      }
      if (count > 3) {
        s = v128.load32_splat(at, 12);
        c30 = fma(s, w0, c30);
        c31 = fma(s, w1, c31);
        if (PANEL > 8) {
          c32 = fma(s, w2, c32);
          c33 = fma(s, w3, c33);
        }
      }
      if (count > 4) {
        s = v128.load32_splat(at, 16);
        c40 = fma(s, w0, c40);
        c41 = fma(s, w1, c41);
        if (PANEL > 8) {
          c42 = fma(s, w2, c42);
          c43 = fma(s, w3, c43);
        }
      }
      if (count > 5) {
        s = v128.load32_splat(at, 20);
        c50 = fma(s, w0, c50);
        c51 = fma(s, w1, c51);
        if (PANEL > 8) {
          c52 = fma(s, w2, c52);
          c53 = fma(s, w3, c53);
        }
      }
      at += PANEL * 4;
    }
    a += aStride;
    d += dStride;
  }
  put(c, c00, c01, c02, c03);
  if (count > 1) put(c + cStride, c10, c11, c12, c13);
  if (count > 2) put(c + 2 * cStride, c20, c21, c22, c23);
  if (count > 3) put(c + 3 * cStride, c30, c31, c32, c33);
  if (count > 4) put(c + 4 * cStride, c40, c41, c42, c43);
  if (count > 5) put(c + 5 * cStride, c50, c51, c52, c53);
}

function block1(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(1, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}
function block2(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(2, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}
function block3(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(3, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}
function block4(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(4, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}
function block5(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(5, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}
function block6(
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  block(6, a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
}

/** The same for any count, in blocks of six and fewer, as equal as can be. */
export function sumsOfPanel(
  count: i32,
  a: usize,
  aStride: usize,
  d: usize,
  dStride: usize,
  timeSteps: i32,
  rows: i32,
  c: usize,
  cStride: usize,
  from: usize,
  fromStride: usize,
): void {
  for (let blocks = (count + 5) / 6; blocks > 0; blocks--) {
    const n = (count + blocks - 1) / blocks;
    switch (n) {
      case 1:
        block1(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
        break;
      case 2:
        block2(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
        break;
      case 3:
        block3(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
        break;
      case 4:
        block4(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
        break;
      case 5:
        block5(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
        break;
      default:
        block6(a, aStride, d, dStride, timeSteps, rows, c, cStride, from, fromStride);
    }
    a += <usize>n << 2;
    c += <usize>n * cStride;
    from += <usize>n * fromStride;
    count -= n;
  }
}
