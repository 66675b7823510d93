// Connectionist temporal classification (Graves et al. 2006), row by row. The states of a row are its labels with a blank
// before, between and behind them; a path goes through them step by step, stays, goes on by one, or by two between different
// labels. Probabilities are logarithms; at each step the likeliest state's is taken off, so that none grows beyond a float.
import { exp, log } from './exp';
import { lanes, panelBytes, panelsOf } from './panel';
import { place, word } from './words';

/** Stands for the logarithm of 0: so low that what is added to it changes nothing. */
const never: f32 = -1e30;
/** Numbers before the first state and behind the last one, in which no path is. */
const margin: i32 = 4;

/** Numbers of the states of so many labels, with their margins: `statesWidth` of ../backend/ctc-kernel.ts. */
@inline
function widthOf(labels: i32): i32 {
  return 2 * margin + ((2 * labels + 4) & ~3);
}

/** What a row keeps: classes [width], skips [width], scores [width], two of [width], norms [time], paths [time, width]. */
@inline
function workOf(command: usize, row: i32): usize {
  const width = widthOf(word(command, 9));
  return <usize>word(command, 10) + (<usize>(row * (5 * width + word(command, 5) * (width + 1))) << 2);
}

/**
 * X (buffer), outputs, time, lengths, labels [rows, most], counts, most, work, losses: losses = −log of the probability of a
 * row's labels, in nats; 0 where there is no path, since the row is too short. Class 0 is the blank.
 */
export function ctc(command: usize, rows: i32, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) {
    store<f32>(<usize>word(command, 11) + (<usize>row << 2), <f32>lossOf(command, rows, row));
  }
}

function lossOf(command: usize, rows: i32, row: i32): f64 {
  const stride = <usize>rows * panelBytes;
  const outputs = word(command, 4);
  const length = load<i32>(<usize>word(command, 6) + (<usize>row << 2));
  const labels = load<i32>(<usize>word(command, 8) + (<usize>row << 2));
  const width = widthOf(word(command, 9));
  const states = 2 * labels + 1;
  const bytes = <usize>width << 2;
  const classes = workOf(command, row);
  const skips = classes + bytes;
  const scores = skips + bytes;
  const norms = classes + 5 * bytes;
  const paths = norms + (<usize>word(command, 5) << 2);
  layOut(classes, skips, width, labels, <usize>word(command, 7) + (<usize>(row * word(command, 9)) << 2), stride);

  let sum: f64 = 0;
  let own = paths;
  for (let t = 0; t < length; t++) {
    const x = place(command, 2, t) + <usize>row * panelBytes;
    const norm = logSum(x, stride, outputs);
    store<f32>(norms + (<usize>t << 2), norm);
    gather(scores, classes, x, norm, width, states);
    if (t == 0) begin(own, scores, width, states);
    else forwards(own, own - bytes, scores, skips, width, states);
    sum += <f64>lower(own, width);
    own += bytes;
  }
  const last = own - bytes + (<usize>(margin + states - 1) << 2);
  const end = length > 0 ? logAdd(load<f32>(last), load<f32>(last - 4)) : never;
  if (end > 0.1 * never || end != end) return -(sum + <f64>end);
  // In the margin, where no class is.
  store<i32>(classes, 1);
  return 0;
}

/** Where each state's class lies in a step's row, and whether a path may come from two states before (0 or never). */
function layOut(classes: usize, skips: usize, width: i32, labels: i32, ids: usize, stride: usize): void {
  memory.fill(classes, 0, <usize>width << 2);
  for (let s = 0; s < width; s++) store<f32>(skips + (<usize>s << 2), never);
  let before = 0;
  for (let label = 0; label < labels; label++) {
    const id = load<i32>(ids + (<usize>label << 2));
    const at = <usize>(margin + 2 * label + 1) << 2;
    store<i32>(classes + at, <i32>(<usize>(id / PANEL) * stride + (<usize>(id % PANEL) << 2)));
    if (label > 0 && id != before) store<f32>(skips + at, 0);
    before = id;
  }
}

