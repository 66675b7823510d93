import { dateFormats } from './date-formats';
import { isMissing, isNumber } from './numbers';

/** Whether a trimmed cell is a number by either decimal mark. */
export const isAnyNumber = (cell: string) => isNumber(cell, '.') || isNumber(cell, ',');

/** Whether a trimmed cell is a date in writing, which is no number too. */
export const isWrittenDate = (cell: string) =>
  dateFormats.some(({ numeric, parse }) => !numeric && !Number.isNaN(parse(cell)));

/** Whether a cell holds a number, a date, or says that it holds none. */
export function isValue(content: string): boolean {
  const cell = content.trim();
  return isMissing(cell) || isAnyNumber(cell) || isWrittenDate(cell);
}
