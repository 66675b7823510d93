/** A peak of correlation that says something, and how far it stands above what came before it. */
const leastPeak = 0.3;
const leastRise = 0.3;

/**
 * Length of the season of a series: the first lag at which its detrended values correlate with themselves about as well
 * as at any, in a peak that noise of this length would hardly reach (three standard errors of Bartlett 1946). Undefined
 * when there is none, or too few rows to see three seasons.
 */
export function seasonOf(values: ArrayLike<number>): number | undefined {
  const longest = Math.min(Math.floor(values.length / 3), 400);
  const detrended = withoutTrend(values);
  const energy = correlation(detrended, 0);
  if (longest < 3 || energy === 0) return undefined;
  const at = Array.from({ length: longest + 2 }, (_, lag) => correlation(detrended, lag) / energy);
  let lowest = 1;
  const peaks = at.flatMap((here, lag): number[] => {
    lowest = Math.min(lowest, here);
    const isPeak = lag >= 2 && lag <= longest && here > (at[lag - 1] ?? 0) && here >= (at[lag + 1] ?? 0);
    const byChance = 3 / Math.sqrt(values.length - lag);
    return isPeak && here >= Math.max(leastPeak, byChance) && here - lowest >= leastRise ? [lag] : [];
  });
  const highest = Math.max(...peaks.map((lag) => at[lag] ?? 0));
  // Multiples of a season correlate as well as the season, and by chance a little better.
  return peaks.find((lag) => (at[lag] ?? 0) >= 0.8 * highest);
}

function withoutTrend(values: ArrayLike<number>): Float64Array {
  const count = values.length;
  const middle = (count - 1) / 2;
  let mean = 0;
  let slope = 0;
  let spread = 0;
  for (let at = 0; at < count; at++) mean += (values[at] ?? 0) / count;
  for (let at = 0; at < count; at++) {
    slope += (at - middle) * ((values[at] ?? 0) - mean);
    spread += (at - middle) ** 2;
  }
  const rise = spread > 0 ? slope / spread : 0;
  return Float64Array.from({ length: count }, (_, at) => (values[at] ?? 0) - mean - rise * (at - middle));
}

/** Unbiased for the shorter overlap of a longer lag. */
function correlation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let at = lag; at < values.length; at++) sum += (values[at] ?? 0) * (values[at - lag] ?? 0);
  return sum / Math.max(1, values.length - lag);
}