/** log Σ e^x over the outputs of a row. */
function logSum(x: usize, stride: usize, outputs: i32): f32 {
  let m = f32x4.splat(never);
  for (let k = 0; k < outputs; k += 4) m = f32x4.pmax(m, four(x, stride, outputs, k));
  const most = f32x4.splat(highest(m));
  let sum = f32x4.splat(0);
  for (let k = 0; k < outputs; k += 4) sum = f32x4.add(sum, shareOf(f32x4.sub(four(x, stride, outputs, k), most)));
  return f32x4.extract_lane(most, 0) + f32x4.extract_lane(log(f32x4.splat(lanes(sum))), 0);
}

/** Four outputs of a row from `k` on; what is beyond the last one is never. */
@inline
function four(x: usize, stride: usize, outputs: i32, k: i32): v128 {
  const v = v128.load(x + <usize>(k / PANEL) * stride + (<usize>(k % PANEL) << 2));
  if (k + 4 <= outputs) return v;
  return v128.bitselect(v, f32x4.splat(never), i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(outputs - k)));
}

/** e^x of four numbers at most 0; what hardly counts is 0 rather than so small that processors take a hundred times as long. */
@inline
function shareOf(x: v128): v128 {
  return v128.andnot(exp(x), f32x4.lt(x, f32x4.splat(-60)));
}

function highest(v: v128): f32 {
  let m = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 1, 0, 3, 2));
  return f32x4.extract_lane(m, 0);
}

/** log(e^a + e^b) */
function logAdd(a: f32, b: f32): f32 {
  const most = max(a, b);
  const sum = exp(f32x4(a - most, b - most, never, never));
  return most + f32x4.extract_lane(log(f32x4.splat(f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1))), 0);
}

/** The logarithm of what the outputs give each state's class. */
function gather(scores: usize, classes: usize, x: usize, norm: f32, width: i32, states: i32): void {
  fillMargins(scores, width, states);
  for (let s = margin; s < margin + states; s++) {
    const at = <usize>s << 2;
    store<f32>(scores + at, load<f32>(x + <usize>load<i32>(classes + at)) - norm);
  }
}

function fillMargins(row: usize, width: i32, states: i32): void {
  for (let s = 0; s < margin; s++) store<f32>(row + (<usize>s << 2), never);
  for (let s = margin + states; s < width; s++) store<f32>(row + (<usize>s << 2), never);
}

/** Paths begin with a blank or the first label. */
function begin(own: usize, scores: usize, width: i32, states: i32): void {
  for (let s = 0; s < width; s++) {
    const at = <usize>s << 2;
    store<f32>(own + at, s == margin || (s == margin + 1 && states > 1) ? load<f32>(scores + at) : never);
  }
}

/** The sum over all paths that are in a state after this step. */
function forwards(own: usize, before: usize, scores: usize, skips: usize, width: i32, states: i32): void {
  fillMargins(own, width, states);
  for (let s = margin; s < margin + states; s += 4) {
    const at = <usize>s << 2;
    const stay = v128.load(before + at);
    const next = v128.load(before + at - 4);
    const skip = f32x4.add(v128.load(before + at - 8), v128.load(skips + at));
    v128.store(own + at, f32x4.add(logAddThree(stay, next, skip), v128.load(scores + at)));
  }
}

@inline
function logAddThree(a: v128, b: v128, c: v128): v128 {
  const most = f32x4.pmax(f32x4.pmax(a, b), c);
  const sum = f32x4.add(f32x4.add(exp(f32x4.sub(a, most)), exp(f32x4.sub(b, most))), exp(f32x4.sub(c, most)));
  return f32x4.add(most, log(sum));
}

/** Takes the highest number of a row off all of it, and returns it. */
function lower(row: usize, width: i32): f32 {
  let m = v128.load(row);
  for (let s = 4; s < width; s += 4) m = f32x4.pmax(m, v128.load(row + (<usize>s << 2)));
  const most = highest(m);
  // Where there is no path at all nothing is the highest.
  if (most < 0.1 * never) return 0;
  const off = f32x4.splat(most);
  for (let s = 0; s < width; s += 4) {
    const at = row + (<usize>s << 2);
    v128.store(at, f32x4.sub(v128.load(at), off));
  }
  return most;
}

/**
 * The same words to `work`, then scale, D (buffer): D = (softmax of X − how likely a path is in a state of each class) · scale,
 * the gradient of the losses with respect to X; 0 beyond a row's length, and where there is no path.
 */
