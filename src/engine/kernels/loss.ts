// Softmax cross-entropy over the rows of a sequence of logits.
import { expOfEight, log } from './exp';
import { scratch } from './memory';
import { lanes, panelBytes } from './panel';
import { thread } from './thread';
import { place, word } from './words';

/**
 * logits (buffer), targets, sums, losses, panels. Columns beyond the classes hold −10³⁰, which add nothing. A row whose target
 * is negative does not count: its loss is 0, and so is its gradient.
 * Each row becomes exp(logit − max); sums[row] = Σ of it, losses[row] = log(sum) + max − logit of the target, in nats.
 */
export function crossEntropy(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const panels = word(command, 7);
  const shift = (<usize>(t * rows)) << 2;
  const targets = <usize>word(command, 4) + shift;
  const sums = <usize>word(command, 5) + shift;
  const losses = <usize>word(command, 6) + shift;
  const highest = scratch(thread);
  for (let row = first; row < first + count; row++) {
    const c = place(command, 2, t) + <usize>row * panelBytes;
    const index = <usize>row << 2;
    const target = load<i32>(targets + index);
    const chosen = target < 0 ? <f32>0 : load<f32>(c + <usize>(target / PANEL) * stride + (<usize>(target % PANEL) << 2));
    const most = highestOf(c, stride, panels);
    store<f32>(highest, most);
    let sum = f32x4.splat(0);
    let at = c;
    for (let panel = panels; panel > 0; panel--) {
      sum = f32x4.add(sum, expOfEight(at, highest));
      if (PANEL > 8) sum = f32x4.add(sum, expOfEight(at + 32, highest));
      at += stride;
    }
    store<f32>(sums + index, lanes(sum));
    store<f32>(losses + index, most - chosen);
  }
  let row = first;
  for (; row + 4 <= first + count; row += 4) {
    const index = <usize>row << 2;
    v128.store(losses + index, f32x4.add(v128.load(losses + index), log(v128.load(sums + index))));
  }
  for (; row < first + count; row++) {
    const index = <usize>row << 2;
    const logarithm = f32x4.extract_lane(log(v128.load32_splat(sums + index)), 0);
    store<f32>(losses + index, load<f32>(losses + index) + logarithm);
  }
  for (row = first; row < first + count; row++) {
    const index = <usize>row << 2;
    if (load<i32>(targets + index) < 0) store<f32>(losses + index, 0);
  }
}

/** The highest number of a row; one that is not a number may be passed over, and spoils the sum of exponentials then. */
function highestOf(c: usize, stride: usize, panels: i32): f32 {
  let m0 = v128.load(c, 0);
  let m1 = v128.load(c, 16);
  for (; panels > 0; panels--) {
    m0 = f32x4.pmax(m0, v128.load(c, 0));
    m1 = f32x4.pmax(m1, v128.load(c, 16));
    if (PANEL > 8) {
      m0 = f32x4.pmax(m0, v128.load(c, 32));
      m1 = f32x4.pmax(m1, v128.load(c, 48));
    }
    c += stride;
  }
  m0 = f32x4.pmax(m0, m1);
  m0 = f32x4.pmax(m0, v128.shuffle<f32>(m0, m0, 2, 3, 0, 1));
  m0 = f32x4.pmax(m0, v128.shuffle<f32>(m0, m0, 1, 0, 3, 2));
  return f32x4.extract_lane(m0, 0);
}

/**
 * exponentials (buffer), targets, sums, scale, panels: what crossEntropy left becomes the gradient with respect to the
 * logits, (softmax − one at the target) · scale.
 */
export function crossEntropyGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const scale = load<f32>(<usize>word(command, 6));
  const factor = scratch(thread);
  for (let row = first; row < first + count; row++) {
    const c = place(command, 2, t) + <usize>row * panelBytes;
    const index = (<usize>(t * rows + row)) << 2;
    const target = load<i32>(<usize>word(command, 4) + index);
    store<f32>(factor, target < 0 ? 0 : scale / load<f32>(<usize>word(command, 5) + index));
    let at = c;
    for (let panel = word(command, 7); panel > 0; panel--) {
      timesFactor(at, factor);
      at += stride;
    }
    if (target < 0) continue;
    const chosen = c + <usize>(target / PANEL) * stride + ((<usize>(target % PANEL)) << 2);
    store<f32>(chosen, load<f32>(chosen) - scale);
  }
}

function timesFactor(at: usize, factor: usize): void {
  const s = v128.load32_splat(factor);
  const x0 = f32x4.mul(v128.load(at, 0), s);
  const x1 = f32x4.mul(v128.load(at, 16), s);
  if (PANEL > 8) {
    const x2 = f32x4.mul(v128.load(at, 32), s);
    const x3 = f32x4.mul(v128.load(at, 48), s);
    v128.store(at, x3, 48);
    v128.store(at, x2, 32);
  }
  v128.store(at, x1, 16);
  v128.store(at, x0, 0);
}
