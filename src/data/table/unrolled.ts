import type { Reading } from '../../configuration/run';
import type { Column, DateColumn } from './columns';
import type { FilledColumns } from './fill';
import { monthByName } from './month-names';
import { type Rows, rowsOf } from './rows';

/** Columns that are the months or quarters of a year. */
export interface PartsOfYear {
  readonly unit: 'month' | 'quarter';
  /** Names of the columns, in the order of the year. */
  readonly names: readonly string[];
}

/** The one column of numbers that they become. */
const valueName = 'value';

/**
 * The columns of a table that has a row for each year and a column for each month or quarter; undefined where it has not, or
 * where one of them is asked for.
 */
export function partsOfYear(names: readonly string[], reading: Partial<Reading>): PartsOfYear | undefined {
  const quarter = (name: string) => Number(/^q(?:uarter)?\s*([1-4])$/i.exec(name.trim())?.[1] ?? Number.NaN);
  const month = (name: string) => monthByName(name.trim()) ?? Number.NaN;
  for (const [unit, numberOf, count] of [
    ['month', month, 12],
    ['quarter', quarter, 4],
  ] as const) {
    const found = names.filter((name) => !Number.isNaN(numberOf(name)));
    if (found.length !== count || !found.every((name, at) => numberOf(name) === at + 1)) continue;
    const asked = [reading.target, ...(reading.columns ?? [])];
    const isFree = !asked.some((name) => name !== undefined && found.includes(name)) && !names.includes(valueName);
    if (isFree && !names.includes(unit)) return { unit, names: found };
  }
  return undefined;
}

/** The names that a reading may give once a table is unrolled. */
export const namesOf = ({ unit }: PartsOfYear) => [unit, valueName];

/**
 * A table of years unrolled: its months or quarters one after another, years in the order of the file, with a date for each.
 * What has no value at the beginning or end is left out, as are other columns, such as sums of years. Undefined where no
 * column tells the years, or one of the parts is no column of numbers.
 */
export function unrolled(
  { columns, lines }: FilledColumns,
  { unit, names }: PartsOfYear,
): (FilledColumns & { readonly warning: string }) | undefined {
  const parts = names.map((name) => columns.find((column) => column.name === name));
  const years = yearsOf(columns, names);
  // A month that no year has is a column without a number.
  const isFit = (column: Column | undefined) => column?.kind === 'number' || column?.missing === lines.length;
  if (!years || !parts.every(isFit)) return undefined;
  const count = parts.length;
  const numbers = parts.map((column) => (column?.kind === 'number' ? column.values : undefined));
  const valueAt = (row: number) => numbers[row % count]?.at(Math.floor(row / count)) ?? Number.NaN;
  let [from, to] = [0, lines.length * count];
  while (from < to && Number.isNaN(valueAt(from))) from += 1;
  while (to > from && Number.isNaN(valueAt(to - 1))) to -= 1;
  const rows = <T>(at: (row: number) => T): Rows<T> => rowsOf(to - from, (row) => at(row + from));
  const part = (row: number) => row % count;
  const year = (row: number) => years(Math.floor(row / count));
  const values = rows(valueAt);
  const date: DateColumn = {
    ...{ name: unit, kind: 'date', missing: 0 },
    values: rows((row) => Date.UTC(year(row), (part(row) * 12) / count, 1)),
    labels: rows((row) =>
      unit === 'month' ? `${year(row)}-${String(part(row) + 1).padStart(2, '0')}` : `${year(row)}-Q${part(row) + 1}`,
    ),
  };
  const missing = Array.from(values).filter(Number.isNaN).length;
  return {
    columns: [date, { name: valueName, kind: 'number', values, missing }],
    lines: rows((row) => lines.at(Math.floor(row / count))),
    warning: `The columns "${names[0]}" to "${names.at(-1)}" are the ${unit}s of a year: they are read one after another, as one series.`,
  };
}

/** The year of each row: of a column of dates, or of whole numbers that are years and never come twice. */
function yearsOf(columns: readonly Column[], parts: readonly string[]): ((row: number) => number) | undefined {
  for (const column of columns) {
    if (column.kind === 'text' || column.missing > 0 || parts.includes(column.name)) continue;
    const { values, kind } = column;
    const year = (row: number) => (kind === 'date' ? new Date(values.at(row)).getUTCFullYear() : values.at(row));
    const all = Array.from({ length: values.length }, (_, row) => year(row));
    const isYears = all.every((value) => Number.isInteger(value) && value >= 1500 && value < 2300);
    if (isYears && new Set(all).size === all.length) return year;
  }
  return undefined;
}