export function ctcGradient(command: usize, rows: i32, first: i32, count: i32): void {
  const stride = <usize>rows * panelBytes;
  const time = word(command, 5);
  for (let row = first; row < first + count; row++) {
    const isPath = load<i32>(workOf(command, row)) == 0;
    const length = isPath ? load<i32>(<usize>word(command, 6) + (<usize>row << 2)) : 0;
    for (let t = length; t < time; t++) {
      let d = place(command, 12, t) + <usize>row * panelBytes;
      for (let panel = panelsOf(word(command, 4)); panel > 0; panel--) {
        memory.fill(d, 0, panelBytes);
        d += stride;
      }
    }
    if (isPath) gradientOf(command, stride, row, length);
  }
}

function gradientOf(command: usize, stride: usize, row: i32, length: i32): void {
  const outputs = word(command, 4);
  const width = widthOf(word(command, 9));
  const states = 2 * load<i32>(<usize>word(command, 8) + (<usize>row << 2)) + 1;
  const bytes = <usize>width << 2;
  const classes = workOf(command, row);
  const skips = classes + bytes;
  const scores = skips + bytes;
  /** Of the step behind: the sum over all paths from a state on to the end, with that step's own score. */
  const behind = scores + bytes;
  const own = behind + bytes;
  const norms = own + bytes;
  const paths = norms + (<usize>word(command, 5) << 2);
  const scale = load<f32>(<usize>word(command, 11));
  for (let t = length - 1; t >= 0; t--) {
    const x = place(command, 2, t) + <usize>row * panelBytes;
    const d = place(command, 12, t) + <usize>row * panelBytes;
    const norm = load<f32>(norms + (<usize>t << 2));
    gather(scores, classes, x, norm, width, states);
    if (t == length - 1) end(own, width, states);
    else backwards(own, behind, skips, width, states);
    lower(own, width);
    for (let s = 0; s < width; s += 4) {
      const at = <usize>s << 2;
      v128.store(behind + at, f32x4.add(v128.load(own + at), v128.load(scores + at)));
    }
    const sum = occupied(own, paths + <usize>t * bytes, width);

    const off = f32x4.splat(norm);
    const factor = f32x4.splat(scale);
    for (let k = 0; k < panelsOf(outputs) * PANEL; k += 4) {
      const to = d + <usize>(k / PANEL) * stride + (<usize>(k % PANEL) << 2);
      const share = k < outputs ? shareOf(f32x4.sub(four(x, stride, outputs, k), off)) : f32x4.splat(0);
      v128.store(to, f32x4.mul(share, factor));
    }
    const part = scale / sum;
    for (let s = margin; s < margin + states; s++) {
      const at = <usize>s << 2;
      const to = d + <usize>load<i32>(classes + at);
      store<f32>(to, load<f32>(to) - part * load<f32>(own + at));
    }
  }
}

/** Paths end with the last label or the blank behind it. */
function end(own: usize, width: i32, states: i32): void {
  for (let s = 0; s < width; s++) {
    const isEnd = s == margin + states - 1 || (s == margin + states - 2 && states > 1);
    store<f32>(own + (<usize>s << 2), isEnd ? 0 : never);
  }
}

/** The sum over all paths from a state on, without this step's own score. */
function backwards(own: usize, behind: usize, skips: usize, width: i32, states: i32): void {
  for (let s = margin; s < margin + states; s += 4) {
    const at = <usize>s << 2;
    const stay = v128.load(behind + at);
    const next = v128.load(behind + at + 4);
    const skip = f32x4.add(v128.load(behind + at + 8), v128.load(skips + at + 8));
    v128.store(own + at, logAddThree(stay, next, skip));
  }
  fillMargins(own, width, states);
}

/** Of each state how likely a path is in it, in place of the sums of paths from it on, but for a factor: their sum. */
function occupied(own: usize, before: usize, width: i32): f32 {
  let m = f32x4.splat(10 * never);
  for (let s = 0; s < width; s += 4) {
    const at = own + (<usize>s << 2);
    const both = f32x4.add(v128.load(at), v128.load(before + (<usize>s << 2)));
    m = f32x4.pmax(m, both);
    v128.store(at, both);
  }
  const most = f32x4.splat(highest(m));
  let sum = f32x4.splat(0);
  for (let s = 0; s < width; s += 4) {
    const at = own + (<usize>s << 2);
    const share = shareOf(f32x4.sub(v128.load(at), most));
    sum = f32x4.add(sum, share);
    v128.store(at, share);
  }
  return lanes(sum);
}
