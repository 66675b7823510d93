export type Range = readonly [min: number, max: number];

/** Least and greatest finite value of columns between two indices (inclusive); undefined when there is none. */
export function extent(
  columns: readonly ArrayLike<number>[],
  from: number,
  to: number,
  positiveOnly = false,
): Range | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (let i = from; i <= to; i++) {
      const value = column[i] ?? Number.NaN;
      if (!Number.isFinite(value) || (positiveOnly && value <= 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? [min, max] : undefined;
}

/** Room around the data, so that a line does not run along the edge. */
export function padded([min, max]: Range, log = false, share = 0.06): Range {
  if (log) {
    const room = max > min ? (max / min) ** share : 1.2;
    return [min / room, max * room];
  }
  const room = max > min ? (max - min) * share : Math.abs(max) * 0.1 || 1;
  return [min - room, max + room];
}

/** First index whose value is at least `value` in a rising column. */
export function indexFrom(rising: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? Number.POSITIVE_INFINITY) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index whose value is nearest in a rising column; -1 if it is empty. */
export function nearestIndex(rising: ArrayLike<number>, value: number): number {
  const after = indexFrom(rising, value);
  if (after === 0) return rising.length > 0 ? 0 : -1;
  if (after === rising.length) return after - 1;
  return (rising[after] ?? 0) - value < value - (rising[after - 1] ?? 0) ? after : after - 1;
}
