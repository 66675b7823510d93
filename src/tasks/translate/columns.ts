import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import { pairedColumns, type Rows, type TableDataset, type TextColumn } from '../../data';

/** A column whose cells are all read as they stand. */
export type CellColumn = TextColumn & { readonly values: Rows<string> };

/** What is read, and what is to be written. */
export interface PairColumns {
  readonly source: CellColumn;
  readonly target: CellColumn;
}

/**
 * Which columns a translation goes from and to, as far as the reading does not say.
 *
 * @throws UserError where there are not two
 */
export function pairColumns(table: TableDataset, reading: Partial<Reading>, file: string): PairColumns {
  const all = table.columns.filter(
    (column): column is CellColumn => column.kind === 'text' && column.values !== undefined,
  );
  const named = (name: string | undefined) => all.find((column) => column.name === name);
  const target = named(reading.target);
  const source = reading.columns?.map(named).find((column) => column && column !== target);
  if (source && target) return { source, target };
  const others = all.filter((column) => column !== target && column !== source && !isIndex(column));
  const look = pairedColumns(
    [...(target ? [target] : []), ...(source ? [source] : []), ...others].map((column) => ({
      ...column,
      cells: Array.from({ length: Math.min(lookedAt, table.rows) }, (_, row) => column.values.at(row)),
    })),
  );
  // What is not named is one of what is left: by the look of it, or else from left to right.
  const liked = [look?.source, look?.target]
    .map((column) => named(column?.name))
    .filter((column) => column !== undefined);
  const [first, second] = [...liked.toSorted((a, b) => all.indexOf(a) - all.indexOf(b)), ...others].filter(
    (column) => column !== target && column !== source,
  );
  if (target && first) return { source: first, target };
  if (source && first) return { source, target: first };
  if (first && second) return { source: first, target: second };
  throw new UserError({
    what: 'A translation needs a column to read and another one to write',
    where: file,
    wayOut: `Name them (--columns SOURCE --target TARGET); there ${all.length === 1 ? 'is' : 'are'} ${all
      .slice(0, 8)
      .map(({ name }) => `"${excerpt(name, 24)}"`)
      .join(', ')}.`,
  });
}

/** Rows that are looked at for a guess. */
const lookedAt = 1000;

/** Numbers that count the rows. */
function isIndex({ values }: CellColumn): boolean {
  const first = Number(values.at(0));
  const count = Math.min(lookedAt, values.length);
  if (!Number.isInteger(first) || values.at(0) === '') return false;
  for (let row = 1; row < count; row++) if (Number(values.at(row)) !== first + row) return false;
  return true;
}
