/** Zeros of the sinc on each side of its middle: what is beyond them is below a thousandth. */
const zeros = 16;
/** Share of the lower of both bands that passes. */
const passed = 0.95;

/**
 * A signal at another rate, by a sinc of the lower band with a Hann window (Smith 2002, Digital audio resampling).
 *
 * @param from samples a second of the signal
 * @param to samples a second of the result
 */
export function resampled(signal: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return signal;
  const length = Math.round((signal.length * to) / from);
  // In units of the signal's samples.
  const cutoff = passed * Math.min(1, to / from);
  const half = zeros / cutoff;
  const result = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    const middle = (index * from) / to;
    const first = Math.max(0, Math.ceil(middle - half));
    const last = Math.min(signal.length - 1, Math.floor(middle + half));
    let sum = 0;
    for (let at = first; at <= last; at++) {
      const x = at - middle;
      sum += (signal[at] ?? 0) * sinc(cutoff * x) * (0.5 + 0.5 * Math.cos((Math.PI * x) / half));
    }
    result[index] = cutoff * sum;
  }
  return result;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
