import type { Reading, TaskName } from '../configuration/run';
import type { DatasetFile, TableDataset } from '../data';
import type { DatasetReport, TableSummary } from '../protocol/dataset';

/** What a report says of a table, whatever is learned from it: the file, the reading with each `auto` resolved, the columns. */
export function tableReport(
  task: TaskName,
  file: DatasetFile,
  table: TableDataset,
  reading: Reading,
  {
    date,
    target,
    inputs,
    series = [],
  }: Pick<TableSummary, 'date' | 'target' | 'inputs'> & {
    /** Names of those that are stacked. */
    readonly series?: readonly string[];
  },
): Pick<DatasetReport, 'task' | 'name' | 'path' | 'fingerprint' | 'reading'> & { readonly table: TableSummary } {
  const { encoding, delimiter, decimal, header, rows, columns } = table;
  return {
    task,
    name: file.name,
    path: file.path,
    fingerprint: file.fingerprint,
    reading: {
      ...reading,
      task,
      encoding,
      delimiter: delimiter as Reading['delimiter'],
      decimal,
      header: header ? 'yes' : 'no',
      ...(date === undefined ? {} : { date }),
      target,
      columns: [...inputs],
      ...(table.groups && { group: [...table.groups.columns] }),
    },
    table: {
      ...{ encoding, delimiter, decimal, header, rows, date, target, inputs },
      columns: columns.map(({ name, kind, missing }) => ({ name, kind, missing })),
      ...(table.groups && {
        series: { columns: table.groups.columns, count: series.length, names: series.slice(0, 100) },
      }),
    },
  };
}

/** What is said of rows that cannot be used; nothing where there are none. */
export function leftOut(what: string, rows: readonly number[], { lines }: Pick<TableDataset, 'lines'>): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const which = rows.length === 1 ? 'One row has' : `${rows.length} rows have`;
  return [`${which} ${what}, and ${rows.length === 1 ? 'is' : 'are'} left out (first in line ${lines.at(first)}).`];
}
