import { visible } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import { monthByName } from './calendar-names';
import { isWrittenDate } from './cell-value';
import type { Column, DateColumn, NumberColumn } from './columns';
import { dateFormats } from './date-formats';
import type { FilledColumns } from './fill';
import { PackedNumbers } from './packed';
import { type Rows, rowsOf } from './rows';

/** Columns that are the steps of a series in time: the parts of a year, which a row has for each year, or dates. */
export interface TimeColumns {
  readonly unit: 'month' | 'quarter' | 'date';
  /** Names of the columns, as they come in the file. */
  readonly names: readonly string[];
}

/** The one column of numbers that they become. */
const valueName = 'value';
/** Fewer columns whose names are dates may be anything. */
const fewestDates = 5;

/**
 * The columns of a table that has a row for each year and a column for each month or quarter, or a row for each series and a
 * column for each date; undefined where it has not, or where one of them is asked for.
 */
export function timeColumns(names: readonly string[], reading: Partial<Reading>): TimeColumns | undefined {
  const asked = [reading.target, ...(reading.columns ?? [])];
  const isFree = ({ names: found, unit }: TimeColumns) =>
    !asked.some((name) => name !== undefined && found.includes(name)) &&
    ![valueName, unit].some((name) => names.includes(name) && !found.includes(name));
  const candidates = [
    partsOfYear(names, 'month', 12, monthOf),
    partsOfYear(names, 'quarter', 4, (name) => Number(/^q(?:uarter)?\s*([1-4])$/i.exec(name)?.[1] ?? Number.NaN)),
    datedColumns(names),
  ];
  return candidates.find((candidate) => candidate !== undefined && isFree(candidate));
}

const monthOf = (name: string) => (/^(0?[1-9]|1[0-2])$/.test(name) ? Number(name) : (monthByName(name) ?? Number.NaN));

function partsOfYear(
  names: readonly string[],
  unit: 'month' | 'quarter',
  count: number,
  numberOf: (name: string) => number,
): TimeColumns | undefined {
  const found = names.filter((name) => !Number.isNaN(numberOf(name.trim())));
  const isYear = found.length === count && found.every((name, at) => numberOf(name.trim()) === at + 1);
  return isYear ? { unit, names: found } : undefined;
}

/** Those in the form of dates that most names have; they run one way. */
function datedColumns(names: readonly string[]): TimeColumns | undefined {
  const found = names.filter((name) => isDateName(name.trim()));
  if (found.length < fewestDates || found.length === names.length) return undefined;
  return datesOf(found) && { unit: 'date', names: found };
}

/** Only numbers that are years are names of dates. */
const isDateName = (name: string) =>
  /^\d{4}$/.test(name) ? dateFormats.some(({ parse }) => !Number.isNaN(parse(name))) : isWrittenDate(name);

/** What the names mean, by the first form in which all of them are dates that run one way. */
function datesOf(names: readonly string[]): readonly number[] | undefined {
  const runs = (dates: readonly number[], sign: number) =>
    dates.every((date, at) => at === 0 || sign * (date - (dates[at - 1] ?? Number.NaN)) > 0);
  for (const { parse } of dateFormats) {
    const dates = names.map((name) => parse(name.trim()));
    if (runs(dates, 1) || runs(dates, -1)) return dates;
  }
  return undefined;
}

/** The names that a reading may give once a table is unrolled, beside those of other columns. */
export const namesOf = ({ unit }: TimeColumns) => [unit, valueName];

interface Unrolled extends FilledColumns {
  readonly warning: string;
}

/**
 * A table whose columns are steps in time unrolled to one column of numbers with a date for each. Undefined where that cannot
 * be, as where one of the columns holds no numbers.
 */
export function unrolled(filled: FilledColumns, time: TimeColumns): Unrolled | undefined {
  const columns = time.names.map((name) => filled.columns.find((column) => column.name === name));
  // A month that no year has is a column without a number.
  const isFit = (column: Column | undefined) => column?.kind === 'number' || column?.missing === filled.lines.length;
  if (!columns.every(isFit)) return undefined;
  const numbers = columns.map((column) => (column?.kind === 'number' ? column.values : undefined));
  const count = columns.length;
  const valueAt = (place: number) => numbers[place % count]?.at(Math.floor(place / count)) ?? Number.NaN;
  return time.unit === 'date' ? rowsUnrolled(filled, time, valueAt) : yearsUnrolled(filled, time, valueAt);
}

/** Months or quarters one after another, years in the order of the file. Undefined where no column tells the years. */
function yearsUnrolled(
  { columns, lines }: FilledColumns,
  { unit, names }: TimeColumns,
  valueAt: (place: number) => number,
): Unrolled | undefined {
  const years = yearsOf(columns, names);
  const count = names.length;
  const row = (place: number) => Math.floor(place / count);
  return (
    years && {
      ...oneSeries({
        ...{ parts: count, length: lines.length * count, valueAt },
        yearAt: (place) => years(row(place)),
        lineAt: (place) => lines.at(row(place)),
      }),
      warning: `The columns "${names[0]}" to "${names.at(-1)}" are the ${unit}s of a year: they are read one after another, as one series.`,
    }
  );
}

