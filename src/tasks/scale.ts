export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

/** Mean and standard deviation of so many values. */
export function scaleOf(count: number, valueAt: (index: number) => number): Scale {
  let mean = 0;
  for (let index = 0; index < count; index++) mean += valueAt(index) / count;
  let variance = 0;
  for (let index = 0; index < count; index++) variance += (valueAt(index) - mean) ** 2 / count;
  return { mean, deviation: Math.sqrt(variance) };
}
