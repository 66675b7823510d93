import { correlation } from '../../base/correlation';
import { type Scale, scaleOf } from '../scale';

/** How a column's values become what the network reads and writes. All of it is found in the training part. */
export interface ColumnForm extends Scale {
  /** The least value whose logarithm is taken in place of it; absent where values are read as they are. */
  readonly logFrom?: number;
  /** Root of the mean square of changes from row to row: how far off the last value is as a forecast. */
  readonly change: number;
  /** It mostly rises or falls, so that its level soon leaves what was trained on: changes alone are read. */
  readonly isTrending: boolean;
  /** Rows of a season, where there is one: what came a season ago is then read too. */
  readonly season?: number;
}

/** Correlation of the level with time beyond which a column is trending. */
const trending = 0.7;
/** Correlation of the swings with the level, over so many parts of the training part, beyond which logarithms are taken. */
const swinging = 0.8;
const parts = 6;
const fewestRows = 36;
/** How many times its lowest level a column must reach. */
const growing = 1.5;
/** Correlation of changes with those a season before from which on the season is worth reading: it repeats itself. */
const repeating = 0.7;

/** The training part of one series. */
export interface Part {
  readonly rows: number;
  valueAt(row: number): number;
}

/**
 * Forms of a column in each of some series: one reading for all, as most of their rows suggest, but scales of their own, so that
 * a great series and a small one look alike to the network (as in Salinas et al. 2020).
 *
 * @param period rows of a season
 */
export function formsOf(series: readonly Part[], period: number | undefined): ColumnForm[] {
  const isLog = mostly(series, ({ rows, valueAt }) => swingsWithLevel(rows, valueAt)) && series.every(isPositive);
  const scaled = series.map((part) => scaledForm(part, isLog));
  const isTrending = mostly(series, ({ rows, valueAt }, at) => {
    const inner = (row: number) => innerValue(scaled[at] ?? {}, valueAt(row));
    return Math.abs(correlation(rows, inner, (row) => row)) > trending;
  });
  const repeats =
    period !== undefined &&
    mostly(series, ({ rows, valueAt }, at) => {
      const change = (row: number) =>
        innerValue(scaled[at] ?? {}, valueAt(row)) - innerValue(scaled[at] ?? {}, valueAt(row - 1));
      const first = period + 1;
      const both = rows - first;
      return (
        both >= period &&
        correlation(
          both,
          (row) => change(first + row),
          (row) => change(row + 1),
        ) > repeating
      );
    });
  return scaled.map((form) => ({ ...form, isTrending, ...(repeats && { season: period }) }));
}

function mostly(series: readonly Part[], holds: (part: Part, at: number) => boolean): boolean {
  const all = series.reduce((sum, { rows }) => sum + rows, 0);
  return 2 * series.reduce((sum, part, at) => sum + (holds(part, at) ? part.rows : 0), 0) > all;
}

const isPositive = ({ rows, valueAt }: Part) => leastOf(rows, valueAt) > 0;

function scaledForm({ rows, valueAt }: Part, isLog: boolean): Omit<ColumnForm, 'isTrending'> {
  const logFrom = isLog ? leastOf(rows, valueAt) / 10 : undefined;
  const inner = (row: number) => innerValue({ ...(logFrom !== undefined && { logFrom }) }, valueAt(row));
  const scale = scaleOf(rows, inner);
  let squares = 0;
  for (let row = 1; row < rows; row++) squares += (inner(row) - inner(row - 1)) ** 2;
  return {
    ...scale,
    ...(logFrom !== undefined && { logFrom }),
    change: Math.sqrt(squares / (rows - 1)) || 1,
  };
}

/** What is scaled: the value or its logarithm. */
export function innerValue({ logFrom }: Pick<ColumnForm, 'logFrom'>, value: number): number {
  return logFrom === undefined ? value : Math.log(Math.max(logFrom, value));
}

/** Back to the file's own units. */
export function outerValue({ logFrom }: Pick<ColumnForm, 'logFrom'>, inner: number): number {
  return logFrom === undefined ? inner : Math.exp(inner);
}

/**
 * What is expected of a column so many rows ahead: where it stands and, where its season repeats itself, as much more as it
 * came by over as many rows seasons ago. Inner values; the network says what is to be added.
 *
 * @param back the inner value so many rows before the last one that is known, where the series has one
 */
export function expectedOf(
  { season }: Pick<ColumnForm, 'season'>,
  ahead: number,
  back: (rows: number) => number | undefined,
): number {
  const last = back(0) ?? Number.NaN;
  if (season === undefined) return last;
  const ago = season * Math.ceil(ahead / season);
  const [from, to] = [back(ago), back(ago - ahead)];
  return from === undefined || to === undefined ? last : last + to - from;
}

/**
 * The unit of a change over so many rows: what one of a random walk has, whose change from row to row is the given one. So an
 * error of 1 is about that of the last value, however far ahead.
 */
export const changeOver = (change: number, ahead: number) => change * Math.sqrt(ahead);

/** One number that the network reads of a column at a row. */
export interface Feature {
  readonly column: number;
  /** Where it stands, what it came by since the row before, or by what it went on from here a season ago; scaled. */
  readonly kind: 'level' | 'change' | 'season';
}

export function featuresOf(forms: readonly Pick<ColumnForm, 'isTrending' | 'season'>[]): readonly Feature[] {
  return forms.flatMap(({ isTrending, season }, column): Feature[] => [
    ...(isTrending ? [] : [{ column, kind: 'level' } as const]),
    { column, kind: 'change' },
    ...(season === undefined ? [] : [{ column, kind: 'season' } as const]),
  ]);
}

/**
 * A feature of a row; changes that reach beyond a series' beginning are none.
 *
 * @param back the inner value so many rows back, where the series has one
 */
export function featureValue(
  { mean, deviation, change, season = 1 }: ColumnForm,
  { kind }: Feature,
  back: (rows: number) => number | undefined,
): number {
  if (kind === 'level') return ((back(0) ?? Number.NaN) - mean) / (deviation || 1);
  const [to, from] = kind === 'change' ? [back(0), back(1)] : [back(season - 1), back(season)];
  return to === undefined || from === undefined ? 0 : (to - from) / change;
}

/** Whether a column grows, is above 0 throughout, and moves more where it is higher, as what grows by shares does. */
function swingsWithLevel(rows: number, valueAt: (row: number) => number): boolean {
  if (rows < fewestRows || !(leastOf(rows, valueAt) > 0)) return false;
  const size = Math.floor(rows / parts);
  const levels: number[] = [];
  const swings: number[] = [];
  for (let part = 0; part < parts; part++) {
    let [level, swing] = [0, 0];
    for (let row = part * size + 1; row < (part + 1) * size; row++) {
      level += valueAt(row);
      swing += Math.abs(valueAt(row) - valueAt(row - 1));
    }
    levels.push(level);
    swings.push(swing);
  }
  const isGrowing = Math.max(...levels) > growing * Math.min(...levels);
  return (
    isGrowing &&
    correlation(
      parts,
      (part) => levels[part] ?? 0,
      (part) => swings[part] ?? 0,
    ) > swinging
  );
}

function leastOf(rows: number, valueAt: (row: number) => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < rows; row++) least = Math.min(least, valueAt(row));
  return least;
}
