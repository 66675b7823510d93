import { UserError } from '../../base/user-error';
import type { TableDataset } from '../../data';

/** Numeric columns of a table as a matrix, gaps filled, scaled by the training part. */
export interface Series {
  readonly columns: readonly string[];
  /** Place of the target among the columns. */
  readonly target: number;
  readonly rows: number;
  /** Rows from here on are the validation part. */
  readonly boundary: number;
  /** In the file's own units, [rows, columns]. */
  readonly values: Float64Array;
  /** Of the training part, a column each: scaled = (value - mean) / deviation. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** [rows, columns] */
  readonly scaled: Float32Array;
  /** One label a row, where there is a date column. */
  readonly labels: readonly string[] | undefined;
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
    const values = filled(table, column).subarray(0, boundary);
    const constant = values.every((value) => value === values[0]);
    if (constant && column === chosen.target) {
      throw new UserError({
        what: `The column "${column}" is ${values[0]} in every row of the training part`,
        where: name,
        wayOut: 'A constant cannot be learnt from: choose another column (--target COLUMN).',
      });
    }
    if (constant) warnings.push(`The column "${column}" is constant in the training part and left out`);
    return !constant;
  });

  const width = names.length;
  const values = new Float64Array(rows * width);
  const scaled = new Float32Array(rows * width);
  const means: number[] = [];
  const deviations: number[] = [];
  names.forEach((column, place) => {
    const own = filled(table, column);
    const missing = table.columns.find((candidate) => candidate.name === column)?.missing ?? 0;
    if (missing > 0)
      warnings.push(`${missing} missing ${missing === 1 ? 'value' : 'values'} of "${column}" took the value before`);
    const training = own.subarray(0, boundary);
    const mean = training.reduce((sum, value) => sum + value / boundary, 0);
    const deviation = Math.sqrt(training.reduce((sum, value) => sum + (value - mean) ** 2 / boundary, 0));
    means.push(mean);
    deviations.push(deviation);
    own.forEach((value, row) => {
      values[row * width + place] = value;
      scaled[row * width + place] = (value - mean) / deviation;
    });
  });
  const date = table.columns.find((column) => column.name === chosen.date);
  const labels = date?.kind === 'date' ? date.labels : undefined;
  return { columns: names, target: 0, rows, boundary, values, means, deviations, scaled, labels, warnings };
}

/** Values of a column with gaps filled from before, and those at the beginning from the first value. */
function filled(table: TableDataset, name: string): Float64Array {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.kind !== 'number') throw new Error(`The column ${name} is not numeric`);
  let last = column.values.find((value) => !Number.isNaN(value)) ?? 0;
  return column.values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
