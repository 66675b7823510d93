import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { Column, DateColumn, NumberColumn } from './columns';
import { list, unknownColumn } from './names';
import type { TableDataset } from './read-table';
import { isCounting } from './warnings';

export interface ChosenColumns {
  readonly date: string | undefined;
  readonly target: string;
  /** The numeric columns that the network sees, in the file's order; the target is always one of them. */
  readonly inputs: readonly string[];
  /** Why this target: a clause that begins with "it". */
  readonly why: string;
}

/**
 * Which columns a forecast uses, as far as the reading does not say.
 * @throws UserError for a name that no column of the right kind has
 */
export function chooseColumns(table: TableDataset, reading: Partial<Reading>): ChosenColumns {
  requireColumns(
    table.columns.map(({ name }) => name),
    reading,
  );
  const numeric = table.columns.filter((column) => column.kind === 'number');
  for (const [option, names] of [
    ['target', reading.target === undefined ? [] : [reading.target]],
    ['columns', reading.columns ?? []],
  ] as const) {
    const wrong = names.find((name) => !numeric.some((column) => column.name === name));
    if (wrong !== undefined) throw notNumeric(option, wrong, numeric);
  }
  const isGroup = ({ name }: Column) => table.groups?.columns.includes(name) === true;
  const useful = numeric.filter((column) => !isCounting(column) && !isGroup(column));
  const { target, why } = chooseTarget(useful.length > 0 ? useful : numeric, reading);
  const wanted = new Set(reading.columns ?? useful.map(({ name }) => name)).add(target);
  const inputs = numeric.map(({ name }) => name).filter((name) => wanted.has(name));
  return { date: dateColumn(table.columns, reading)?.name, target, inputs, why };
}

const targetNames = /^(y|target|value|wert|valeur|valor|valore|ziel|label)$/i;

function chooseTarget(
  candidates: readonly NumberColumn[],
  { target, columns }: Partial<Reading>,
): { readonly target: string; readonly why: string } {
  if (target !== undefined) return { target, why: 'it was asked for' };
  const asked = candidates.filter(({ name }) => columns?.includes(name));
  const among = asked.length > 0 ? asked : candidates;
  const changing = among.filter((column) => !isConstant(column));
  const named = changing.find(({ name }) => targetNames.test(name));
  if (named && among.length > 1) return { target: named.name, why: 'its name says so' };
  const last = (changing.length > 0 ? changing : among).at(-1);
  if (!last) throw new Error('A table has at least one numeric column');
  if (among.length === 1) return { target: last.name, why: 'it is the only numeric column' };
  const why = last === among.at(-1) ? 'it is the last numeric column' : 'it is the last numeric column that changes';
  return { target: last.name, why };
}

function isConstant({ values }: NumberColumn): boolean {
  let first = Number.NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    if (Number.isNaN(first)) first = value;
    else if (value !== first && !Number.isNaN(value)) return false;
  }
  return true;
}

/** The date column in use: the one that was named, else the first. */
export function dateColumn(columns: readonly Column[], { date }: Partial<Reading>): DateColumn | undefined {
  return columns.filter((column) => column.kind === 'date').find(({ name }) => date === undefined || name === date);
}

/** Whether what stands in a column matters under a reading that may name columns. */
export function columnIsUsed(name: string, kind: 'number' | 'date', reading: Partial<Reading>): boolean {
  if (kind === 'date') return reading.date === undefined || reading.date === name;
  return reading.columns === undefined || reading.columns.includes(name) || reading.target === name;
}

/** @throws UserError when the reading names a column that is not there */
export function requireColumns(names: readonly string[], { date, target, columns, group }: Partial<Reading>): void {
  for (const [option, asked] of [
    ['date', date],
    ['target', target],
    ...(columns ?? []).map((name) => ['columns', name] as const),
    ...(group ?? []).flatMap((name) => (name === 'none' ? [] : [['group', name] as const])),
  ] as const) {
    if (asked !== undefined && !names.includes(asked)) throw unknownColumn(option, asked, names);
  }
}

function notNumeric(option: string, name: string, numeric: readonly NumberColumn[]): UserError {
  return new UserError({
    what: `Column "${excerpt(name)}" does not hold numbers`,
    where: option,
    wayOut: `The numeric columns are ${list(numeric.map((column) => column.name))}.`,
  });
}