/** A row for each month and a column for each year: one series. */
function monthsUnrolled(lines: Rows<number>, names: readonly string[], valueAt: (place: number) => number): Unrolled {
  const years = names.map(Number);
  const count = names.length;
  const forwards = (years[0] ?? 0) < (years[1] ?? 0);
  const column = (place: number) => (forwards ? Math.floor(place / 12) : count - 1 - Math.floor(place / 12));
  return {
    ...oneSeries({
      ...{ parts: 12, length: 12 * count },
      yearAt: (place) => years[column(place)] ?? 0,
      valueAt: (place) => valueAt((place % 12) * count + column(place)),
      lineAt: (place) => lines.at(place % 12),
    }),
    warning: `The rows are months and the columns "${names[0]}" to "${names.at(-1)}" years: they are read one after another, as one series.`,
  };
}

/** Parts of years one after another. */
interface Years {
  /** Of a year: 12 are months, 4 quarters. */
  readonly parts: number;
  readonly length: number;
  yearAt(place: number): number;
  valueAt(place: number): number;
  lineAt(place: number): number;
}

/** One series of them, without what has no value at its beginning or end. */
function oneSeries({ parts, length, yearAt, valueAt, lineAt }: Years): FilledColumns {
  const [from, to] = known(0, length, valueAt);
  const rows = <T>(at: (place: number) => T): Rows<T> => rowsOf(to - from, (row) => at(row + from));
  const part = (place: number) => (place % parts) + 1;
  const isMonth = parts === 12;
  const date: DateColumn = {
    ...{ name: isMonth ? 'month' : 'quarter', kind: 'date', missing: 0 },
    values: rows((place) => Date.UTC(yearAt(place), ((part(place) - 1) * 12) / parts, 1)),
    labels: rows((place) => `${yearAt(place)}-${isMonth ? String(part(place)).padStart(2, '0') : `Q${part(place)}`}`),
  };
  return { columns: [date, valueColumn(rows(valueAt))], lines: rows(lineAt) };
}

/** Of some places those from the first one that has a value to behind the last one. */
function known(first: number, end: number, valueAt: (place: number) => number): readonly [from: number, to: number] {
  let [from, to] = [first, end];
  while (from < to && Number.isNaN(valueAt(from))) from += 1;
  while (to > from && Number.isNaN(valueAt(to - 1))) to -= 1;
  return [from, to];
}

/**
 * Each row a series that its columns of texts name, all of them stacked; or, where rows are the months and columns years, one
 * series. What a row lacks at its beginning or end is left out, and so are other columns of numbers, such as places. Undefined
 * where rows have dates of their own.
 */
function rowsUnrolled(
  filled: FilledColumns,
  { names }: TimeColumns,
  valueAt: (place: number) => number,
): Unrolled | undefined {
  const dates = datesOf(names);
  const others = filled.columns.filter(({ name }) => !names.includes(name));
  if (!dates || others.some(({ kind }) => kind === 'date')) return undefined;
  if (areMonths(others) && names.every((name) => /^\d{4}$/.test(name.trim())))
    return monthsUnrolled(filled.lines, names, valueAt);
  const count = names.length;
  const forwards = (dates[0] ?? 0) < (dates[1] ?? 0);
  const packed = new PackedNumbers();
  for (let row = 0; row < filled.lines.length; row++) {
    const [from, to] = known(row * count, (row + 1) * count, valueAt);
    for (let place = from; place < to; place++) packed.push(forwards ? place : from + to - 1 - place);
  }
  const places = packed.finish();
  const rows = <T>(at: (row: number, column: number) => T): Rows<T> =>
    rowsOf(places.length, (index) => {
      const place = places.at(index);
      return at(Math.floor(place / count), place % count);
    });
  const date: DateColumn = {
    ...{ name: 'date', kind: 'date', missing: 0 },
    values: rows((_, column) => dates[column] ?? Number.NaN),
    labels: rows((_, column) => visible(names[column] ?? '')),
  };
  const texts = nameColumns(others, filled.lines).map(({ name, values }) => ({
    ...{ name, kind: 'text' as const, missing: 0 },
    values: rows((row) => values.at(row)),
  }));
  return {
    columns: [date, ...texts, valueColumn(rows((row, column) => valueAt(row * count + column)))],
    lines: rows((row) => filled.lines.at(row)),
    warning: `The columns "${names[0]}" to "${names.at(-1)}" are dates: each row is read as a series of its own.`,
  };
}

/** What tells rows apart: their texts, with the line of each where these do not. */
function nameColumns(columns: readonly Column[], lines: Rows<number>): { name: string; values: Rows<string> }[] {
  const texts = columns.flatMap((column) =>
    column.kind === 'text' && column.values ? [{ name: column.name, values: column.values }] : [],
  );
  const together = Array.from({ length: lines.length }, (_, row) =>
    texts.map(({ values }) => values.at(row)).join('\0'),
  );
  if (new Set(together).size === lines.length) return texts;
  return [...texts, { name: 'line', values: rowsOf(lines.length, (row) => `line ${lines.at(row)}`) }];
}

/** Whether the only other column numbers or names the months from January to December. */
function areMonths([column, other]: readonly Column[]): boolean {
  if (!column || other || column.kind === 'date' || column.values?.length !== 12) return false;
  return Array.from<number | string>(column.values).every((cell, row) => monthOf(String(cell)) === row + 1);
}

function valueColumn(values: Rows<number>): NumberColumn {
  const missing = Array.from(values).filter(Number.isNaN).length;
  return { name: valueName, kind: 'number', values, missing };
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
