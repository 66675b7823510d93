// What a query takes from a memory, row by row: scores, their softmax, and the mean of the memory with these weights. Also
// what stands beside it: sequences backwards, sums, and tanh of a sum.
import { exp, tanh } from './exp';
import { copyRow, fma, lanes, panelBytes, panelsOf, toNext } from './panel';
import { place, word } from './words';

// How scores are made: as TF.js's side says (backend/attention-kernel.ts).
const DOT = 0;
const ADDITIVE = 1;
/** Weights are there already. */
const GIVEN = 2;

/** Σ a · b over the units of one row; what lies beyond them in its last panel does not count. */
function dot(a: usize, b: usize, stride: usize, units: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let eight = 0; eight < units >> 3; eight++) {
    s0 = fma(v128.load(a, 0), v128.load(b, 0), s0);
    s1 = fma(v128.load(a, 16), v128.load(b, 16), s1);
    a += toNext(eight, stride);
    b += toNext(eight, stride);
  }
  let sum = lanes(f32x4.add(s0, s1));
  for (let left = units & 7; left > 0; left--) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** Σ v · tanh(q + k); v has zeros beyond the units. */
function additive(q: usize, k: usize, v: usize, stride: usize, units: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let eight = 0; eight < (units + 7) >> 3; eight++) {
    s0 = fma(tanh(f32x4.add(v128.load(q, 0), v128.load(k, 0))), v128.load(v, 0), s0);
    s1 = fma(tanh(f32x4.add(v128.load(q, 16), v128.load(k, 16))), v128.load(v, 16), s1);
    q += toNext(eight, stride);
    k += toNext(eight, stride);
    v += 32;
  }
  return lanes(f32x4.add(s0, s1));
}

/** Scores become weights: not negative, 1 in all. */
function softmax(w: usize, length: i32): void {
  let most = load<f32>(w);
  for (let s = 1; s < length; s++) most = max(most, load<f32>(w + (<usize>s << 2)));
  let sum: f32 = 0;
  for (let s = 0; s < length; s++) {
    const e = f32x4.extract_lane(exp(f32x4.splat(load<f32>(w + (<usize>s << 2)) - most)), 0);
    store<f32>(w + (<usize>s << 2), e);
    sum += e;
  }
  for (let s = 0; s < length; s++) store<f32>(w + (<usize>s << 2), load<f32>(w + (<usize>s << 2)) / sum);
}

/**
 * Q (buffer), queries, K (buffer), M (buffer), time, units, lengths, weights [rows, queries, time], C (buffer), how, v:
 * weights = softmax of Q·K (dot) or v·tanh(Q + K) (additive), within each row's length, and 0 beyond; C = weights · M
 */
export function attend(command: usize, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const queries = word(command, 4);
  const time = word(command, 9);
  const units = word(command, 10);
  const how = word(command, 15);
  const v = <usize>word(command, 16);
  for (let row = first; row < first + count; row++) {
    const own = <usize>row * panelBytes;
    const length = load<i32>(<usize>word(command, 11) + (<usize>row << 2));
    for (let query = 0; query < queries; query++) {
      const q = place(command, 2, query) + own;
      const w = <usize>word(command, 12) + (<usize>((row * queries + query) * time) << 2);
      if (how != GIVEN) {
        for (let s = 0; s < length; s++) {
          const k = place(command, 5, s) + own;
          const score = how == DOT ? dot(q, k, stride, units) : additive(q, k, v, stride, units);
          store<f32>(w + (<usize>s << 2), score);
        }
        softmax(w, length);
        for (let s = length; s < time; s++) store<f32>(w + (<usize>s << 2), 0);
      }
      let c = place(command, 13, query) + own;
      let shift: usize = own;
      for (let eight = 0; eight < (panelsOf(units) * PANEL) >> 3; eight++) {
        let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
        for (let s = 0; s < length; s++) {
          const weight = v128.load32_splat(w + (<usize>s << 2));
          const m = place(command, 7, s) + shift;
          c0 = fma(weight, v128.load(m, 0), c0);
          c1 = fma(weight, v128.load(m, 16), c1);
        }
        v128.store(c, c1, 16);
        v128.store(c, c0, 0);
        c += toNext(eight, stride);
        shift += toNext(eight, stride);
      }
    }
  }
}

/**
 * Q (buffer), queries, K (buffer), M (buffer), time, units, lengths, weights, dC (buffer), dQ (buffer), dK (buffer), dM
 * (buffer), how, v, dv, work [rows, time]: the gradients of Q, M, and of an additive score K and v, of which each
 * row has its own; a dot's K is its M, which gets both.
 */
