import { UserError } from '../../base/user-error';
import { excerpt, visible } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { Column, DateColumn } from './columns';
import type { FilledColumns } from './fill';
import { arranged, oddSteps, rearranged } from './order';

/** A series of its own within a table: rows from `start` to before `end`. */
export interface Group {
  /** What stands in the columns of the group, safe to show. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Rows one group after another, each in the order of its dates. */
export interface Grouped extends FilledColumns {
  readonly groups: readonly Group[];
  readonly warnings: readonly string[];
}

/** A group has at least as many rows on average, where nobody says that it is one. */
const fewestRows = 4;
/** Share of rows whose date comes again, beyond which series are stacked. */
const stacked = 0.2;
/** Share of rows that may have the date of another one in their group. */
const doubled = 0.02;

/**
 * The columns that tell series apart which are stacked one on another: those that are named, else one of texts, or all of them
 * together, within whose values each date comes once although it comes again in the table; without dates one whose values
 * stand in blocks. None where the rows are one series.
 */
export function groupColumns(
  { columns, lines }: FilledColumns,
  date: DateColumn | undefined,
  { group }: Partial<Reading>,
  file: string,
): readonly Column[] {
  if (group !== undefined) {
    return group.filter((name) => name !== 'none').map((name) => named(columns, name, file));
  }
  const texts = columns.filter((column) => column.kind === 'text' && column.values && column.missing === 0);
  const rows = lines.length;
  const isFew = (count: number) => count > 1 && count * fewestRows <= rows;
  if (date) {
    if (texts.length === 0 || date.missing > 0 || repeated(date) < stacked * rows) return [];
    return (
      [...texts.map((text) => [text]), texts].find((those) => {
        const { codes, names } = codesOf(those, rows);
        return isFew(names.length) && doubledDates(codes, date) <= doubled * rows;
      }) ?? []
    );
  }
  const [only, other] = texts;
  if (!only || other) return [];
  const { codes, names } = codesOf([only], rows);
  const changes = codes.reduce((sum, code, row) => sum + Number(row > 0 && code !== codes[row - 1]), 0);
  return isFew(names.length) && changes === names.length - 1 ? [only] : [];
}

function named(columns: readonly Column[], name: string, file: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column && (column.kind !== 'text' || column.values)) return column;
  throw new UserError({
    what: `Column "${excerpt(name)}" has a different text in nearly every row, and tells no series apart`,
    where: file,
    wayOut: 'Name a column whose values come again (--group), or none (--group none).',
  });
}

/** Puts rows in the order of their groups, as these come in the file, and within each in that of their dates. */
export function orderByGroup(
  { columns, lines }: FilledColumns,
  by: readonly Column[],
  date: DateColumn | undefined,
): Grouped {
  const { codes, names } = codesOf(by, lines.length);
  const order = sorted(codes, date?.missing === 0 ? date : undefined);
  const place = (row: number) => order[row] ?? 0;
  const groups = spans(order, codes, names);
  const ordered = columns.map((column) => rearranged(column, place));
  const orderedLines = arranged(lines, place);
  const orderedDate = date && ordered[columns.indexOf(date)];
  return {
    columns: ordered,
    lines: orderedLines,
    groups,
    warnings:
      orderedDate?.kind === 'date'
        ? oddSteps(orderedDate, orderedLines, new Set(groups.map(({ start }) => start)))
        : [],
  };
}

function spans(order: Int32Array, codes: Int32Array, names: readonly string[]): Group[] {
  const groups: Group[] = [];
  let start = 0;
  for (let row = 1; row <= order.length; row++) {
    const code = codes[order[start] ?? 0] ?? 0;
    if (row < order.length && codes[order[row] ?? 0] === code) continue;
    groups.push({ name: names[code] ?? '', start, end: row });
    start = row;
  }
  return groups;
}

/** A number for what stands in some columns of each row, counted as they first come. */
function codesOf(columns: readonly Column[], rows: number): { codes: Int32Array; names: readonly string[] } {
  const known = new Map<string, number>();
  const codes = Int32Array.from({ length: rows }, (_, row) => {
    const name = columns.map((column) => cellText(column, row)).join(' / ');
    const code = known.get(name) ?? known.size;
    known.set(name, code);
    return code;
  });
  return { codes, names: [...known.keys()] };
}

function cellText(column: Column, row: number): string {
  if (column.kind === 'text') return visible(column.values?.at(row) ?? '') || 'missing';
  if (column.kind === 'date') return column.labels.at(row);
  const value = column.values.at(row);
  return Number.isNaN(value) ? 'missing' : String(value);
}

function sorted(codes: Int32Array, date: DateColumn | undefined): Int32Array {
  const dates = date && Float64Array.from(date.values);
  const order = Int32Array.from(codes, (_, row) => row);
  return order.sort(
    (a, b) => (codes[a] ?? 0) - (codes[b] ?? 0) || (dates ? (dates[a] ?? 0) - (dates[b] ?? 0) : 0) || a - b,
  );
}

/** Rows whose date another row before them has. */
function repeated({ values }: DateColumn): number {
  const dates = Float64Array.from(values).sort();
  return dates.reduce((sum, date, row) => sum + Number(row > 0 && date === dates[row - 1]), 0);
}

function doubledDates(codes: Int32Array, date: DateColumn): number {
  const order = sorted(codes, date);
  let count = 0;
  for (let at = 1; at < order.length; at++) {
    const [before, row] = [order[at - 1] ?? 0, order[at] ?? 0];
    if (codes[before] === codes[row] && date.values.at(before) === date.values.at(row)) count += 1;
  }
  return count;
}
