import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import type { Encoding } from '../text/encoding';
import { decodingWarnings } from '../text/read-text';
import { columnIsUsed, dateColumn, requireColumns } from './choose';
import type { Column } from './columns';
import { type Dialect, findDialect } from './dialect';
import type { Cell } from './evidence';
import { fillColumns, type TableUse } from './fill';
import { type Group, groupColumns, orderByGroup } from './groups';
import { dateParts, joinedDate, namesOfDate } from './joined-date';
import { jsonLines, parquet } from './json-lines';
import { decideKind, type Kind, type TableMarks } from './kinds';
import { columnNames, numberedNames } from './names';
import type { Decimal } from './numbers';
import { orderByDate } from './order';
import type { Below } from './outside';
import { recordsOf } from './records';
import type { Rows } from './rows';
import { type Survey, surveyTable } from './survey';
import { namesOf, timeColumns, unrolled } from './unrolled';
import { columnWarnings, tableWarnings } from './warnings';

export interface TableDataset {
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly decimal: Decimal;
  readonly header: boolean;
  readonly rows: number;
  /** Where it was read for its numbers, at least one is numeric. Names are unique and safe to show. */
  readonly columns: readonly Column[];
  /** The line of the file in which each row begins, from 1. */
  readonly lines: Rows<number>;
  /** Series that are stacked one on another, by the columns that tell them apart; absent where all rows are one. */
  readonly groups?: { readonly columns: readonly string[]; readonly series: readonly Group[] };
  /** Sentences for a person: what was changed, guessed or found odd. */
  readonly warnings: readonly string[];
}

/**
 * Reads a file as a table, with rows in the order of its dates, those of stacked series one series after another. Two passes in parts: one to know every column, one to
 * fill it. Of a file of some gigabytes the first rows are read, so many that memory is bounded, with a warning. Read for its texts, a column with any cell that is no number is one of texts; read for its cells, each is, in the file's order.
 *
 * @param characters of all cells that are read at most
 * @throws UserError with the line where the file is wrong, or the name in the reading that no column has
 */
export async function readTable(
  file: DatasetFile,
  reading: Partial<Reading>,
  use: TableUse = 'numbers',
  characters = mostCharacters[use],
): Promise<TableDataset> {
  const dialect = findDialect(file, reading);
  const invalid = reading.invalid ?? 'error';
  const cuts: string[] = [];
  let below: readonly Below[] = [];
  const budget = {
    characters,
    onCut: (rows: number) => {
      cuts[0] = cutNote(use, rows - (dialect.header && dialect.delimiter !== jsonLines && !file.objects ? 1 : 0));
    },
  };
  const onBelow = (left: readonly Below[]) => {
    below = left;
  };
  const records = await recordsOf(file, dialect, invalid, budget, use === 'numbers' ? onBelow : undefined);
  const survey = await surveyTable(file, dialect, records);
  const { names, warnings } = survey.header
    ? columnNames(survey.header)
    : { names: numberedNames(survey.columns.length), warnings: [] };
  const parts = use === 'numbers' ? timeColumns(names, reading) : undefined;
  const ofDate = use === 'numbers' ? dateParts(names, reading) : [];
  requireColumns([...names, ...(parts ? namesOf(parts) : []), ...namesOfDate(ofDate)], reading);
  const marks = { delimiter: dialect.delimiter, decimal: decimalOf(survey, dialect, reading) };
  const kinds = survey.columns.map((column, i) => {
    const name = names[i] ?? '';
    const kind = decideKind(column, survey.header && name, name === reading.date, marks);
    const isText = use === 'cells' || (use === 'texts' && kind.kind !== 'text' && kind.rare);
    return isText ? ({ kind: 'text' } as const) : kind;
  });
  checkDate(file.name, names, kinds, survey, marks, reading);
  if (use === 'numbers') checkNumbers(file.name, names, kinds, survey, marks, reading);

  const inFile = await fillColumns(use, records(), names, kinds, survey, marks.decimal);
  const other = (parts && unrolled(inFile, parts)) ?? joinedDate(inFile, ofDate);
  const filled = other ?? inFile;
  const date = dateColumn(filled.columns, reading);
  const by = use === 'numbers' ? groupColumns(filled, date, reading, file.name) : [];
  const grouped = by.length > 0 ? orderByGroup(filled, by, date) : undefined;
  const ordered = grouped ?? (date ? orderByDate(filled, date) : { ...filled, warnings: [] });
  return {
    encoding: dialect.encoding.encoding,
    delimiter: dialect.delimiter,
    decimal: marks.decimal,
    header: dialect.header,
    rows: filled.lines.length,
    columns: ordered.columns,
    lines: ordered.lines,
    ...(grouped && { groups: { columns: by.map(({ name }) => name), series: grouped.groups } }),
    warnings: [
      ...cuts,
      ...(other ? [other.warning] : []),
      ...decodingWarnings(dialect.encoding, survey.tally),
      ...tableWarnings(dialect, survey, below, marks, reading),
      ...warnings,
      ...kinds.flatMap((kind) => (kind.kind !== 'number' && kind.warning ? [kind.warning] : [])),
      ...ordered.warnings,
      ...columnWarnings(ordered.columns, ordered.lines),
    ],
  };
}

