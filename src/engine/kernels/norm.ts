// Layer normalisation of each row over its units (Ba et al. 2016), without gain and shift.
import { scratch } from './memory';
import { fma, lanes, panelBytes, panelsOf } from './panel';
import { thread } from './thread';
import { place, word } from './words';

const epsilon: f32 = 1e-5;

/** A (buffer), Y (buffer), R (buffer of [rows]), units: Y = (A − mean) · r with r = 1 / √(variance + ε), kept in R */
export function norm(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 8);
  const factors = scratch(thread);
  let a = place(command, 2, t) + (<usize>first) * panelBytes;
  let y = place(command, 4, t) + (<usize>first) * panelBytes;
  let kept = place(command, 6, t) + (<usize>first << 2);
  for (let row = 0; row < count; row++) {
    const mean = sumOf(a, stride, units) / <f32>units;
    const r = <f32>1 / sqrt(squaresOf(a, stride, units, mean) / <f32>units + epsilon);
    store<f32>(kept, r);
    store<f32>(factors, r, 0);
    store<f32>(factors, mean, 4);
    for (let at: usize = 0, end = <usize>panelsOf(units) * stride; at < end; at += stride) normalise(y + at, a + at, factors);
    a += panelBytes;
    y += panelBytes;
    kept += 4;
  }
}

/** dY (buffer), Y (buffer), R (buffer), dA (buffer), units, add: dA = r · (dY − mean dY − Y · mean (dY · Y)) */
export function normGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 10);
  const add = word(command, 11) != 0;
  const factors = scratch(thread);
  let d = place(command, 2, t) + (<usize>first) * panelBytes;
  let y = place(command, 4, t) + (<usize>first) * panelBytes;
  let da = place(command, 8, t) + (<usize>first) * panelBytes;
  let kept = place(command, 6, t) + (<usize>first << 2);
  for (let row = 0; row < count; row++) {
    const r = load<f32>(kept);
    sumsOf(d, y, stride, units, factors);
    store<f32>(factors, (-r * load<f32>(factors, 4)) / <f32>units, 4);
    store<f32>(factors, (-r * load<f32>(factors, 8)) / <f32>units, 8);
    store<f32>(factors, r, 0);
    const end = <usize>panelsOf(units) * stride;
    if (add) for (let at: usize = 0; at < end; at += stride) addGradient(da + at, d + at, y + at, factors);
    else for (let at: usize = 0; at < end; at += stride) setGradient(da + at, d + at, y + at, factors);
    d += panelBytes;
    y += panelBytes;
    da += panelBytes;
    kept += 4;
  }
}

// Sums over one row, sixteen columns at a time whatever the panel's width, so that all builds add in one order; what lies
// beyond the units in the last panel does not count.

/** From the first eight of sixteen columns to the others. */
@inline
function half(stride: usize): usize {
  return PANEL > 8 ? 32 : stride;
}

/** From sixteen columns to the next. */
@inline
function next(stride: usize): usize {
  return PANEL > 8 ? stride : 2 * stride;
}

/** Where one of sixteen columns is. */
@inline
function columnAt(a: usize, column: i32, stride: usize): usize {
  return a + (<usize>(column & 7) << 2) + (column > 7 ? half(stride) : 0);
}

function sumOf(a: usize, stride: usize, units: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let sixteen = units >> 4; sixteen > 0; sixteen--) {
    const other = a + half(stride);
    s0 = f32x4.add(s0, v128.load(a, 0));
    s1 = f32x4.add(s1, v128.load(a, 16));
    s2 = f32x4.add(s2, v128.load(other, 0));
    s3 = f32x4.add(s3, v128.load(other, 16));
    a += next(stride);
  }
  let sum = lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (let column = 0; column < (units & 15); column++) sum += load<f32>(columnAt(a, column, stride));
  return sum;
}

/** Σ (a − mean)² */
function squaresOf(a: usize, stride: usize, units: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let sixteen = units >> 4; sixteen > 0; sixteen--) {
    const other = a + half(stride);
    s0 = plusSquare(s0, f32x4.sub(v128.load(a, 0), m));
    s1 = plusSquare(s1, f32x4.sub(v128.load(a, 16), m));
    s2 = plusSquare(s2, f32x4.sub(v128.load(other, 0), m));
    s3 = plusSquare(s3, f32x4.sub(v128.load(other, 16), m));
    a += next(stride);
  }
  let sum = lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (let column = 0; column < (units & 15); column++) {
    const difference = load<f32>(columnAt(a, column, stride)) - mean;
    sum += difference * difference;
  }
  return sum;
}

