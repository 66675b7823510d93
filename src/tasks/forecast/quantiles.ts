import { normalQuantile } from '../../base/normal';

/** Levels of the head unless asked otherwise: the median, and an interval that holds eight of ten. */
export const usualQuantiles: readonly number[] = [0.1, 0.5, 0.9];

/** The place of the level that stands for the point forecast: the one nearest to the median. */
export function middleOf(levels: readonly number[]): number {
  const from = levels.map((level) => Math.abs(level - 0.5));
  return from.indexOf(Math.min(...from));
}

/** Mean pinball loss of one error (truth less forecast) of each level (Koenker and Bassett 1978). */
export function pinball(levels: readonly number[], errorOf: (place: number) => number): number {
  const sum = levels.reduce((all, level, place) => {
    const error = errorOf(place);
    return all + Math.max(level * error, (level - 1) * error);
  }, 0);
  return sum / levels.length;
}

/** Empirical quantile of sorted values, linear between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantileOf(sorted: ArrayLike<number>, level: number): number {
  const at = level * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below] ?? Number.NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN];
  return low + (at - below) * (high - low);
}

/**
 * A value drawn from a distribution of which some quantiles are known: straight between them, and on beyond the outer ones, over
 * the normal deviate, so that of a normal distribution it is drawn exactly. Quantiles that cross are put in order (Chernozhukov
 * et al. 2010).
 *
 * @param deviate a standard normal one
 */
export function drawn(levels: readonly number[], quantiles: readonly number[], deviate: number): number {
  const [first = 0, ...rest] = quantiles;
  if (rest.length === 0) return first;
  const values = quantiles.toSorted((x, y) => x - y);
  const at = levels.map(normalQuantile);
  let upper = 1;
  while (upper < at.length - 1 && deviate > (at[upper] ?? 0)) upper += 1;
  const [x0 = 0, x1 = 0] = [at[upper - 1], at[upper]];
  const [y0 = 0, y1 = 0] = [values[upper - 1], values[upper]];
  return y0 + ((deviate - x0) / (x1 - x0)) * (y1 - y0);
}
