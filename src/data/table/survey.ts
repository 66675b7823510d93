import { UserError } from '../../base/user-error';
import type { DatasetFile } from '../source';
import type { DecodingTally } from '../text/decode';
import type { Dialect } from './dialect';
import { type ColumnEvidence, newEvidence, observe } from './evidence';
import type { ReadRecords } from './records';

/** What a first pass over the whole file finds; the second fills columns of known kind and length. */
export interface Survey {
  readonly header: readonly string[] | undefined;
  readonly rows: number;
  readonly columns: readonly ColumnEvidence[];
  readonly tally: DecodingTally;
  /** Line of the first record after a blank line; undefined when there is no blank line inside the table. */
  readonly afterBlank: number | undefined;
}

/** @throws UserError for text that cannot be decoded, broken quotes, ragged rows, and a table without rows */
export async function surveyTable(file: DatasetFile, dialect: Dialect, records: ReadRecords): Promise<Survey> {
  const tally = { replaced: 0, carriageReturns: false };
  let header: readonly string[] | undefined;
  let columns: ColumnEvidence[] | undefined;
  let rows = 0;
  let afterBlank: number | undefined;
  for await (const { cells, lines, afterBlank: blank } of records(tally)) {
    afterBlank ??= blank;
    for (const [i, record] of cells.entries()) {
      const line = lines[i] ?? 0;
      columns ??= record.map(newEvidence);
      if (record.length !== columns.length) throw ragged(file.name, line, record.length, columns.length, dialect);
      if (dialect.header && header === undefined) {
        header = [...record];
        continue;
      }
      rows += 1;
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c];
        if (column) observe(column, record[c] ?? '', line);
      }
    }
  }
  if (rows === 0) throw noRows(file.name, header !== undefined);
  return { header, rows, columns: columns ?? [], tally, afterBlank };
}

function ragged(
  name: string,
  line: number,
  found: number,
  expected: number,
  { header, delimiter }: Dialect,
): UserError {
  const count = found === 1 ? '1 column' : `${found} columns`;
  const separator = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
  return new UserError({
    what: `This row has ${count} where the ${header ? 'header' : 'first row'} has ${expected}`,
    where: `${name}, line ${line}`,
    wayOut: `Correct the row (columns are separated by ${separator}; a cell that holds one needs quotes), or choose another delimiter (--delimiter).`,
  });
}

function noRows(name: string, header: boolean): UserError {
  return new UserError({
    what: header ? 'The table has a header and no rows' : 'The table has no rows',
    where: name,
    wayOut: header ? 'Add rows; if the first line is data, say so (--header no).' : 'Choose a file with a table.',
  });
}
