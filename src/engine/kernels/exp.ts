// e^x for four numbers: 2^n · e^r with |r| ≤ ln 2 / 2 and a polynomial for e^r (coefficients of Cephes, expf.c).
import { constants } from './memory';
import { fma } from './panel';

// Where its constants lie.
const highest: usize = constants + 16;
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
export const negligible: usize = constants + 68;

export function storeExpConstants(): void {
  store<f32>(highest, 88);
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

@inline
export function exp(x: v128): v128 {
  const y = f32x4.max(f32x4.min(x, v128.load32_splat(highest)), v128.load32_splat(lowest));
  const shifted = fma(y, v128.load32_splat(log2e), v128.load32_splat(magic));
  const n = f32x4.sub(shifted, v128.load32_splat(magic));
  const r = fma(n, v128.load32_splat(ln2Low), fma(n, v128.load32_splat(ln2High), y));
  let p = fma(v128.load32_splat(c0), r, v128.load32_splat(c1));
  p = fma(p, r, v128.load32_splat(c2));
  p = fma(p, r, v128.load32_splat(c3));
  p = fma(p, r, v128.load32_splat(c4));
  p = fma(p, r, v128.load32_splat(c5));
  p = fma(p, f32x4.mul(r, r), f32x4.add(r, v128.load32_splat(one)));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}
