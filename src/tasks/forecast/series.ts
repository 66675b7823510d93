import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { type ChosenColumns, gapsFilled, type Rows, type TableDataset } from '../../data';
import {
  type ColumnForm,
  changeOver,
  expectedOf,
  type Feature,
  featuresOf,
  featureValue,
  formsOf,
  innerValue,
} from './form';
import { seasonOf } from './season';

/** One series: rows of the table from `start` to before `end`. */
export interface SeriesGroup {
  /** Empty where the table is one series. */
  readonly name: string;
  readonly start: number;
  /** Rows from here on are the validation part. */
  readonly boundary: number;
  readonly end: number;
  /** The rows from `end` to before this one are the test part. */
  readonly testEnd: number;
  /** Of each column, found in the training part. */
  readonly forms: readonly ColumnForm[];
}

/** Numeric columns of a table, gaps filled; what is read is computed then, for a copy may be large. */
export interface Series {
  readonly columns: readonly string[];
  /** Place of the target among the columns. */
  readonly target: number;
  /** At least one, one after another. */
  readonly groups: readonly [SeriesGroup, ...SeriesGroup[]];
  /** Rows of a season of the target, found in the longest training part. */
  readonly period: number | undefined;
  /** In the file's own units. */
  valueAt(row: number, column: number): number;
  /** What the network reads of a row. */
  readonly features: readonly Feature[];
  featureAt(group: SeriesGroup, row: number, feature: number): number;
  /** What is expected of a column at a row from the one so many before and those before that. Inner. */
  expectedAt(group: SeriesGroup, row: number, column: number, rows: number): number;
  /** By how much a column is beyond that, scaled: what the network is to say. */
  changeAt(group: SeriesGroup, row: number, column: number, rows: number): number;
  /** One label a row, where there is a date column. */
  readonly labels: Rows<string> | undefined;
  readonly warnings: readonly string[];
}

type Span = Pick<SeriesGroup, 'name' | 'start' | 'boundary' | 'end' | 'testEnd'>;

/** Rows to learn from that a series needs at least. */
const fewestRows = 3;

/**
 * Each series is split by time. A missing value takes the last one before it, so that nothing of the future leaks back. Columns
 * that are constant in the training part are left out with a warning, and so are series that are too short; where that is the target,
 * and nobody asked for it, the last column that changes takes its place.
 *
 * @throws UserError when the target does not vary, or nothing is left for validation
 */
export function seriesOf(
  table: TableDataset,
  chosen: ChosenColumns & { readonly isAsked?: boolean },
  {
    name,
    validationShare,
    testShare = 0,
  }: { readonly name: string; readonly validationShare: number; readonly testShare?: number | undefined },
): Series {
  const warnings: string[] = [];
  const spans = spansOf(table, name, { validationShare, testShare }, warnings);
  const constants = new Map(
    [...new Set([chosen.target, ...chosen.inputs])].map((column) => [column, constantOf(filled(table, column), spans)]),
  );
  const changing = chosen.inputs.filter((column) => constants.get(column) === undefined);
  const isChanging = changing.includes(chosen.target);
  const target = isChanging || chosen.isAsked ? chosen.target : (changing.at(-1) ?? chosen.target);
  if (!changing.includes(target)) {
    throw new UserError({
      what: `The column "${target}" is ${constants.get(target)} in every row of the training part`,
      where: name,
      wayOut: 'A constant cannot be learnt from: choose another column (--target COLUMN).',
    });
  }
  const names = [...new Set([target, ...changing])];
  for (const [column, constant] of constants) {
    if (constant !== undefined) warnings.push(`The column "${column}" is constant in the training part and left out.`);
  }

  const columns = names.map((column) => filled(table, column));
  const valueAt = (row: number, column: number) => columns[column]?.at(row) ?? Number.NaN;
  const period = seasonOf(recentValues(spans, (row) => valueAt(row, 0)));
  // Of each column, then of each series.
  const forms = names.map((_, column) =>
    formsOf(
      spans.map(({ start, boundary }) => ({ rows: boundary - start, valueAt: (row) => valueAt(start + row, column) })),
      period,
    ),
  );
  const [first, ...rest] = spans.map(
    (span, at): SeriesGroup => ({
      ...span,
      forms: forms.map((ofColumn) => ofColumn[at] as ColumnForm),
    }),
  );
  if (!first) throw new Error('At least one series is left');
  for (const column of names) {
    const missing = table.columns.find((candidate) => candidate.name === column)?.missing ?? 0;
    if (missing > 0)
      warnings.push(`${missing} missing ${missing === 1 ? 'value' : 'values'} of "${column}" took the value before.`);
  }
  const date = table.columns.find((column) => column.name === chosen.date);
  const features = featuresOf(first.forms);
  const formAt = ({ forms: own }: SeriesGroup, column: number) => own[column] as ColumnForm;
  const innerAt = (group: SeriesGroup, row: number, column: number) =>
    innerValue(formAt(group, column), valueAt(row, column));
  const backFrom = (group: SeriesGroup, row: number, column: number) => (rows: number) =>
    row - rows >= group.start ? innerAt(group, row - rows, column) : undefined;
  const expectedAt: Series['expectedAt'] = (group, row, column, rows) =>
    expectedOf(formAt(group, column), rows, backFrom(group, row - rows, column));
  return {
    columns: names,
    target: 0,
    groups: [first, ...rest],
    period,
    valueAt,
    features,
    featureAt(group, row, place) {
      const feature = features[place] as Feature;
      const { column } = feature;
      return featureValue(formAt(group, column), feature, backFrom(group, row, column));
    },
    expectedAt,
    changeAt: (group, row, column, rows) =>
      (innerAt(group, row, column) - expectedAt(group, row, column, rows)) /
      changeOver(formAt(group, column).change, rows),
    labels: date?.kind === 'date' ? date.labels : undefined,
    warnings,
  };
}

