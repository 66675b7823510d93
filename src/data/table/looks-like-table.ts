import { UserError } from '../../base/user-error';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { type Dialect, findDialect } from './dialect';
import { type ColumnEvidence, type DateEvidence, newEvidence, observe } from './evidence';
import { dateParts } from './joined-date';
import { jsonLines, parquet } from './json-lines';
import { decideKind } from './kinds';
import { type ColumnLook, labelledColumns } from './labelled';
import { numberedColumns } from './numbered';
import type { Decimal } from './numbers';
import { type PairedColumn, type PairLook, pairedColumns } from './paired';
import { usualWidth } from './sample';

export interface TableLook {
  readonly table: boolean;
  /** A clause: "it has 3 columns separated by semicolons, 2 of them numeric". */
  readonly why: string;
  readonly numericColumns: number;
  /** Of the numeric ones those that only count the rows. */
  readonly countingColumns: number;
  readonly columns: number;
  readonly dates: number;
  /** A column of whole sentences, where there is one. */
  readonly sentences: ColumnLook | undefined;
  /** A column of texts of whatever length, mostly different from row to row. */
  readonly texts: ColumnLook | undefined;
  /** The column, beside sentences, whose few values come again and again; one of words before one of numbers. */
  readonly labels: ColumnLook | undefined;
  /** The column beside many that are named as the steps of one sequence, where there is one, and how many these are. */
  readonly beside: { readonly name: string; readonly steps: number } | undefined;
  /** Two columns that say the same in two ways; absent where a series or labels are likelier. */
  readonly pair: PairLook<PairedColumn> | undefined;
  /** At most a few hundred, without the header. */
  readonly rowsSeen: number;
}

const separators: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'spaces',
};

/** A quick look at the first bytes: is this a delimited table with numeric columns? Never throws for a bad file. */
export function looksLikeTable(file: DatasetFile, reading: Partial<Reading>): TableLook {
  try {
    return look(findDialect(file, reading));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const nothing = { numericColumns: 0, countingColumns: 0, columns: 0, dates: 0, rowsSeen: 0 };
    const none = { sentences: undefined, texts: undefined, labels: undefined, pair: undefined, beside: undefined };
    return { table: false, why: error.what, ...nothing, ...none };
  }
}

/** Whether a file holds objects: lines of JSON, or Parquet. */
export function holdsObjects(file: DatasetFile, reading: Partial<Reading>): boolean {
  try {
    return [jsonLines, parquet].includes(findDialect(file, reading).delimiter);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

function look({ sample, header, delimiter }: Dialect): TableLook {
  const rows = sample.slice(header ? 1 : 0);
  const { width, share } = usualWidth(rows);
  const evidence = Array.from({ length: width }, newEvidence);
  for (const [i, row] of rows.entries()) {
    for (const [c, column] of evidence.entries()) observe(column, row[c] ?? '', i + 1);
  }
  const kindsFor = (decimal: Decimal) =>
    evidence.map(
      (column, c) => decideKind(column, header ? sample[0]?.[c] : undefined, false, { delimiter, decimal }).kind,
    );
  const [points, commas] = [kindsFor('.'), kindsFor(',')];
  const numbersIn = (kinds: readonly string[]) => kinds.filter((kind) => kind === 'number').length;
  const kinds = numbersIn(commas) > numbersIn(points) ? commas : points;
  const numericColumns = numbersIn(kinds);
  const seen = {
    numericColumns,
    countingColumns: kinds.filter((kind, c) => kind === 'number' && isIndex(rows.map((row) => row[c] ?? ''))).length,
    columns: width,
    dates:
      kinds.filter((kind) => kind === 'date').length + (header && dateParts(namesIn(sample), {}).length > 1 ? 1 : 0),
    ...(share < 0.9
      ? { sentences: undefined, texts: undefined, labels: undefined, pair: undefined, beside: undefined }
      : {
          ...labelled(rows, kinds, header ? sample[0] : undefined),
          beside: besideSteps(header ? sample[0] : undefined),
          pair: paired(rows, evidence, kinds, header ? sample[0] : undefined),
        }),
    rowsSeen: rows.length,
  };
  const columns =
    delimiter === jsonLines
      ? `lines of JSON with ${width} keys`
      : delimiter === parquet
        ? `${width} columns of Parquet`
        : `${width} columns separated by ${separators[delimiter] ?? delimiter}`;
  if (rows.length < 2) return { table: false, why: 'it has fewer than two rows', ...seen };
  if (share < 0.9) return { table: false, why: 'its lines differ in their number of columns', ...seen };
  if (numericColumns === 0) {
    const why = width === 1 ? 'its lines are no rows of numbers' : `it has ${columns}, none of them numeric`;
    return { table: false, why, ...seen };
  }
  const numeric = numericColumns === width ? 'all numeric' : `${numericColumns} of them numeric`;
  return { table: true, why: width === 1 ? 'its lines are numbers' : `it has ${columns}, ${numeric}`, ...seen };
}

const namesIn = ([names = []]: Dialect['sample']) => names.map((name) => name.trim());

function labelled(
  rows: readonly (readonly string[])[],
  kinds: readonly string[],
  names: readonly string[] | undefined,
): Pick<TableLook, 'sentences' | 'texts' | 'labels'> {
  return labelledColumns(
    kinds.flatMap((kind, c) => {
      if (kind !== 'number' && kind !== 'text') return [];
      return [
        { name: names?.[c]?.trim(), kind, cells: rows.map((row) => row[c]?.trim() ?? '').filter(Boolean) } as const,
      ];
    }),
  );
}

function besideSteps(names: readonly string[] | undefined): TableLook['beside'] {
  const found = numberedColumns((names ?? []).map((name) => ({ name: name.trim() })));
  const [only] = found?.others ?? [];
  return found && only && found.others.length === 1 ? { name: only.name, steps: found.steps.length } : undefined;
}

/** A table with numbers, but for those that count its rows, or with dates that run one way, is about something else. */
function paired(
  rows: readonly (readonly string[])[],
  evidence: readonly ColumnEvidence[],
  kinds: readonly string[],
  names: readonly string[] | undefined,
): PairLook<PairedColumn> | undefined {
  const columns = kinds.map((kind, c) => ({
    kind,
    name: names?.[c]?.trim(),
    cells: rows.map((row) => row[c]?.trim() ?? ''),
    isOrdered: kind === 'date' && (evidence[c]?.dates ?? []).some(runsOneWay),
  }));
  // Prose has a space after its commas.
  if (rows.filter((row) => row.slice(1).every((cell) => cell.startsWith(' '))).length > rows.length / 2)
    return undefined;
  if (columns.some(({ kind, cells, isOrdered }) => isOrdered || (kind === 'number' && !isIndex(cells))))
    return undefined;
  return pairedColumns(columns.filter(({ kind }) => kind !== 'number'));
}

function runsOneWay({ misses, later, earlier }: DateEvidence): boolean {
  return misses === 0 && later + earlier > 0 && Math.min(later, earlier) === 0;
}

/** Whole numbers that count the rows. */
function isIndex(cells: readonly string[]): boolean {
  const first = Number(cells[0]);
  return Number.isInteger(first) && cells.every((cell, row) => Number(cell) === first + row);
}
