// One step of Adam over all parameters at once, clipped by their global norm (see src/engine/adam.ts for the sources).
import { constants, scratch } from './memory';
import { thread } from './thread';
import { word } from './words';

/** Numbers that one thread takes at a time; the norm is summed from these pieces, whatever the threads. */
const piece: i32 = 8192;

const beta1: usize = constants;
const beta2: usize = constants + 4;
const rest1: usize = constants + 8; // 1 − beta1
const rest2: usize = constants + 12;

export function storeAdamConstants(): void {
  store<f32>(beta1, 0.9);
  store<f32>(beta2, 0.999);
  store<f32>(rest1, <f32>(1 - 0.9));
  store<f32>(rest2, <f32>(1 - 0.999));
}

/** table of parameters, their count, partial sums (f64, one a piece). An entry: values, gradient, first, second, size, 0 */
export function squares(command: usize, turn: i32, threads: i32): void {
  let entry = <usize>word(command, 2);
  let sums = <usize>word(command, 4);
  let index = 0;
  for (let count = word(command, 3); count > 0; count--) {
    const gradient = <usize>word(entry, 1);
    const size = word(entry, 4);
    for (let from = 0; from < size; from += piece) {
      if (index % threads == turn)
        store<f64>(sums, sumOfSquares(gradient + ((<usize>from) << 2), min(piece, size - from)));
      index++;
      sums += 8;
    }
    entry += 24;
  }
}

function sumOfSquares(from: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(from + ((<usize>i) << 2));
    const a = f64x2.promote_low_f32x4(value);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < count; i++) {
    const value = <f64>load<f32>(from + ((<usize>i) << 2));
    sum += value * value;
  }
  return sum;
}

/**
 * table, count, partial sums, pieces, settings: clip norm, rate, epsilon (both with Adam's corrections), and the norm that
 * is written there. A norm that is not finite changes nothing.
 */
export function adam(command: usize, turn: i32, threads: i32): void {
  const settings = <usize>word(command, 6);
  let total: f64 = 0;
  let sums = <usize>word(command, 4);
  for (let i = word(command, 5); i > 0; i--) {
    total += load<f64>(sums);
    sums += 8;
  }
  const length = sqrt(total);
  const clip = <f64>load<f32>(settings, 0);
  if (turn == 0) store<f64>(settings, length, 16);
  if (!(length - length == 0)) return;
  const scale = <f32>(length > clip ? clip / length : 1);
  const rate = load<f32>(settings, 4);
  const epsilon = load<f32>(settings, 8);
  let entry = <usize>word(command, 2);
  let index = 0;
  for (let count = word(command, 3); count > 0; count--) {
    const size = word(entry, 4);
    for (let from = 0; from < size; from += piece) {
      if (index % threads == turn) {
        const shift = (<usize>from) << 2;
        update(
          <usize>word(entry, 0) + shift,
          <usize>word(entry, 1) + shift,
          <usize>word(entry, 2) + shift,
          <usize>word(entry, 3) + shift,
          min(piece, size - from),
          scale,
          rate,
          epsilon,
        );
      }
      index++;
    }
    entry += 24;
  }
}

function update(p: usize, g: usize, m: usize, v: usize, count: i32, scale: f32, rate: f32, epsilon: f32): void {
  const factors = scratch(thread);
  store<f32>(factors, scale, 0);
  store<f32>(factors, rate, 4);
  store<f32>(factors, epsilon, 8);
  let i: usize = 0;
  const bytes = (<usize>count) << 2;
  for (; i + 32 <= bytes; i += 32) updateEight(p + i, g + i, m + i, v + i, factors);
  for (; i < bytes; i += 4) {
    const slope = load<f32>(g + i) * scale;
    const mean = load<f32>(beta1) * load<f32>(m + i) + load<f32>(rest1) * slope;
    const square = load<f32>(beta2) * load<f32>(v + i) + load<f32>(rest2) * (slope * slope);
    store<f32>(m + i, mean);
    store<f32>(v + i, square);
    store<f32>(p + i, load<f32>(p + i) - (rate * mean) / (sqrt(square) + epsilon));
  }
}

/** The same for eight numbers; a function without a loop, for what a loop carries V8 does not join into 256 bits. */
function updateEight(p: usize, g: usize, m: usize, v: usize, factors: usize): void {
  const scale = v128.load32_splat(factors, 0);
  const rate = v128.load32_splat(factors, 4);
  const epsilon = v128.load32_splat(factors, 8);
  const b1 = v128.load32_splat(beta1);
  const b2 = v128.load32_splat(beta2);
  const r1 = v128.load32_splat(rest1);
  const r2 = v128.load32_splat(rest2);
  const slope0 = f32x4.mul(v128.load(g, 0), scale);
  const slope1 = f32x4.mul(v128.load(g, 16), scale);
  const mean0 = f32x4.add(f32x4.mul(b1, v128.load(m, 0)), f32x4.mul(r1, slope0));
  const mean1 = f32x4.add(f32x4.mul(b1, v128.load(m, 16)), f32x4.mul(r1, slope1));
  const square0 = f32x4.add(f32x4.mul(b2, v128.load(v, 0)), f32x4.mul(r2, f32x4.mul(slope0, slope0)));
  const square1 = f32x4.add(f32x4.mul(b2, v128.load(v, 16)), f32x4.mul(r2, f32x4.mul(slope1, slope1)));
  const change0 = f32x4.div(f32x4.mul(rate, mean0), f32x4.add(f32x4.sqrt(square0), epsilon));
  const change1 = f32x4.div(f32x4.mul(rate, mean1), f32x4.add(f32x4.sqrt(square1), epsilon));
  const new0 = f32x4.sub(v128.load(p, 0), change0);
  const new1 = f32x4.sub(v128.load(p, 16), change1);
  // The higher of two halves first, or V8 stores the lower one once more.
  v128.store(m, mean1, 16);
  v128.store(m, mean0, 0);
  v128.store(v, square1, 16);
  v128.store(v, square0, 0);
  v128.store(p, new1, 16);
  v128.store(p, new0, 0);
}
