import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import type { TextDataset } from '../text/read-text';
import type { TextColumn } from './columns';
import { readTable } from './read-table';

const partCharacters = 65_536;

/**
 * The texts of a table's column as one text, a line each: of the one that is named, or else of the one with most text.
 *
 * @throws UserError when there is no text in the column that is named, or in any
 */
export async function textOfColumn(
  file: DatasetFile,
  reading: Partial<Reading>,
): Promise<TextDataset & { readonly column: string; readonly delimiter: string }> {
  const wanted = reading.columns?.[0] ?? reading.target;
  const { objects } = file;
  const isOne = new Set([...(reading.columns ?? []), reading.target ?? wanted]).size === 1;
  const asked = objects && wanted !== undefined && isOne ? { ...file, objects: objects.only(wanted) } : file;
  const table = await readTable(asked, reading, 'cells');
  const sized = table.columns
    .filter(
      (column): column is TextColumn => column.kind === 'text' && (wanted === undefined || column.name === wanted),
    )
    .map((column) => ({ column, characters: charactersOf(column) }))
    .toSorted((a, b) => b.characters - a.characters);
  const [found] = sized;
  if (!found || found.characters === 0) {
    throw new UserError({
      what: found ? `The column "${excerpt(found.column.name)}" has no text` : 'The table has no column of texts',
      where: file.name,
      wayOut: 'Name the column to learn (--columns).',
    });
  }
  const { column, characters } = found;
  return {
    encoding: table.encoding,
    warnings: table.warnings,
    characters,
    column: column.name,
    delimiter: table.delimiter,
    async *chunks() {
      let part = '';
      for (const text of column.values ?? []) {
        if (text === '') continue;
        part += `${text}\n`;
        if (part.length >= partCharacters) {
          yield part;
          part = '';
        }
      }
      if (part !== '') yield part;
    },
  };
}

/** With the end of each line; none of what is empty. */
function charactersOf({ values }: TextColumn): number {
  let sum = 0;
  for (const text of values ?? []) if (text !== '') sum += Array.from(text).length + 1;
  return sum;
}
