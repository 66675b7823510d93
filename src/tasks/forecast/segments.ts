import type { Series, SeriesGroup } from './series';

/** Up to this many rows, a validation part is read as one stream; beyond, as parallel ones, which is faster. */
const longestStream = 256;

/** Rows after which a validation ends: more would say little more and take longer than the training between two. */
export const mostValidationRows = 8192;
/** Series that are validated on, of many. */
const mostSeries = 512;

/** The series that are validated on: all, or as many in even distances. */
export function validated({ groups }: Pick<Series, 'groups'>): readonly SeriesGroup[] {
  if (groups.length <= mostSeries) return groups;
  return Array.from(
    { length: mostSeries },
    (_, at) => groups[Math.floor((at * groups.length) / mostSeries)] as SeriesGroup,
  );
}

/** The row after the last one that is validated on. */
export function validationEnd({ boundary, end }: SeriesGroup, series: number): number {
  return Math.min(end, boundary + Math.max(8, Math.floor(mostValidationRows / series)));
}

/** Rows of a series that are forecast one after another. */
export interface Segment {
  readonly group: SeriesGroup;
  readonly start: number;
  readonly end: number;
}

/**
 * What is read at once of the validation part: of one long series parallel streams, with up to a batch of rows at its beginning
 * as warm-up alone; of several series each its own.
 */
export function segmentsOf(series: Series, batchSize: number): Segment[] {
  const groups = validated(series);
  const [only, second] = groups;
  if (!only || second) {
    return groups.map((group) => ({ group, start: group.boundary, end: validationEnd(group, groups.length) }));
  }
  const end = validationEnd(only, 1);
  const rows = end - only.boundary;
  const streams = rows <= longestStream ? 1 : Math.min(batchSize, Math.floor(rows / (longestStream / 2)));
  const perStream = Math.floor(rows / streams);
  const first = end - streams * perStream;
  return Array.from({ length: streams }, (_, stream) => ({
    group: only,
    start: first + stream * perStream,
    end: first + (stream + 1) * perStream,
  }));
}

/** Segments in batches whose warm-up is of the same length: as long as wanted, or what the series has before. */
export function segmentBatches(
  segments: readonly Segment[],
  wanted: number,
  most: number,
): { readonly warmUp: number; readonly segments: readonly Segment[] }[] {
  const byWarmUp = new Map<number, Segment[]>();
  for (const segment of segments) {
    const warmUp = Math.min(wanted, segment.start - segment.group.start - 1);
    byWarmUp.set(warmUp, [...(byWarmUp.get(warmUp) ?? []), segment]);
  }
  return [...byWarmUp].flatMap(([warmUp, same]) =>
    Array.from({ length: Math.ceil(same.length / most) }, (_, at) => ({
      warmUp,
      segments: same.slice(at * most, (at + 1) * most),
    })),
  );
}