export function attendGradient(command: usize, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const queries = word(command, 4);
  const time = word(command, 9);
  const units = word(command, 10);
  const how = word(command, 21);
  const eights = (panelsOf(units) * PANEL) >> 3;
  for (let row = first; row < first + count; row++) {
    const own = <usize>row * panelBytes;
    const length = load<i32>(<usize>word(command, 11) + (<usize>row << 2));
    const dvOfRow = <usize>word(command, 23) + (<usize>(row * eights) << 5);
    if (how == ADDITIVE) memory.fill(dvOfRow, 0, <usize>eights << 5);
    const work = <usize>word(command, 24) + (<usize>(row * time) << 2);
    for (let s = 0; s < time; s++) {
      zero(place(command, 19, s) + own, stride, eights);
      if (how == ADDITIVE) zero(place(command, 17, s) + own, stride, eights);
    }
    for (let query = 0; query < queries; query++) {
      const w = <usize>word(command, 12) + (<usize>((row * queries + query) * time) << 2);
      const dc = place(command, 13, query) + own;
      let sum: f32 = 0;
      for (let s = 0; s < length; s++) {
        const d = dot(dc, place(command, 7, s) + own, stride, units);
        store<f32>(work + (<usize>s << 2), d);
        sum += d * load<f32>(w + (<usize>s << 2));
      }
      for (let s = 0; s < length; s++) {
        const at = work + (<usize>s << 2);
        store<f32>(at, how == GIVEN ? 0 : load<f32>(w + (<usize>s << 2)) * (load<f32>(at) - sum));
      }
      let q = place(command, 2, query) + own;
      let dq = place(command, 15, query) + own;
      let shift: usize = own;
      let v = <usize>word(command, 22);
      let dv = dvOfRow;
      let d = dc;
      for (let eight = 0; eight < eights; eight++) {
        const d0 = v128.load(d, 0), d1 = v128.load(d, 16);
        const q0 = v128.load(q, 0), q1 = v128.load(q, 16);
        let g0 = f32x4.splat(0), g1 = f32x4.splat(0);
        for (let s = 0; s < length; s++) {
          const weight = v128.load32_splat(w + (<usize>s << 2));
          const slope = v128.load32_splat(work + (<usize>s << 2));
          const dm = place(command, 19, s) + shift;
          let m0 = fma(weight, d0, v128.load(dm, 0));
          let m1 = fma(weight, d1, v128.load(dm, 16));
          if (how == DOT) {
            const m = place(command, 7, s) + shift;
            g0 = fma(slope, v128.load(m, 0), g0);
            g1 = fma(slope, v128.load(m, 16), g1);
            m0 = fma(slope, q0, m0);
            m1 = fma(slope, q1, m1);
          } else if (how == ADDITIVE) {
            const k = place(command, 5, s) + shift;
            const dk = place(command, 17, s) + shift;
            const t0 = tanh(f32x4.add(q0, v128.load(k, 0))), t1 = tanh(f32x4.add(q1, v128.load(k, 16)));
            const one = f32x4.splat(1);
            const s0 = f32x4.mul(f32x4.mul(slope, v128.load(v, 0)), f32x4.sub(one, f32x4.mul(t0, t0)));
            const s1 = f32x4.mul(f32x4.mul(slope, v128.load(v, 16)), f32x4.sub(one, f32x4.mul(t1, t1)));
            g0 = f32x4.add(g0, s0);
            g1 = f32x4.add(g1, s1);
            v128.store(dk, f32x4.add(v128.load(dk, 16), s1), 16);
            v128.store(dk, f32x4.add(v128.load(dk, 0), s0), 0);
            v128.store(dv, fma(slope, t1, v128.load(dv, 16)), 16);
            v128.store(dv, fma(slope, t0, v128.load(dv, 0)), 0);
          }
          v128.store(dm, m1, 16);
          v128.store(dm, m0, 0);
        }
        v128.store(dq, g1, 16);
        v128.store(dq, g0, 0);
        const next = toNext(eight, stride);
        d += next;
        q += next;
        dq += next;
        shift += next;
        v += 32;
        dv += 32;
      }
    }
  }
}

function zero(at: usize, stride: usize, eights: i32): void {
  for (let eight = 0; eight < eights; eight++) {
    v128.store(at, f32x4.splat(0), 16);
    v128.store(at, f32x4.splat(0), 0);
    at += toNext(eight, stride);
  }
}

/** A (buffer), C (buffer), lengths, panels, time: C = A with the steps of each row backwards within its length */
export function backwards(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  for (let row = first; row < first + count; row++) {
    const length = load<i32>(<usize>word(command, 6) + (<usize>row << 2));
    let a = place(command, 2, t < length ? length - 1 - t : t) + <usize>row * panelBytes;
    let c = place(command, 4, t) + <usize>row * panelBytes;
    for (let panel = word(command, 7); panel > 0; panel--) {
      copyRow(c, a);
      a += stride;
      c += stride;
    }
  }
}

/** A (buffer), B (buffer), Y (buffer), panels: Y = A + B */
export function sum(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  sumOf(command, t, rows, first, count, false);
}

/** A (buffer), B (buffer), Y (buffer), panels: Y = tanh(A + B) */
export function tanhOfSum(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  sumOf(command, t, rows, first, count, true);
}

@inline
function sumOf(command: usize, t: i32, rows: i32, first: i32, count: i32, bent: bool): void {
  for (let panel = 0; panel < word(command, 8); panel++) {
    const shift = <usize>(panel * rows + first) * panelBytes;
    const a = place(command, 2, t) + shift;
    const b = place(command, 4, t) + shift;
    const y = place(command, 6, t) + shift;
    for (let at: usize = 0; at < <usize>count * panelBytes; at += 16) {
      const added = f32x4.add(v128.load(a + at), v128.load(b + at));
      v128.store(y + at, bent ? tanh(added) : added);
    }
  }
}

/** dY (buffer), Y (buffer), dA (buffer), panels: dA = dY · (1 − Y²) */
export function tanhGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const one = f32x4.splat(1);
  for (let panel = 0; panel < word(command, 8); panel++) {
    const shift = <usize>(panel * rows + first) * panelBytes;
    const d = place(command, 2, t) + shift;
    const y = place(command, 4, t) + shift;
    const a = place(command, 6, t) + shift;
    for (let at: usize = 0; at < <usize>count * panelBytes; at += 16) {
      const own = v128.load(y + at);
      v128.store(a + at, f32x4.mul(v128.load(d + at), f32x4.sub(one, f32x4.mul(own, own))));
    }
  }
}
