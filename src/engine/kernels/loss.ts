// Softmax cross-entropy over the rows of a sequence of logits.
import { exp, negligible } from './exp';
import { panelBytes } from './panel';
import { place, word } from './words';

/**
 * logits (buffer), targets, sums, gaps, panels. Columns beyond the classes hold −10³⁰, which add nothing.
 * Each row becomes exp(logit − max); sums[row] = Σ of it, gaps[row] = max − logit of the target, so that the row's loss is
 * log(sum) + gap nats.
 */
export function crossEntropy(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const panels = word(command, 7);
  for (let row = first; row < first + count; row++) {
    const c = place(command, 2, t) + <usize>row * panelBytes;
    const index = (<usize>(t * rows + row)) << 2;
    const target = load<i32>(<usize>word(command, 4) + index);
    const chosen = load<f32>(c + <usize>(target / PANEL) * stride + ((<usize>(target % PANEL)) << 2));
    let highest = v128.load(c);
    for (let panel = 0; panel < panels; panel++) {
      const at = c + <usize>panel * stride;
      for (let i: usize = 0; i < panelBytes; i += 16) highest = f32x4.max(highest, v128.load(at + i));
    }
    highest = f32x4.max(highest, v128.shuffle<f32>(highest, highest, 2, 3, 0, 1));
    highest = f32x4.max(highest, v128.shuffle<f32>(highest, highest, 1, 0, 3, 2));
    let sum = f32x4.splat(0);
    for (let panel = 0; panel < panels; panel++) {
      const at = c + <usize>panel * stride;
      for (let i: usize = 0; i < panelBytes; i += 16) {
        const below = f32x4.sub(v128.load(at + i), highest);
        // What is too little to count becomes 0 rather than a number so small that processors take a hundred times as long.
        const value = v128.and(exp(below), f32x4.gt(below, v128.load32_splat(negligible)));
        v128.store(at + i, value);
        sum = f32x4.add(sum, value);
      }
    }
    const total =
      f32x4.extract_lane(sum, 0) +
      f32x4.extract_lane(sum, 1) +
      (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    store<f32>(<usize>word(command, 5) + index, total);
    store<f32>(<usize>word(command, 6) + index, f32x4.extract_lane(highest, 0) - chosen);
  }
}

/**
 * exponentials (buffer), targets, sums, scale, panels: what crossEntropy left becomes the gradient with respect to the
 * logits, (softmax − one at the target) · scale.
 */
export function crossEntropyGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const scale = load<f32>(<usize>word(command, 6));
  for (let row = first; row < first + count; row++) {
    const c = place(command, 2, t) + <usize>row * panelBytes;
    const index = (<usize>(t * rows + row)) << 2;
    const target = load<i32>(<usize>word(command, 4) + index);
    const factor = f32x4.splat(scale / load<f32>(<usize>word(command, 5) + index));
    let at = c;
    for (let panel = word(command, 7); panel > 0; panel--) {
      for (let i: usize = 0; i < panelBytes; i += 16) v128.store(at + i, f32x4.mul(v128.load(at + i), factor));
      at += stride;
    }
    const chosen = c + <usize>(target / PANEL) * stride + ((<usize>(target % PANEL)) << 2);
    store<f32>(chosen, load<f32>(chosen) - scale);
  }
}
