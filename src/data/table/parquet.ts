import { open } from 'node:fs/promises';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';

/** Rows of a file that is no text, as objects. */
export interface ObjectRows {
  /** The first of them. */
  readonly sample: readonly Row[];
  /** Names of the columns, where all rows have the same and none holds others. */
  readonly columns: readonly string[] | undefined;
  /** All of them, some at a time; can be called again. */
  parts(): AsyncIterable<readonly Row[]>;
  /** The same rows with one column alone, so that no other one is read; all of them where none has that name. */
  only(column: string): ObjectRows;
}

export type Row = Readonly<Record<string, unknown>>;

const sampleRows = 500;
/** As many are decoded at once; a group of rows that has more is read in parts. */
const rowsTogether = 50_000;

/** Whether a file begins as Parquet does. */
export function isParquet(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, 4)) === 'PAR1';
}

/**
 * Opens a Parquet file (Apache Parquet format 2).
 *
 * @throws UserError when it is cut short, damaged, encrypted or without rows
 */
export async function openParquet(path: string, name: string, bytes: number): Promise<ObjectRows> {
  // Of no use to whoever reads text.
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file: AsyncBuffer = { byteLength: bytes, slice: (start, end = bytes) => partOf(path, start, end) };
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw damaged(name, error);
  });
  const count = Number(metadata.num_rows);
  if (count === 0) {
    throw new UserError({ what: 'The Parquet file has no rows', where: name, wayOut: 'Choose a file with rows.' });
  }
  const rows = (rowStart: number, rowEnd: number, columns?: string[]): Promise<Row[]> =>
    parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd, ...(columns && { columns }) }).catch(
      (error: unknown) => {
        throw damaged(name, error);
      },
    );
  const sample = await rows(0, Math.min(sampleRows, count));
  const flat = flatColumns(metadata);
  const of = (column?: string): ObjectRows => ({
    sample: column === undefined ? sample : sample.map((row) => ({ [column]: row[column] })),
    columns: column === undefined ? flat : [column],
    async *parts() {
      for (let from = 0; from < count; from += rowsTogether)
        yield await rows(from, Math.min(count, from + rowsTogether), column === undefined ? undefined : [column]);
    },
    only: (wanted) => of(isSimple(metadata, wanted) ? wanted : column),
  });
  return of();
}

/** Whether a column holds no others, and is within none. */
function isSimple({ schema: [root, ...others] }: FileMetaData, wanted: string): boolean {
  let at = 0;
  const skip = (): void => {
    const children = others[at++]?.num_children ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  for (let left = root?.num_children ?? 0; left > 0; left--) {
    const column = others[at];
    if (column?.name === wanted) return !column.num_children;
    skip();
  }
  return false;
}

/** Undefined where a column holds others. */
function flatColumns({ schema: [root, ...others] }: FileMetaData): string[] | undefined {
  const isFlat = root?.num_children === others.length && others.every(({ num_children }) => !num_children);
  return isFlat ? others.map(({ name }) => name) : undefined;
}

async function partOf(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const part = new Uint8Array(end - start);
  const handle = await open(path, 'r');
  try {
    await handle.read(part, 0, part.length, start);
  } finally {
    await handle.close();
  }
  return part.buffer;
}

function damaged(name: string, error: unknown): UserError {
  return new UserError({
    what: `The Parquet file is cut short, damaged, or of a kind that cannot be read: ${excerpt(error instanceof Error ? error.message : String(error), 120)}`,
    where: name,
    wayOut: 'Copy it again from where it came from, or write it anew (pandas: df.to_parquet).',
  });
}
