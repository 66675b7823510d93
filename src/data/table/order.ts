import { excerpt } from '../../base/visible';
import type { Column, DateColumn } from './columns';

/** Rows in the order of their dates, and what a person should know of it. */
export interface Ordered {
  readonly columns: readonly Column[];
  readonly lines: Int32Array;
  readonly warnings: readonly string[];
}

/** Sorts rows by a date column where they are not in its order, and looks for repeated dates and gaps. */
export function orderByDate(columns: readonly Column[], lines: Int32Array, date: DateColumn): Ordered {
  const turn = firstTurn(date.values);
  if (turn === undefined) return { columns, lines, warnings: oddSteps(date, lines) };
  if (date.missing > 0) {
    const warning = `Rows are not in the order of ${quoted(date)} (line ${lines[turn]}), and stay so, as dates are missing.`;
    return { columns, lines, warnings: [warning] };
  }
  const order = Int32Array.from(lines, (_, i) => i);
  const descending = date.values.every((value, i) => i === 0 || value <= (date.values[i - 1] ?? value));
  // Reversing keeps the order of equal dates as the file's other way round; else a stable sort keeps it.
  if (descending) order.reverse();
  else order.sort((a, b) => (date.values[a] ?? 0) - (date.values[b] ?? 0) || a - b);
  const sorted = columns.map((column) => rearranged(column, order));
  const sortedLines = order.map((i) => lines[i] ?? 0);
  const sortedDate = sorted[columns.indexOf(date)];
  const what = descending
    ? 'The latest row comes first'
    : `Rows are not in the order of their dates (line ${lines[turn]})`;
  return {
    columns: sorted,
    lines: sortedLines,
    warnings: [
      `${what}; they are sorted by ${quoted(date)}.`,
      ...(sortedDate?.kind === 'date' ? oddSteps(sortedDate, sortedLines) : []),
    ],
  };
}

/** The first row whose date is before an earlier row's. */
function firstTurn(values: Float64Array): number | undefined {
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, value] of values.entries()) {
    if (value < last) return i;
    if (value > last) last = value;
  }
  return undefined;
}

function rearranged(column: Column, order: Int32Array): Column {
  if (column.kind === 'number') return { ...column, values: picked(column.values, order) };
  if (column.kind === 'text') return { ...column, values: Array.from(order, (i) => column.values[i] ?? '') };
  const labels = Array.from(order, (i) => column.labels[i] ?? '');
  return { ...column, values: picked(column.values, order), labels };
}

function picked(values: Float64Array, order: Int32Array): Float64Array {
  return Float64Array.from(order, (i) => values[i] ?? Number.NaN);
}

const quoted = ({ name }: Column) => `"${excerpt(name)}"`;

function oddSteps(date: DateColumn, lines: Int32Array): string[] {
  const { values, labels, missing } = date;
  if (missing > 0) return [];
  const title = quoted(date);
  const warnings: string[] = [];
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? value));
  const same = steps.indexOf(0);
  if (same >= 0) {
    const times = steps.filter((step) => step === 0).length;
    warnings.push(`${labels[same + 1]} in ${title} occurs again in line ${lines[same + 1]}${furtherTimes(times)}.`);
  }
  const limit = 1.5 * usualLongest(steps);
  const gaps = steps.filter((step) => step > limit).length;
  if (gaps > 0) {
    const gap = steps.findIndex((step) => step > limit);
    const between = `between ${labels[gap]} and ${labels[gap + 1]} (line ${lines[gap + 1]})`;
    warnings.push(`Rows are missing in ${title} ${between}${furtherTimes(gaps)}; rows are taken as evenly spaced.`);
  }
  return warnings;
}

const furtherTimes = (times: number) => (times > 1 ? `, and ${times - 1} more times` : '');

/** The 95th percentile of the steps, so that the weekends of business days are no gaps. */
function usualLongest(steps: Float64Array): number {
  const forward = steps.filter((step) => step > 0).sort();
  return forward[Math.floor(0.95 * (forward.length - 1))] ?? Number.POSITIVE_INFINITY;
}
