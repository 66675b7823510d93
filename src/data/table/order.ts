import { excerpt } from '../../base/visible';
import type { Column, DateColumn } from './columns';
import type { FilledColumns } from './fill';
import { type Rows, rowsOf } from './rows';

/** Rows in the order of their dates, and what a person should know of it. */
export interface Ordered extends FilledColumns {
  readonly warnings: readonly string[];
}

/** Sorts rows by a date column where they are not in its order, and looks for repeated dates and gaps. */
export function orderByDate({ columns, lines }: FilledColumns, date: DateColumn): Ordered {
  const turn = firstTurn(date.values);
  if (turn === undefined) return { columns, lines, warnings: oddSteps(date, lines, new Set([0])) };
  if (date.missing > 0) {
    const warning = `Rows are not in the order of ${quoted(date)} (line ${lines.at(turn)}), and stay so, as dates are missing.`;
    return { columns, lines, warnings: [warning] };
  }
  const descending = neverRises(date.values);
  // Reversing keeps the order of equal dates as the file's other way round; else a stable sort keeps it.
  const place = descending ? (row: number) => lines.length - 1 - row : sorted(date.values);
  const ordered = columns.map((column) => rearranged(column, place));
  const orderedLines = arranged(lines, place);
  const orderedDate = ordered[columns.indexOf(date)];
  const what = descending
    ? 'The latest row comes first'
    : `Rows are not in the order of their dates (line ${lines.at(turn)})`;
  return {
    columns: ordered,
    lines: orderedLines,
    warnings: [
      `${what}; they are sorted by ${quoted(date)}.`,
      ...(orderedDate?.kind === 'date' ? oddSteps(orderedDate, orderedLines, new Set([0])) : []),
    ],
  };
}

/** The first row whose date is before an earlier row's. */
function firstTurn(values: Rows<number>): number | undefined {
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    if (value < last) return row;
    if (value > last) last = value;
  }
  return undefined;
}

function neverRises(values: Rows<number>): boolean {
  for (let row = 1; row < values.length; row++) if (values.at(row) > values.at(row - 1)) return false;
  return true;
}

/** Where each row of the new order stood in the old one. */
function sorted(values: Rows<number>): (row: number) => number {
  const dates = Float64Array.from(values);
  const order = Int32Array.from(dates, (_, row) => row);
  order.sort((a, b) => (dates[a] ?? 0) - (dates[b] ?? 0) || a - b);
  return (row) => order[row] ?? 0;
}

export function rearranged(column: Column, place: (row: number) => number): Column {
  if (column.kind === 'text') return column.values ? { ...column, values: arranged(column.values, place) } : column;
  const values = arranged(column.values, place);
  return column.kind === 'number'
    ? { ...column, values }
    : { ...column, values, labels: arranged(column.labels, place) };
}

export function arranged<T>(rows: Rows<T>, place: (row: number) => number): Rows<T> {
  return rowsOf(rows.length, (row) => rows.at(place(row)));
}

const quoted = ({ name }: Column) => `"${excerpt(name)}"`;

/**
 * Says where a date comes again, and where rows are missing.
 *
 * @param starts rows with which series begin
 */
export function oddSteps(
  { name, values, labels, missing }: DateColumn,
  lines: Rows<number>,
  starts: ReadonlySet<number>,
): string[] {
  if (missing > 0) return [];
  const stepTo = (row: number) => (starts.has(row) ? Number.NaN : values.at(row) - values.at(row - 1));
  const title = `"${excerpt(name)}"`;
  const warnings: string[] = [];
  const same = stepsWhere(values.length, stepTo, (step) => step === 0);
  if (same.count > 0) {
    const again = `occurs again in line ${lines.at(same.first)}${furtherTimes(same.count)}`;
    warnings.push(`${labels.at(same.first)} in ${title} ${again}.`);
  }
  const limit = 1.5 * usualLongest(values.length, stepTo);
  const gaps = stepsWhere(values.length, stepTo, (step) => step > limit);
  if (gaps.count > 0) {
    const between = `between ${labels.at(gaps.first - 1)} and ${labels.at(gaps.first)} (line ${lines.at(gaps.first)})`;
    warnings.push(
      `Rows are missing in ${title} ${between}${furtherTimes(gaps.count)}; rows are taken as evenly spaced.`,
    );
  }
  return warnings;
}

/** How many steps fit, and the row to which the first of them leads. */
function stepsWhere(
  rows: number,
  stepTo: (row: number) => number,
  fits: (step: number) => boolean,
): { count: number; first: number } {
  let [count, first] = [0, 0];
  for (let row = 1; row < rows; row++) {
    if (!fits(stepTo(row))) continue;
    if (count === 0) first = row;
    count += 1;
  }
  return { count, first };
}

const furtherTimes = (times: number) => (times > 1 ? `, and ${times - 1} more times` : '');

/** More steps say no more about what is usual. */
const mostSteps = 1_000_000;

/** The 95th percentile of the steps, so that the weekends of business days are no gaps. */
function usualLongest(rows: number, stepTo: (row: number) => number): number {
  const steps = new Float64Array(Math.min(rows, mostSteps));
  let count = 0;
  for (let row = 1; row < rows && count < steps.length; row++) {
    const step = stepTo(row);
    if (step > 0) steps[count++] = step;
  }
  return steps.subarray(0, count).sort()[Math.floor(0.95 * (count - 1))] ?? Number.POSITIVE_INFINITY;
}
