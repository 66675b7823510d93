import { excerpt } from '../../base/visible';
import { withoutAccents } from './calendar-names';
import type { DateFormat } from './date-formats';
import { type Cell, type ColumnEvidence, type DateEvidence, irregularity, rareShare } from './evidence';
import type { Decimal } from './numbers';

/** What a column holds. `rare` is the first of few cells that do not fit; the file is then wrong there. */
export type Kind =
  | { readonly kind: 'number'; readonly rare: Cell | undefined }
  | {
      readonly kind: 'date';
      readonly format: DateFormat;
      readonly rare: Cell | undefined;
      readonly warning: string | undefined;
    }
  | { readonly kind: 'text'; readonly warning?: string };

export interface TableMarks {
  readonly delimiter: string;
  readonly decimal: Decimal;
}

/**
 * @param name of the column, where the file names it
 * @param named whether a person says that this is the date column
 */
export function decideKind(column: ColumnEvidence, name: string | undefined, named: boolean, marks: TableMarks): Kind {
  if (column.filled === 0) return { kind: 'text' };
  const date = bestDate(column, marks);
  const numbers = column.numbers[marks.decimal];
  const bad = column.filled - numbers;
  if (date?.misses === 0 && believable(date, name, named)) return dateKind(date);
  if (numbers > 0 && bad < rareShare * column.filled) {
    return { kind: 'number', rare: column.firstBad[marks.decimal] };
  }
  if (date && !date.format.numeric && date.misses < rareShare * column.filled) return dateKind(date);
  return { kind: 'text', ...twoForms(column, name) };
}

/** Why a column of dates is none. */
function twoForms({ written }: ColumnEvidence, name: string | undefined): { readonly warning?: string } {
  const { cells, of, first = '', other } = written;
  if (!other || cells < (1 - rareShare) * of) return {};
  const column = name === undefined ? 'A column' : `"${excerpt(name)}"`;
  return {
    warning: `${column} has dates in more than one form, such as ${excerpt(first)} and ${excerpt(other.content)} (line ${other.line}), and is read as text; rows stay in the order of the file. Write all dates alike.`,
  };
}

interface FoundDate extends DateEvidence {
  /** Whether day and month may as well be the other way round. */
  readonly ambiguous: boolean;
}

function bestDate({ dates, filled }: ColumnEvidence, marks: TableMarks): FoundDate | undefined {
  const possible = dates.filter(({ misses }) => misses < filled);
  const fewest = Math.min(...possible.map(({ misses }) => misses));
  const [first, second] = possible
    .filter(({ misses }) => misses === fewest)
    .toSorted((a, b) => disorder(a) - disorder(b) || dayFirstRank(a, marks) - dayFirstRank(b, marks));
  if (!first) return undefined;
  const ambiguous = second !== undefined && !first.format.numeric && disorder(first) === disorder(second);
  return { ...first, ambiguous };
}

/** Dates of a series mostly run one way and in even steps; read the wrong way round they jump. */
function disorder(date: DateEvidence): number {
  const turns = Math.min(date.later, date.earlier) / Math.max(1, date.later + date.earlier);
  return Math.round(5 * (turns + Math.min(9, irregularity(date) || 0)));
}

/** Where the order of dates tells nothing: slashes mean the month first, but not beside a decimal comma. */
function dayFirstRank(date: DateEvidence, { decimal, delimiter }: TableMarks): number {
  const dayFirst = decimal === ',' || delimiter === ';' || !date.firstMatch?.includes('/');
  return (date.format.name === 'day-month-year') === dayFirst ? 0 : 1;
}

function dateKind(date: FoundDate): Kind {
  const warning = date.ambiguous
    ? `Dates such as ${excerpt(date.firstMatch ?? '')} are read as ${date.format.name}; nothing in the file tells which it is.`
    : undefined;
  return { kind: 'date', format: date.format, rare: date.firstMiss, warning };
}

const dateWords =
  /(^|[^\p{L}])(dates?|datum|datetime|times?|timestamps?|years?|yr|months?|days?|weeks?|quarters?|period|epoch|unix|ds|jahr|monat|tag|zeit|annee|mois|jour|fecha|ano|anno|mes|dia|giorno|mese)([^\p{L}]|$)/iu;

/** Numbers are dates when the name says so, or a person does, and they never stand still or turn back. */
function believable(date: DateEvidence, name: string | undefined, named: boolean): boolean {
  if (!date.format.numeric || named) return true;
  const steady = date.same === 0 && (date.later === 0 || date.earlier === 0);
  if (!steady) return false;
  if (name === undefined)
    return date.format.name === 'year' && date.later + date.earlier >= 2 && irregularity(date) < 0.01;
  const words = withoutAccents(name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2'));
  return dateWords.test(words);
}