@inline
function plusSquare(sum: v128, v: v128): v128 {
  return fma(v, v, sum);
}

/** Σ d and Σ d · y, to sums + 4 and sums + 8 */
function sumsOf(d: usize, y: usize, stride: usize, units: i32, sums: usize): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let p0 = f32x4.splat(0), p1 = f32x4.splat(0), p2 = f32x4.splat(0), p3 = f32x4.splat(0);
  for (let sixteen = units >> 4; sixteen > 0; sixteen--) {
    const other = d + half(stride), otherY = y + half(stride);
    const d0 = v128.load(d, 0), d1 = v128.load(d, 16), d2 = v128.load(other, 0), d3 = v128.load(other, 16);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    s2 = f32x4.add(s2, d2);
    s3 = f32x4.add(s3, d3);
    p0 = fma(d0, v128.load(y, 0), p0);
    p1 = fma(d1, v128.load(y, 16), p1);
    p2 = fma(d2, v128.load(otherY, 0), p2);
    p3 = fma(d3, v128.load(otherY, 16), p3);
    d += next(stride);
    y += next(stride);
  }
  let sum = lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  let products = lanes(f32x4.add(f32x4.add(p0, p1), f32x4.add(p2, p3)));
  for (let column = 0; column < (units & 15); column++) {
    const one = load<f32>(columnAt(d, column, stride));
    sum += one;
    products += one * load<f32>(columnAt(y, column, stride));
  }
  store<f32>(sums, sum, 4);
  store<f32>(sums, products, 8);
}

// A row of a panel each, without a loop, the higher halves stored first: so V8 joins halves into 256 bits.

/** y = (a − mean) · r: of a row that is the same everywhere exactly 0 */
function normalise(y: usize, a: usize, factors: usize): void {
  const r = v128.load32_splat(factors, 0);
  const mean = v128.load32_splat(factors, 4);
  const y0 = f32x4.mul(f32x4.sub(v128.load(a, 0), mean), r);
  const y1 = f32x4.mul(f32x4.sub(v128.load(a, 16), mean), r);
  if (PANEL > 8) {
    const y2 = f32x4.mul(f32x4.sub(v128.load(a, 32), mean), r);
    const y3 = f32x4.mul(f32x4.sub(v128.load(a, 48), mean), r);
    v128.store(y, y3, 48);
    v128.store(y, y2, 32);
  }
  v128.store(y, y1, 16);
  v128.store(y, y0, 0);
}

/** d · r + shift + y · slope, for four numbers; rounded as often as the sums are, which it may cancel to nothing */
@inline
function slopes(d: usize, y: usize, r: v128, shift: v128, slope: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(v128.load(d), r), shift), f32x4.mul(v128.load(y), slope));
}

/** da = d · r + shift + y · slope, in place of what is there or added to it */
@inline
function gradientOfRow(da: usize, d: usize, y: usize, factors: usize, add: bool): void {
  const r = v128.load32_splat(factors, 0);
  const shift = v128.load32_splat(factors, 4);
  const slope = v128.load32_splat(factors, 8);
  let g0 = slopes(d, y, r, shift, slope);
  let g1 = slopes(d + 16, y + 16, r, shift, slope);
  if (add) {
    g0 = f32x4.add(v128.load(da, 0), g0);
    g1 = f32x4.add(v128.load(da, 16), g1);
  }
  if (PANEL > 8) {
    let g2 = slopes(d + 32, y + 32, r, shift, slope);
    let g3 = slopes(d + 48, y + 48, r, shift, slope);
    if (add) {
      g2 = f32x4.add(v128.load(da, 32), g2);
      g3 = f32x4.add(v128.load(da, 48), g3);
    }
    v128.store(da, g3, 48);
    v128.store(da, g2, 32);
  }
  v128.store(da, g1, 16);
  v128.store(da, g0, 0);
}

function setGradient(da: usize, d: usize, y: usize, factors: usize): void {
  gradientOfRow(da, d, y, factors, false);
}

function addGradient(da: usize, d: usize, y: usize, factors: usize): void {
  gradientOfRow(da, d, y, factors, true);
}
