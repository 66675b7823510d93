// e^x and the natural logarithm of four numbers (coefficients of Cephes, expf.c and logf.c).
import { constants } from './memory';
import { fma } from './panel';

// Where its constants lie.
const lowest: usize = constants + 20;
const log2e: usize = constants + 24;
const magic: usize = constants + 28;
const ln2High: usize = constants + 32;
const ln2Low: usize = constants + 36;
const c0: usize = constants + 40;
const c1: usize = constants + 44;
const c2: usize = constants + 48;
const c3: usize = constants + 52;
const c4: usize = constants + 56;
const c5: usize = constants + 60;
const one: usize = constants + 64;
/** e to the power of less than this is below 10⁻²⁶. */
const negligible: usize = constants + 68;

export function storeExpConstants(): void {
  store<f32>(lowest, -87);
  store<f32>(log2e, 1.44269504);
  // 1.5 · 2²³: adding it rounds to a whole number, which then stands in the lowest bits.
  store<f32>(magic, 12582912);
  store<f32>(ln2High, -0.693359375);
  store<f32>(ln2Low, 2.12194440e-4);
  store<f32>(c0, 1.9875691500e-4);
  store<f32>(c1, 1.3981999507e-3);
  store<f32>(c2, 8.3334519073e-3);
  store<f32>(c3, 4.1665795894e-2);
  store<f32>(c4, 1.6666665459e-1);
  store<f32>(c5, 5.0000001201e-1);
  store<f32>(one, 1);
  store<f32>(negligible, -60);
}

/**
 * e^(x − highest) in place of eight numbers x; returns sums of them. 2^n · e^r with |r| ≤ ln 2 / 2 and a polynomial for
 * e^r. Each constant is loaded once for both halves, and there is no loop: V8 joins halves into 256 bits only so.
 *
 * @param at eight numbers
 * @param most where the highest number lies, which nothing here exceeds
 */
export function expOfEight(at: usize, most: usize): v128 {
  const top = v128.load32_splat(most);
  const x0 = f32x4.sub(v128.load(at, 0), top);
  const x1 = f32x4.sub(v128.load(at, 16), top);
  const bottom = v128.load32_splat(lowest);
  // pmax is one instruction, and what is not a number stays so where it comes first.
  const y0 = f32x4.pmax(x0, bottom);
  const y1 = f32x4.pmax(x1, bottom);
  const factor = v128.load32_splat(log2e);
  const shift = v128.load32_splat(magic);
  const shifted0 = fma(y0, factor, shift);
  const shifted1 = fma(y1, factor, shift);
  const n0 = f32x4.sub(shifted0, shift);
  const n1 = f32x4.sub(shifted1, shift);
  const high = v128.load32_splat(ln2High);
  const low = v128.load32_splat(ln2Low);
  const r0 = fma(n0, low, fma(n0, high, y0));
  const r1 = fma(n1, low, fma(n1, high, y1));
  let c = v128.load32_splat(c1);
  const first = v128.load32_splat(c0);
  let p0 = fma(first, r0, c);
  let p1 = fma(first, r1, c);
  c = v128.load32_splat(c2);
  p0 = fma(p0, r0, c);
  p1 = fma(p1, r1, c);
  c = v128.load32_splat(c3);
  p0 = fma(p0, r0, c);
  p1 = fma(p1, r1, c);
  c = v128.load32_splat(c4);
  p0 = fma(p0, r0, c);
  p1 = fma(p1, r1, c);
  c = v128.load32_splat(c5);
  p0 = fma(p0, r0, c);
  p1 = fma(p1, r1, c);
  c = v128.load32_splat(one);
  p0 = fma(p0, f32x4.mul(r0, r0), f32x4.add(r0, c));
  p1 = fma(p1, f32x4.mul(r1, r1), f32x4.add(r1, c));
  // What is too little to count becomes 0 rather than a number so small that processors take a hundred times as long.
  const least = v128.load32_splat(negligible);
  const e0 = v128.andnot(i32x4.add(p0, i32x4.shl(shifted0, 23)), f32x4.lt(x0, least));
  const e1 = v128.andnot(i32x4.add(p1, i32x4.shl(shifted1, 23)), f32x4.lt(x1, least));
  v128.store(at, e1, 16);
  v128.store(at, e0, 0);
  return f32x4.add(e0, e1);
}

/** e^x of four numbers, at least e^−87 and at most e^87; in the same way as `expOfEight`. */
export function exp(x: v128): v128 {
  const y = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(87));
  const shift = f32x4.splat(12582912);
  const shifted = fma(y, f32x4.splat(1.44269504), shift);
  const n = f32x4.sub(shifted, shift);
  const r = fma(n, f32x4.splat(2.12194440e-4), fma(n, f32x4.splat(-0.693359375), y));
  let p = fma(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  p = fma(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** 1 − 2 / (e^2x + 1) of four numbers. */
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp(f32x4.add(x, x)), one)));
}

/** log m + e · ln 2 where x = m · 2^e with √½ ≤ m < √2; x is positive and finite, or what comes out is not a number. */
export function log(x: v128): v128 {
  const offset = i32x4.splat(0x3f3504f3);
  const raised = i32x4.sub(x, offset);
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(raised, 23));
  const r = f32x4.sub(
    i32x4.add(v128.and(raised, i32x4.splat(0x007fffff)), offset),
    f32x4.splat(1),
  );
  const square = f32x4.mul(r, r);
  let p = f32x4.splat(7.0376836292e-2);
  p = fma(p, r, f32x4.splat(-1.151461031e-1));
  p = fma(p, r, f32x4.splat(1.167699874e-1));
  p = fma(p, r, f32x4.splat(-1.2420140846e-1));
  p = fma(p, r, f32x4.splat(1.4249322787e-1));
  p = fma(p, r, f32x4.splat(-1.6668057665e-1));
  p = fma(p, r, f32x4.splat(2.0000714765e-1));
  p = fma(p, r, f32x4.splat(-2.4999993993e-1));
  p = fma(p, r, f32x4.splat(3.3333331174e-1));
  const tail = fma(e, f32x4.splat(-2.12194440e-4), f32x4.mul(f32x4.mul(r, square), p));
  const value = fma(e, f32x4.splat(0.693359375), f32x4.add(fma(square, f32x4.splat(-0.5), tail), r));
  const isUsual = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.bitselect(value, f32x4.splat(NaN), isUsual);
}