/** Numbers take some two bytes each, whatever they take in the file; texts are kept as they are. */
const mostCharacters: Readonly<Record<TableUse, number>> = { numbers: 1e9, texts: 1e8, cells: 1e8 };

const cutNote = (use: TableUse, rows: number) =>
  `The file is larger than what is kept in memory: its first ${rows.toLocaleString('en')} rows are read. ${
    use === 'numbers'
      ? 'Train on a part of it to choose others.'
      : 'Those behind them may be of other kinds, as where it is sorted: mix its rows first, or train on a part of it.'
  }`;

/** The mark under which more cells are numbers; where all fit both, commas are decimal unless they separate columns. */
function decimalOf({ columns }: Survey, { delimiter }: Dialect, { decimal }: Partial<Reading>): Decimal {
  if (decimal === '.' || decimal === ',') return decimal;
  if (delimiter === jsonLines || delimiter === parquet) return '.';
  const [points, commas] = (['.', ','] as const).map((mark) =>
    columns.reduce((sum, { numbers }) => sum + numbers[mark], 0),
  );
  if (points !== commas) return (points ?? 0) > (commas ?? 0) ? '.' : ',';
  return delimiter !== ',' && columns.some(({ ambiguous }) => ambiguous[',']) ? ',' : '.';
}

function checkDate(
  file: string,
  names: readonly string[],
  kinds: readonly Kind[],
  { columns }: Survey,
  { decimal }: TableMarks,
  reading: Partial<Reading>,
): void {
  const at = reading.date === undefined ? -1 : names.indexOf(reading.date);
  const [date, column] = [kinds[at], columns[at]];
  if (!date || date.kind === 'date') return;
  const miss = column?.dates.find(({ firstMiss }) => firstMiss)?.firstMiss;
  throw wrongKind(file, reading.date ?? '', 'dates', miss ?? column?.firstBad[decimal]);
}

function checkNumbers(
  file: string,
  names: readonly string[],
  kinds: readonly Kind[],
  { columns, rows }: Survey,
  { decimal }: TableMarks,
  reading: Partial<Reading>,
): void {
  for (const [i, kind] of kinds.entries()) {
    const name = names[i] ?? '';
    if (kind.kind === 'text' || !kind.rare || !columnIsUsed(name, kind.kind, reading)) continue;
    throw oddCell(file, name, kind.rare, kind.kind);
  }
  const at = (name: string | undefined) => (name === undefined ? -1 : names.indexOf(name));
  for (const name of [reading.target, ...(reading.columns ?? [])]) {
    const kind = kinds[at(name)];
    if (!kind || kind.kind === 'number') continue;
    throw wrongKind(file, name ?? '', 'numbers', columns[at(name)]?.firstBad[decimal]);
  }
  if (!kinds.some(({ kind }) => kind === 'number')) throw noNumbers(file, names, columns, rows, decimal);
}

function oddCell(file: string, column: string, { line, content }: Cell, kind: 'number' | 'date'): UserError {
  return new UserError({
    what: `"${excerpt(content)}" is not a ${kind}, as the other cells of its column are`,
    where: `${file}, line ${line}, column "${excerpt(column)}"`,
    wayOut: 'Correct the cell or leave it empty, or leave the column out (--columns).',
  });
}

function wrongKind(file: string, column: string, kind: 'numbers' | 'dates', cell: Cell | undefined): UserError {
  const example = cell ? `: "${excerpt(cell.content)}" is none` : '';
  return new UserError({
    what: `Column "${excerpt(column)}" does not hold ${kind}${example}`,
    where: cell ? `${file}, line ${cell.line}` : file,
    wayOut: kind === 'numbers' ? 'Name a numeric column.' : 'Name a column of dates, or none to go by rows.',
  });
}

function noNumbers(
  file: string,
  names: readonly string[],
  columns: Survey['columns'],
  rows: number,
  decimal: Decimal,
): UserError {
  const share = (i: number) => (columns[i]?.numbers[decimal] ?? 0) / Math.max(1, columns[i]?.filled ?? 0);
  const best = names.map((_, i) => i).reduce((a, b) => (share(b) > share(a) ? b : a), 0);
  const bad = columns[best]?.firstBad[decimal];
  const nearest = bad ? `; "${excerpt(names[best] ?? '')}" has "${excerpt(bad.content)}" in line ${bad.line}` : '';
  return new UserError({
    what: `The table has no numeric column (${names.length === 1 ? '1 column' : `${names.length} columns`}, ${rows === 1 ? '1 row' : `${rows} rows`}${nearest})`,
    where: file,
    wayOut:
      'Check the delimiter and the decimal mark (--delimiter, --decimal), or train on the file as text (--task language).',
  });
}
