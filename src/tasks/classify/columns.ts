import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import { type Column, labelledColumns, numberedColumns, type TableDataset } from '../../data';

/** What is read, and what is to be told of it. */
export interface ClassifyColumns {
  readonly target: Column;
  /** Whether the target is a number to come near to, or one of a few classes. */
  readonly kind: 'class' | 'score';
  /** One column of texts; or numeric ones, each a step of the sequence. */
  readonly inputs: readonly [Column, ...Column[]];
}

/** More classes than this are hardly classes. */
const mostClasses = 100;

/**
 * Which columns a classification reads, as far as the reading does not say.
 *
 * @throws UserError for a name that no column has, and where nothing is a label or nothing is left to read
 */
export function classifyColumns(table: TableDataset, reading: Partial<Reading>, file: string): ClassifyColumns {
  const named = (name: string | undefined) => table.columns.find((column) => column.name === name);
  const target = named(reading.target) ?? likeliestLabel(table);
  if (!target) {
    throw new UserError({
      what: 'No column looks like labels: each has one value only, or a different one in nearly every row',
      where: file,
      wayOut: `Name the column of the labels (--target); there are ${listed(table.columns)}.`,
    });
  }
  const kind = isScore(target) ? 'score' : 'class';
  const others = table.columns.filter((column) => column !== target);
  const asked = reading.columns?.flatMap((name) => named(name) ?? []).filter((column) => column !== target);
  const texts = (asked ?? others).filter((column) => column.kind === 'text');
  const longest = texts.toSorted((a, b) => characters(b) - characters(a))[0];
  if (longest) return { target, kind, inputs: [longest] };
  const [first, ...rest] = (asked ?? others).filter((column) => column.kind === 'number');
  if (first) return { target, kind, inputs: [first, ...rest] };
  throw new UserError({
    what: `Beside the labels in "${excerpt(target.name)}" there is no column of texts or numbers to read`,
    where: file,
    wayOut: `Name the column to read (--columns); there are ${listed(table.columns)}.`,
  });
}

/** What stands in a row of the target, as a class is called; empty where it is missing. */
export function labelAt(target: Column, row: number): string {
  if (target.kind === 'text') return target.values?.at(row) ?? '';
  if (target.kind === 'date') return target.labels.at(row);
  const value = target.values.at(row);
  return Number.isNaN(value) ? '' : String(value);
}

function likeliestLabel({ columns: all, rows }: TableDataset): Column | undefined {
  const columns = numberedColumns(all)?.others ?? all;
  const cellsOf = function* (column: Column) {
    for (let row = 0; row < rows; row++) {
      const cell = labelAt(column, row);
      if (cell !== '') yield cell;
    }
  };
  const candidates = columns.flatMap((column) =>
    column.kind === 'date' ? [] : [{ name: column.name, kind: column.kind, cells: cellsOf(column), column }],
  );
  // Without classes a score: of the columns of numbers with a fraction the last one.
  return labelledColumns(candidates).labels?.column ?? columns.findLast(isScore);
}

/** Numbers with a fraction, or very many of them, are no names of classes. */
function isScore(column: Column): boolean {
  if (column.kind !== 'number') return false;
  const seen = new Set<number>();
  for (const value of column.values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return true;
    seen.add(value);
    if (seen.size > mostClasses) return true;
  }
  return false;
}

/** Of the first rows. */
function characters(column: Column): number {
  let sum = 0;
  if (column.kind !== 'text') return 0;
  for (let row = 0; row < Math.min(500, column.values?.length ?? 0); row++) sum += column.values?.at(row).length ?? 0;
  return sum;
}

const listed = (columns: readonly Column[]) => columns.map(({ name }) => `"${excerpt(name)}"`).join(', ');
