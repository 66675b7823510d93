// Reflects a square matrix of doubles, and sums up what the next reflection of it needs (see src/engine/reflections.ts). All is
// exact to the bit as it is in JavaScript: columns stand side by side, and no sum is in another order.
/** matrix [size + 1, size] from row and column `first` on; normals [size + 1], sums [size] */
export function reflect(matrix: usize, normal: usize, sums: usize, nextNormal: usize, nextSums: usize, size: i32, first: i32): void {
  const bytes = (<usize>size) << 3;
  const begin = (<usize>first) << 3;
  for (let row = first; row < size; row += 2) {
    const place = (<usize>row) << 3;
    const along = load<f64>(normal + place);
    const alongBelow = load<f64>(normal + place, 8);
    const nextAlong = load<f64>(nextNormal + place);
    const nextBelow = load<f64>(nextNormal + place, 8);
    const a = f64x2.splat(along);
    const b = f64x2.splat(alongBelow);
    const c = f64x2.splat(nextAlong);
    const d = f64x2.splat(nextBelow);
    let at = matrix + (<usize>row) * bytes + begin;
    let sum = sums + begin;
    let next = nextSums + begin;
    const end = sums + bytes;
    for (; sum + 16 <= end; sum += 16, next += 16, at += 16) {
      const s = v128.load(sum);
      const value = f64x2.sub(v128.load(at), f64x2.mul(a, s));
      const below = f64x2.sub(v128.load(at + bytes), f64x2.mul(b, s));
      v128.store(at, value);
      v128.store(at + bytes, below);
      v128.store(next, f64x2.add(f64x2.add(v128.load(next), f64x2.mul(c, value)), f64x2.mul(d, below)));
    }
    if (sum < end) {
      const s = load<f64>(sum);
      const value = load<f64>(at) - along * s;
      const below = load<f64>(at + bytes) - alongBelow * s;
      store<f64>(at, value);
      store<f64>(at + bytes, below);
      store<f64>(next, load<f64>(next) + nextAlong * value + nextBelow * below);
    }
  }
}
