import { isAnyNumber, isValue, isWrittenDate } from './cell-value';
import { isMissing } from './numbers';
import { type Sample, usualWidth } from './sample';

/**
 * Whether the first record names the columns: each column of values votes, yes when its first cell is a word and no
 * when it is a value like the others. Years can be both. Without a vote, all different words are names.
 */
export function hasHeader(sample: readonly (readonly string[])[]): boolean {
  const [first = [], ...body] = sample;
  const names = first.map((cell) => cell.trim());
  const months = monthNumbers(names);
  const votes = names.map((name, column) => (months.includes(name) ? 0 : headerVote(name, valuesOf(body, column))));
  const sum = votes.reduce<number>((a, b) => a + b, 0);
  if (sum !== 0 || votes.includes(-1)) return sum > 0;
  const words = names.filter((name) => name !== '' && !isValue(name));
  return words.length > 0 && new Set(names).size === names.length;
}

function valuesOf(body: readonly (readonly string[])[], column: number): string[] {
  return body.map((record) => record[column]?.trim() ?? '').filter((cell) => !isMissing(cell));
}

function headerVote(name: string, cells: readonly string[]): -1 | 0 | 1 {
  if (cells.length === 0 || isMissing(name)) return 0;
  const values = cells.filter((cell) => isAnyNumber(cell) || isWrittenDate(cell)).length;
  if (values < 0.8 * cells.length) return 0;
  // A date above numbers is the name of a column that holds what was then.
  if (isWrittenDate(name)) return cells.some(isWrittenDate) ? -1 : 0;
  if (!isAnyNumber(name)) return 1;
  return isYear(name) && !cells.every(isYear) ? 0 : -1;
}

const isYear = (cell: string) => /^(1[5-9]|2[0-2])\d\d$/.test(cell);

/** The numbers from 1 to 12 where they are the names of months: in order, in one record, and alone but for words. */
function monthNumbers(names: readonly string[]): readonly string[] {
  const numbers = names.filter((name) => /^\d{1,2}$/.test(name));
  const isAll = numbers.length === 12 && numbers.every((name, at) => Number(name) === at + 1);
  return isAll && names.some((name) => name !== '' && !isValue(name)) ? numbers : [];
}

/** The names above a table whose rows have a cell more or less than they. */
export function namesAbove([first, ...rows]: Sample): readonly string[] | undefined {
  const { width, share } = usualWidth(rows);
  return rows.length > 2 && share > 0.9 ? namesOf(first, width) : undefined;
}

/**
 * Names of so many columns, from a record that has one less, as R writes it, which leaves out the one of the rows' own names;
 * or one more, which is empty, as where the names alone end with a delimiter.
 */
export function namesOf(record: readonly string[] = [], width: number): readonly string[] | undefined {
  const words = record.filter((cell) => cell.trim() !== '' && !isValue(cell));
  if (record.length === width + 1 && words.length === width && record.at(-1)?.trim() === '') return record.slice(0, -1);
  const isOneLess = width > 1 && record.length === width - 1 && words.length === record.length;
  // A single one may be a title.
  return isOneLess && new Set(words).size === words.length && (width > 2 || /^[\w.]+$/.test(words[0] ?? ''))
    ? ['', ...record]
    : undefined;
}

const longestUnit = 24;

/**
 * What stands in the first row, where it says in what its columns are measured: words, in all columns whose other cells are
 * numbers or dates, as far as it says anything.
 */
export function unitsOf([, first = [], ...body]: Sample): readonly string[] | undefined {
  if (body.length < 3) return undefined;
  const values = first.filter((_, column) => {
    const cells = valuesOf(body, column);
    return cells.length > 0 && cells.filter(isValue).length >= 0.8 * cells.length;
  });
  const said = values.map((cell) => cell.trim()).filter((cell) => cell !== '');
  return said.length > 0 && said.every((cell) => !isValue(cell) && cell.length <= longestUnit) ? first : undefined;
}
