import type { Reading } from '../../configuration/run';
import { monthByName, withoutAccents } from './calendar-names';
import type { Column, DateColumn } from './columns';
import type { FilledColumns } from './fill';
import { rowsOf } from './rows';

const units = ['year', 'quarter', 'month', 'day', 'hour'] as const;
type Unit = (typeof units)[number];

/** Names of columns, without accents. */
const titles: Readonly<Record<Unit, RegExp>> = {
  year: /^(year|yr|yyyy|jahr|annee|ano|anno|jaar)$/i,
  quarter: /^(quarter|qtr|quartal|trimestre|period)$/i,
  month: /^(month|mon|mm|monat|mois|mes|mese|maand|period)$/i,
  day: /^(day|mday|dd|tag|jour|dia|giorno|dag)$/i,
  hour: /^(hour|hr|hh|stunde|heure|hora|ora|uur)$/i,
};

const isTitle = (name: string, unit: Unit) => titles[unit].test(withoutAccents(name.trim()));

/** The one column that they become. */
const dateName = 'date';

/** Which columns may be the parts of a date, by their names; none where one of them is asked for. */
export function dateParts(
  names: readonly string[],
  { target, columns = [], date }: Partial<Reading>,
): readonly string[] {
  const found = names.filter((name) => units.some((unit) => isTitle(name, unit)));
  const isAsked = found.some((name) => name === target || name === date || columns.includes(name));
  return isAsked || names.includes(dateName) || !found.some((name) => isTitle(name, 'year')) ? [] : found;
}

/** The name that a reading may give them. */
export const namesOfDate = (parts: readonly string[]) => (parts.length > 1 ? [dateName] : []);

/**
 * A table whose dates stand in several columns, a year and a month or quarter, perhaps a day and an hour, with one column of
 * dates in their place. Undefined where they do not make dates, or the table has dates.
 */
export function joinedDate(
  { columns, lines }: FilledColumns,
  candidates: readonly string[],
): (FilledColumns & { readonly warning: string }) | undefined {
  if (columns.some(({ kind }) => kind === 'date')) return undefined;
  const take = (unit: Unit) => {
    const column = columns.find(({ name }) => candidates.includes(name) && isTitle(name, unit));
    return column && isPart(column, unit) ? { unit, column } : undefined;
  };
  const [year, part] = [take('year'), take('month') ?? take('quarter')];
  if (!year || !part) return undefined;
  const day = part.unit === 'month' ? take('day') : undefined;
  const hour = day && take('hour');
  const parts = [year, part, day, hour].filter((each) => each !== undefined);
  const numberAt = (row: number) => parts.map(({ unit, column }) => partAt(column, unit, row) ?? Number.NaN);
  const moment = (row: number) => {
    const [y = 0, second = 1, d = 1, h = 0] = numberAt(row);
    return Date.UTC(y, part.unit === 'month' ? second - 1 : 3 * (second - 1), d, h);
  };
  const isDay = (row: number) => {
    const [, , d = 1] = numberAt(row);
    return new Date(moment(row)).getUTCDate() === d;
  };
  if (day && !Array.from({ length: lines.length }, (_, row) => row).every(isDay)) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  const date: DateColumn = {
    ...{ name: dateName, kind: 'date', missing: 0 },
    values: rowsOf(lines.length, moment),
    labels: rowsOf(lines.length, (row) => {
      const [y, second = 1, d, h] = numberAt(row);
      const month = part.unit === 'month' ? `${y}-${two(second)}` : `${y}-Q${second}`;
      return `${month}${d === undefined ? '' : `-${two(d)}`}${h === undefined ? '' : ` ${two(h)}:00`}`;
    }),
  };
  const joined = parts.map(({ column }) => column);
  return {
    columns: [date, ...columns.filter((column) => !joined.includes(column))],
    lines,
    warning: `The columns ${joined.map(({ name }) => `"${name}"`).join(', ')} are read as one date.`,
  };
}

const ranges: Readonly<Record<Unit, readonly [least: number, most: number]>> = {
  year: [1500, 2299],
  quarter: [1, 4],
  month: [1, 12],
  day: [1, 31],
  hour: [0, 23],
};

function isPart(column: Column, unit: Unit): boolean {
  if (column.kind === 'date' || column.missing > 0 || !column.values) return false;
  for (let row = 0; row < column.values.length; row++) if (partAt(column, unit, row) === undefined) return false;
  return true;
}

/** A part of a row's date as a number: also a month by its name, as M01, or a quarter as Q1. */
function partAt(column: Column, unit: Unit, row: number): number | undefined {
  const cell = column.values?.at(row);
  const value =
    typeof cell === 'string'
      ? Number(
          new RegExp(`^${unit[0]}0?(\\d+)$`, 'i').exec(cell)?.[1] ?? (unit === 'month' ? monthByName(cell) : undefined),
        )
      : cell;
  const [least, most] = ranges[unit];
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}
