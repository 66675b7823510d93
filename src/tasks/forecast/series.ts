import { UserError } from '../../base/user-error';
import { gapsFilled, type Rows, type TableDataset } from '../../data';
import { type ColumnForm, type Feature, featuresOf, featureValue, formOf, innerValue } from './form';

/** Numeric columns of a table, gaps filled; what is read is computed then, for a copy may be large. */
export interface Series {
  readonly columns: readonly string[];
  /** Place of the target among the columns. */
  readonly target: number;
  readonly rows: number;
  /** Rows from here on are the validation part. */
  readonly boundary: number;
  /** In the file's own units. */
  valueAt(row: number, column: number): number;
  /** Of each column, found in the training part. */
  readonly forms: readonly ColumnForm[];
  /** What the network reads of a row. */
  readonly features: readonly Feature[];
  featureAt(row: number, feature: number): number;
  /** The change of a column from the row before, scaled: what the network is to say. */
  changeAt(row: number, column: number): number;
  /** One label a row, where there is a date column. */
  readonly labels: Rows<string> | undefined;
  readonly warnings: readonly string[];
}

/**
 * A missing value takes the last one before it, so that nothing of the future leaks back. Columns that are constant in
 * the training part are left out with a warning.
 *
 * @throws UserError when the target does not vary, or nothing is left for validation
 */
export function seriesOf(
  table: TableDataset,
  chosen: { readonly date: string | undefined; readonly target: string; readonly inputs: readonly string[] },
  { name, validationShare }: { readonly name: string; readonly validationShare: number },
): Series {
  const { rows } = table;
  const boundary = rows - Math.max(1, Math.floor(rows * validationShare));
  if (boundary < 3) {
    throw new UserError({
      what: `The table has ${rows} ${rows === 1 ? 'row' : 'rows'} of data, too few to learn from and to check on`,
      where: name,
      wayOut: 'A forecast needs at least four rows, and a few dozen to be of use.',
    });
  }
  const warnings: string[] = [];
  const names = [...new Set([chosen.target, ...chosen.inputs])].filter((column) => {
    const constant = constantOf(filled(table, column), boundary);
    if (constant !== undefined && column === chosen.target) {
      throw new UserError({
        what: `The column "${column}" is ${constant} in every row of the training part`,
        where: name,
        wayOut: 'A constant cannot be learnt from: choose another column (--target COLUMN).',
      });
    }
    if (constant !== undefined) warnings.push(`The column "${column}" is constant in the training part and left out.`);
    return constant === undefined;
  });

  const columns = names.map((column) => filled(table, column));
  const forms = columns.map((values) => formOf(boundary, (row) => values.at(row)));
  const features = featuresOf(forms);
  for (const column of names) {
    const missing = table.columns.find((candidate) => candidate.name === column)?.missing ?? 0;
    if (missing > 0)
      warnings.push(`${missing} missing ${missing === 1 ? 'value' : 'values'} of "${column}" took the value before.`);
  }
  const date = table.columns.find((column) => column.name === chosen.date);
  const valueAt = (row: number, column: number) => columns[column]?.at(row) ?? Number.NaN;
  const formAt = (column: number) => forms[column] as ColumnForm;
  const innerAt = (row: number, column: number) => innerValue(formAt(column), valueAt(row, column));
  return {
    columns: names,
    target: 0,
    rows,
    boundary,
    valueAt,
    forms,
    features,
    featureAt: (row, place) => {
      const feature = features[place] as Feature;
      const before = row > 0 ? innerAt(row - 1, feature.column) : undefined;
      return featureValue(formAt(feature.column), feature, innerAt(row, feature.column), before);
    },
    changeAt: (row, column) => (innerAt(row, column) - innerAt(row - 1, column)) / formAt(column).change,
    labels: date?.kind === 'date' ? date.labels : undefined,
    warnings,
  };
}

/** What all of the first `count` values are, if they are the same. */
function constantOf(values: Rows<number>, count: number): number | undefined {
  const first = values.at(0);
  for (let row = 1; row < count; row++) if (values.at(row) !== first) return undefined;
  return first;
}

/** Values of a column with gaps filled from before, and those at the beginning from the first value. */
function filled(table: TableDataset, name: string): Rows<number> {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.kind !== 'number') throw new Error(`The column ${name} is not numeric`);
  return column.missing === 0 ? column.values : gapsFilled(column.values);
}
