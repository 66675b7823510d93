import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { Column, NumberColumn } from './columns';
import type { Dialect } from './dialect';
import type { TableMarks } from './kinds';
import { list } from './names';
import type { Survey } from './survey';

export function tableWarnings(
  { skip }: Dialect,
  { afterBlank, columns }: Survey,
  { decimal, delimiter }: TableMarks,
  reading: Partial<Reading>,
): string[] {
  const warnings: string[] = [];
  if (skip > 0) warnings.push(`The first ${skip === 1 ? 'line is' : `${skip} lines are`} left out as a comment.`);
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

export function columnWarnings(columns: readonly Column[], lines: Int32Array): string[] {
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

function missingIn(column: Column, lines: Int32Array): string {
  const first = column.kind === 'text' ? -1 : column.values.findIndex((value) => Number.isNaN(value));
  return `${column.missing} in "${excerpt(column.name)}" (first in line ${lines[first] ?? '?'})`;
}

/** Whether a column only numbers the rows, up or down by one. */
export function isCounting({ values }: NumberColumn): boolean {
  const step = (values[1] ?? 0) - (values[0] ?? 0);
  if (values.length < 3 || Math.abs(step) !== 1 || !Number.isInteger(values[0])) return false;
  return values.every((value, i) => i === 0 || value - (values[i - 1] ?? 0) === step);
}
