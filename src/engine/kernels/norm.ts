// Layer normalisation of each row over its units (Ba et al. 2016), without gain and shift.
import { scratch } from './memory';
import { lanes, panelBytes, panelsOf, toNext } from './panel';
import { thread } from './thread';
import { place, word } from './words';

const epsilon: f32 = 1e-5;

/** A (buffer), Y (buffer), R (buffer of [rows]), units: Y = (A − mean) · r with r = 1 / √(variance + ε), kept in R */
export function norm(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 8);
  const factors = scratch(thread);
  for (let row = first; row < first + count; row++) {
    const a = place(command, 2, t) + (<usize>row) * panelBytes;
    let y = place(command, 4, t) + (<usize>row) * panelBytes;
    const mean = sumOf(a, stride, units) / <f32>units;
    const r = <f32>1 / sqrt(squaresOf(a, stride, units, mean) / <f32>units + epsilon);
    store<f32>(place(command, 6, t) + (<usize>row << 2), r);
    store<f32>(factors, r, 0);
    store<f32>(factors, -mean * r, 4);
    let from = a;
    for (let panel = panelsOf(units); panel > 0; panel--) {
      normalise(y, from, factors);
      if (PANEL > 8) normalise(y + 32, from + 32, factors);
      from += stride;
      y += stride;
    }
  }
}

/** dY (buffer), Y (buffer), R (buffer), dA (buffer), units, add: dA = r · (dY − mean dY − Y · mean (dY · Y)) */
export function normGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 10);
  const add = word(command, 11) != 0;
  const factors = scratch(thread);
  for (let row = first; row < first + count; row++) {
    let d = place(command, 2, t) + (<usize>row) * panelBytes;
    let y = place(command, 4, t) + (<usize>row) * panelBytes;
    let da = place(command, 8, t) + (<usize>row) * panelBytes;
    const r = load<f32>(place(command, 6, t) + (<usize>row << 2));
    store<f32>(factors, r, 0);
    store<f32>(factors, (-r * sumOf(d, stride, units)) / <f32>units, 4);
    store<f32>(factors, (-r * productsOf(d, y, stride, units)) / <f32>units, 8);
    for (let panel = panelsOf(units); panel > 0; panel--) {
      if (add) {
        addGradient(da, d, y, factors);
        if (PANEL > 8) addGradient(da + 32, d + 32, y + 32, factors);
      } else {
        setGradient(da, d, y, factors);
        if (PANEL > 8) setGradient(da + 32, d + 32, y + 32, factors);
      }
      d += stride;
      y += stride;
      da += stride;
    }
  }
}

// Sums over one row, eight numbers at a time; what lies beyond the units in its last panel does not count.

function sumOf(a: usize, stride: usize, units: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let eight = 0; eight < units >> 3; eight++) {
    s0 = f32x4.add(s0, v128.load(a, 0));
    s1 = f32x4.add(s1, v128.load(a, 16));
    a += toNext(eight, stride);
  }
  let sum = lanes(f32x4.add(s0, s1));
  for (let left = units & 7; left > 0; left--) {
    sum += load<f32>(a);
    a += 4;
  }
  return sum;
}

/** Σ (a − mean)² */
function squaresOf(a: usize, stride: usize, units: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let eight = 0; eight < units >> 3; eight++) {
    s0 = f32x4.add(s0, square(f32x4.sub(v128.load(a, 0), m)));
    s1 = f32x4.add(s1, square(f32x4.sub(v128.load(a, 16), m)));
    a += toNext(eight, stride);
  }
  let sum = lanes(f32x4.add(s0, s1));
  for (let left = units & 7; left > 0; left--) {
    const difference = load<f32>(a) - mean;
    sum += difference * difference;
    a += 4;
  }
  return sum;
}

/** Σ d · y */
function productsOf(d: usize, y: usize, stride: usize, units: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let eight = 0; eight < units >> 3; eight++) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(d, 0), v128.load(y, 0)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(d, 16), v128.load(y, 16)));
    d += toNext(eight, stride);
    y += toNext(eight, stride);
  }
  let sum = lanes(f32x4.add(s0, s1));
  for (let left = units & 7; left > 0; left--) {
    sum += load<f32>(d) * load<f32>(y);
    d += 4;
    y += 4;
  }
  return sum;
}

@inline
function square(v: v128): v128 {
  return f32x4.mul(v, v);
}

// Eight numbers each, without a loop, the higher half stored first: so V8 joins the halves into 256 bits.

/** y = a · r + shift */
function normalise(y: usize, a: usize, factors: usize): void {
  const r = v128.load32_splat(factors, 0);
  const shift = v128.load32_splat(factors, 4);
  const y0 = f32x4.add(f32x4.mul(v128.load(a, 0), r), shift);
  const y1 = f32x4.add(f32x4.mul(v128.load(a, 16), r), shift);
  v128.store(y, y1, 16);
  v128.store(y, y0, 0);
}

/** d · r + shift + y · slope, for four numbers */
@inline
function slopes(d: usize, y: usize, r: v128, shift: v128, slope: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(v128.load(d), r), shift), f32x4.mul(v128.load(y), slope));
}

/** da = d · r + shift + y · slope, in place of what is there or added to it */
@inline
function gradientOfEight(da: usize, d: usize, y: usize, factors: usize, add: bool): void {
  const r = v128.load32_splat(factors, 0);
  const shift = v128.load32_splat(factors, 4);
  const slope = v128.load32_splat(factors, 8);
  let g0 = slopes(d, y, r, shift, slope);
  let g1 = slopes(d + 16, y + 16, r, shift, slope);
  if (add) {
    g0 = f32x4.add(v128.load(da, 0), g0);
    g1 = f32x4.add(v128.load(da, 16), g1);
  }
  v128.store(da, g1, 16);
  v128.store(da, g0, 0);
}

function setGradient(da: usize, d: usize, y: usize, factors: usize): void {
  gradientOfEight(da, d, y, factors, false);
}

function addGradient(da: usize, d: usize, y: usize, factors: usize): void {
  gradientOfEight(da, d, y, factors, true);
}
