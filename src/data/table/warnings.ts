import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { Column, NumberColumn } from './columns';
import type { Dialect } from './dialect';
import type { TableMarks } from './kinds';
import { list } from './names';
import type { Below } from './outside';
import type { Rows } from './rows';
import type { Survey } from './survey';

export function tableWarnings(
  { skip, counted, units }: Dialect,
  { afterBlank, columns }: Survey,
  below: readonly Below[],
  { decimal, delimiter }: TableMarks,
  reading: Partial<Reading>,
): string[] {
  const warnings: string[] = [];
  if (counted) warnings.push('The first line counts the rows and columns, and is left out.');
  else if (skip > 0)
    warnings.push(
      `The first ${skip === 1 ? 'line is left out: it stands' : `${skip} lines are left out: they stand`} above the table.`,
    );
  const unit = units?.find((cell) => cell.trim() !== '');
  if (unit !== undefined)
    warnings.push(`The line below the names is left out: it says units, such as "${excerpt(unit)}".`);
  const total = below.find(({ isTotal }) => isTotal);
  const remark = below.find(({ isTotal }) => !isTotal);
  if (total) warnings.push(`A total below the rows is left out (line ${total.line}).`);
  if (remark) warnings.push(`A remark below the rows is left out (line ${remark.line}).`);
  if (afterBlank !== undefined) warnings.push(`Blank lines inside the table are left out (before line ${afterBlank}).`);
  const other = decimal === '.' ? ',' : '.';
  const asked = reading.decimal === '.' || reading.decimal === ',';
  const sure = columns.some(({ numbers }) => numbers[decimal] !== numbers[other]);
  // A point among cells that all have three digits behind it is a decimal mark; a comma may well be either.
  const cell = columns.find(({ ambiguous }) => ambiguous[','])?.ambiguous[','];
  if (cell && !asked && !sure) {
    const meaning = decimal === ',' ? 'with a decimal comma' : 'with a comma for thousands';
    const reason = decimal === ',' ? `, as "${delimiter === '\t' ? 'tab' : delimiter}" separates columns` : '';
    warnings.push(`Numbers such as ${cell.content.trim()} (line ${cell.line}) are read ${meaning}${reason}.`);
  }
  return warnings;
}

export function columnWarnings(columns: readonly Column[], lines: Rows<number>): string[] {
  const numeric = columns.filter((column) => column.kind === 'number');
  const counting = numeric.filter(isCounting).map(({ name }) => name);
  const lacking = columns.filter(({ kind, missing }) => kind !== 'text' && missing > 0);
  const shown = lacking.slice(0, 3).map((column) => missingIn(column, lines));
  const more = lacking.length > shown.length ? `, and more in ${lacking.length - shown.length} other columns` : '';
  return [
    ...(counting.length > 0
      ? [`${list(counting)} only counts the rows; it is not learned from unless asked for.`]
      : []),
    ...(shown.length > 0 ? [`Missing or not finite: ${shown.join(', ')}${more}.`] : []),
  ];
}

function missingIn(column: Column, lines: Rows<number>): string {
  const first = column.kind === 'text' ? undefined : firstMissing(column.values);
  return `${column.missing} in "${excerpt(column.name)}" (first in line ${first === undefined ? '?' : lines.at(first)})`;
}

function firstMissing(values: Rows<number>): number | undefined {
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values.at(row))) return row;
  return undefined;
}

/** Whether a column only numbers the rows, up or down by one. */
export function isCounting({ values }: NumberColumn): boolean {
  if (values.length < 3) return false;
  const first = values.at(0);
  const step = values.at(1) - first;
  if (Math.abs(step) !== 1 || !Number.isInteger(first)) return false;
  for (let row = 1; row < values.length; row++) if (values.at(row) - values.at(row - 1) !== step) return false;
  return true;
}