/** Rows in which a season is looked for. */
const longestSearch = 100_000;

/** The values at the end of the longest training part. */
function recentValues(spans: readonly Span[], valueAt: (row: number) => number): Float64Array {
  const rowsOf = ({ start, boundary }: Span) => boundary - start;
  const [first, ...rest] = spans;
  const longest = rest.reduce((a, b) => (a && rowsOf(a) >= rowsOf(b) ? a : b), first);
  if (!longest) return new Float64Array();
  const count = Math.min(rowsOf(longest), longestSearch);
  return Float64Array.from({ length: count }, (_, row) => valueAt(longest.boundary - count + row));
}

/** How much there is to learn from and to validate on, over all series. */
export function splitOf({ groups }: Pick<Series, 'groups'>): {
  training: number;
  validation: number;
  test?: number;
} {
  const sum = (of: (group: SeriesGroup) => number) => groups.reduce((all, group) => all + of(group), 0);
  const test = sum(({ end, testEnd }) => testEnd - end);
  return {
    training: sum(({ start, boundary }) => boundary - start),
    validation: sum(({ boundary, end }) => end - boundary),
    ...(test > 0 && { test }),
  };
}

/** The same series with the test part in place of the validation part; undefined where nothing is kept for it. */
export function testOf(series: Series): Series | undefined {
  const [first, ...rest] = series.groups.flatMap((group): SeriesGroup[] =>
    group.testEnd > group.end ? [{ ...group, boundary: group.end, end: group.testEnd }] : [],
  );
  return first && { ...series, groups: [first, ...rest] };
}

/** The series of a table that are long enough, each with the row that parts what is learned from what is validated on. */
function spansOf(
  { rows, groups }: TableDataset,
  file: string,
  { validationShare, testShare }: { readonly validationShare: number; readonly testShare: number },
  warnings: string[],
): Span[] {
  const all = (groups?.series ?? [{ name: '', start: 0, end: rows }]).map((group): Span => {
    const rowsOf = group.end - group.start;
    const end = group.end - (testShare > 0 ? Math.max(1, Math.floor(rowsOf * testShare)) : 0);
    const boundary = end - Math.max(1, Math.floor(rowsOf * validationShare));
    return { ...group, boundary, end, testEnd: group.end };
  });
  const spans = all.filter(({ start, boundary }) => boundary - start >= fewestRows);
  const longest = Math.max(...all.map(({ start, testEnd }) => testEnd - start));
  if (spans.length === 0 && groups) {
    const by = groups.columns.map((column) => `"${excerpt(column)}"`).join(' and ');
    throw new UserError({
      what: `By ${by} there are ${all.length} series, the longest of ${longest} ${longest === 1 ? 'row' : 'rows'}, too few to learn from and to check on`,
      where: file,
      wayOut:
        'A series needs at least four rows, and a few dozen to be of use: name other columns (--group), or none (--group none).',
    });
  }
  if (spans.length === 0) {
    throw new UserError({
      what: `The table has ${rows} ${rows === 1 ? 'row' : 'rows'} of data, too few to learn from and to check on`,
      where: file,
      wayOut: 'A forecast needs at least four rows, and a few dozen to be of use.',
    });
  }
  const short = all.filter((span) => !spans.includes(span)).map(({ name }) => `"${excerpt(name)}"`);
  if (short.length > 0) {
    const which = `${short.slice(0, 3).join(', ')}${short.length > 3 ? ', …' : ''}`;
    const are = short.length === 1 ? 'One series has' : `${short.length} series have`;
    warnings.push(`${are} fewer than four rows, and ${short.length === 1 ? 'is' : 'are'} left out: ${which}.`);
  }
  return spans;
}

/** What the training part of every series is, if it is the same throughout. */
function constantOf(values: Rows<number>, spans: readonly Span[]): number | undefined {
  const first = values.at(spans[0]?.start ?? 0);
  for (const { start, boundary } of spans)
    for (let row = start; row < boundary; row++) if (values.at(row) !== first) return undefined;
  return first;
}

/** Values of a column with gaps filled from before, and those at a series' beginning from its first value. */
function filled({ columns, groups }: TableDataset, name: string): Rows<number> {
  const column = columns.find((candidate) => candidate.name === name);
  if (column?.kind !== 'number') throw new Error(`The column ${name} is not numeric`);
  return column.missing === 0 ? column.values : gapsFilled(column.values, groups?.series);
}
