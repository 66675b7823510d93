// Layer normalisation of each row over its units (Ba et al. 2016), without gain and shift.
import { panelBytes } from './panel';
import { place, word } from './words';

const epsilon: f64 = 1e-5;

@inline
function at(row: usize, stride: usize, unit: i32): usize {
  return row + <usize>(unit / PANEL) * stride + (<usize>(unit % PANEL) << 2);
}

/** A (buffer), Y (buffer), R (buffer of [rows]), units: Y = (A − mean) · r with r = 1 / √(variance + ε), kept in R */
export function norm(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 8);
  for (let row = first; row < first + count; row++) {
    const a = place(command, 2, t) + (<usize>row) * panelBytes;
    const y = place(command, 4, t) + (<usize>row) * panelBytes;
    let sum: f64 = 0;
    for (let unit = 0; unit < units; unit++) sum += load<f32>(at(a, stride, unit));
    const mean = sum / units;
    let squares: f64 = 0;
    for (let unit = 0; unit < units; unit++) {
      const difference = load<f32>(at(a, stride, unit)) - mean;
      squares += difference * difference;
    }
    const r = 1 / sqrt(squares / units + epsilon);
    for (let unit = 0; unit < units; unit++)
      store<f32>(at(y, stride, unit), <f32>((load<f32>(at(a, stride, unit)) - mean) * r));
    store<f32>(place(command, 6, t) + (<usize>row << 2), <f32>r);
  }
}

/** dY (buffer), Y (buffer), R (buffer), dA (buffer), units, add: dA = r · (dY − mean dY − Y · mean (dY · Y)) */
export function normGradient(command: usize, t: i32, rows: i32, first: i32, count: i32): void {
  const stride = (<usize>rows) * panelBytes;
  const units = word(command, 10);
  const add = word(command, 11) != 0;
  for (let row = first; row < first + count; row++) {
    const d = place(command, 2, t) + (<usize>row) * panelBytes;
    const y = place(command, 4, t) + (<usize>row) * panelBytes;
    const da = place(command, 8, t) + (<usize>row) * panelBytes;
    const r = <f64>load<f32>(place(command, 6, t) + (<usize>row << 2));
    let sum: f64 = 0;
    let products: f64 = 0;
    for (let unit = 0; unit < units; unit++) {
      const slope = <f64>load<f32>(at(d, stride, unit));
      sum += slope;
      products += slope * load<f32>(at(y, stride, unit));
    }
    const mean = sum / units;
    const share = products / units;
    for (let unit = 0; unit < units; unit++) {
      const to = at(da, stride, unit);
      const value = r * (load<f32>(at(d, stride, unit)) - mean - load<f32>(at(y, stride, unit)) * share);
      store<f32>(to, <f32>(add ? load<f32>(to) + value : value));
    }
  }
}
