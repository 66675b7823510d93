import { UserError } from '../../base/user-error';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { type Dialect, findDialect, usualWidth } from './dialect';
import { newEvidence, observe } from './evidence';
import { decideKind } from './kinds';
import type { Decimal } from './numbers';

export interface TableLook {
  readonly table: boolean;
  /** A clause: "it has 3 columns separated by semicolons, 2 of them numeric". */
  readonly why: string;
  readonly numericColumns: number;
  readonly columns: number;
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
    return { table: false, why: error.what, numericColumns: 0, columns: 0, rowsSeen: 0 };
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
  const numericFor = (decimal: Decimal) => kindsFor(decimal).filter((kind) => kind === 'number').length;
  const numericColumns = Math.max(numericFor('.'), numericFor(','));
  const seen = { numericColumns, columns: width, rowsSeen: rows.length };
  const columns = `${width} columns separated by ${separators[delimiter] ?? delimiter}`;
  if (rows.length < 2) return { table: false, why: 'it has fewer than two rows', ...seen };
  if (share < 0.9) return { table: false, why: 'its lines differ in their number of columns', ...seen };
  if (numericColumns === 0) {
    const why = width === 1 ? 'its lines are no rows of numbers' : `it has ${columns}, none of them numeric`;
    return { table: false, why, ...seen };
  }
  const numeric = numericColumns === width ? 'all numeric' : `${numericColumns} of them numeric`;
  return { table: true, why: width === 1 ? 'its lines are numbers' : `it has ${columns}, ${numeric}`, ...seen };
}
