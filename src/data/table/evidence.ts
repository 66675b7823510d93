import { isWrittenDate } from './cell-value';
import { type DateFormat, dateFormats } from './date-formats';
import { type Decimal, isMissing, isNumber } from './numbers';

/** A cell as it stands in the file. */
export interface Cell {
  /** From 1. */
  readonly line: number;
  readonly content: string;
}

/** What speaks for and against a column's cells being dates of one format. */
export interface DateEvidence {
  readonly format: DateFormat;
  misses: number;
  firstMiss: Cell | undefined;
  firstMatch: string | undefined;
  previous: number;
  /** Steps to a later, an earlier and the same date. */
  later: number;
  earlier: number;
  same: number;
  /** Sum and sum of squares of the steps in milliseconds, to know how regular they are. */
  sum: number;
  squares: number;
}

/** What was seen of a column, over all its cells, before deciding what it holds. */
export interface ColumnEvidence {
  /** Cells with a value. */
  filled: number;
  readonly numbers: Record<Decimal, number>;
  readonly firstBad: Record<Decimal, Cell | undefined>;
  /** A cell such as 1,234 or 1.234 that means two numbers, by its mark. */
  readonly ambiguous: Record<Decimal, Cell | undefined>;
  /** Formats that are still possible. */
  dates: DateEvidence[];
  /** Of cells that are dates in writing, while any format was possible, how many there are, and the first in another one. */
  readonly written: { cells: number; of: number; first: string | undefined; other: Cell | undefined };
}

export function newEvidence(): ColumnEvidence {
  return {
    filled: 0,
    numbers: { '.': 0, ',': 0 },
    firstBad: { '.': undefined, ',': undefined },
    ambiguous: { '.': undefined, ',': undefined },
    dates: dateFormats.map((format) => ({
      format,
      misses: 0,
      firstMiss: undefined,
      firstMatch: undefined,
      previous: Number.NaN,
      later: 0,
      earlier: 0,
      same: 0,
      sum: 0,
      squares: 0,
    })),
    written: { cells: 0, of: 0, first: undefined, other: undefined },
  };
}

/** A column is a kind when fewer of its cells than this share are something else; those are then errors of the file. */
export const rareShare = 0.05;

/** Two signs apart: "1,234" is 1234 or 1.234. */
const ambiguousNumber = /^[+-]?\d{1,3}([.,])\d{3}$/;

/** Takes note of one more cell of a column. */
export function observe(column: ColumnEvidence, content: string, line: number): void {
  const cell = content.trim();
  if (isMissing(cell)) return;
  column.filled += 1;
  const point = observeNumber(column, '.', cell, line);
  const comma = observeNumber(column, ',', cell, line);
  if (point && comma && cell.length > 4) {
    const mark = ambiguousNumber.exec(cell)?.[1];
    if (mark === '.' || mark === ',') column.ambiguous[mark] ??= { line, content };
  }
  if (column.dates.length > 0) observeDates(column, cell, line, point || comma);
}

function observeNumber(column: ColumnEvidence, decimal: Decimal, cell: string, line: number): boolean {
  const is = isNumber(cell, decimal);
  if (is) column.numbers[decimal] += 1;
  else column.firstBad[decimal] ??= { line, content: cell };
  return is;
}

/** Whether a cell is a date in writing, in a form that a cell before it had, or in none of these. */
type Form = 'none' | 'new' | 'known';

function observeDates(column: ColumnEvidence, cell: string, line: number, numeric: boolean): void {
  let hopeless = false;
  let form: Form = 'none';
  for (const evidence of column.dates) {
    const value = evidence.format.numeric === numeric ? evidence.format.parse(cell) : Number.NaN;
    if (Number.isNaN(value)) {
      evidence.misses += 1;
      evidence.firstMiss ??= { line, content: cell };
      hopeless ||= evidence.misses > 20 && evidence.misses > rareShare * column.filled;
    } else {
      if (!evidence.format.numeric && form !== 'known') form = evidence.firstMatch === undefined ? 'new' : 'known';
      evidence.firstMatch ??= cell;
      observeStep(evidence, value);
    }
  }
  observeWriting(column, cell, line, form);
  if (hopeless) {
    column.dates = column.dates.filter(({ misses }) => misses <= 20 || misses <= rareShare * column.filled);
  }
}

/** Dates may change their form within a file, as where two files were put together. */
function observeWriting({ written }: ColumnEvidence, cell: string, line: number, form: Form): void {
  const isUsual = written.first !== undefined && written.cells >= (1 - rareShare) * written.of;
  written.of += 1;
  // Of a column of dates also in a form that was given up long before.
  const isOther = form === 'none' && isUsual && isWrittenDate(cell);
  if (form === 'none' && !isOther) return;
  written.cells += 1;
  if (written.first === undefined) written.first = cell;
  else if (form === 'new' || isOther) written.other ??= { line, content: cell };
}

function observeStep(evidence: DateEvidence, value: number): void {
  const step = value - evidence.previous;
  evidence.previous = value;
  if (step > 0) evidence.later += 1;
  else if (step < 0) evidence.earlier += 1;
  else if (step === 0) evidence.same += 1;
  else return;
  evidence.sum += Math.abs(step);
  evidence.squares += step * step;
}

/** Coefficient of variation of the steps: 0 when all are of one length; `NaN` without steps. */
export function irregularity({ later, earlier, same, sum, squares }: DateEvidence): number {
  const mean = sum / (later + earlier + same);
  return Math.sqrt(Math.max(0, squares / (later + earlier + same) - mean * mean)) / mean;
}
