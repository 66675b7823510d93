/** How much of a file's cells is kept, so that memory is bounded however large the file is. */
export interface Budget {
  /** In all cells together. */
  readonly characters: number;
  /** Told when there is more than that, with how many rows there was room for. */
  onCut(rows: number): void;
}

/** One may be the names of columns. */
const fewestRows = 2;

/** Rows in parts, with the line of each. */
interface Part {
  readonly lines: readonly number[];
}

/**
 * The first rows, as many as there is room for, and the names of columns with one row at least; the same ones each time.
 *
 * @param sizeOf characters of one row of a part
 * @param firstRows so many rows of a part
 */
export async function* within<T extends Part>(
  parts: AsyncIterable<T>,
  { characters, onCut }: Budget,
  sizeOf: (part: T, row: number) => number,
  firstRows: (part: T, count: number) => T,
): AsyncGenerator<T> {
  let [left, rows] = [characters, 0];
  for await (const part of parts) {
    let count = 0;
    while (count < part.lines.length && (left > 0 || rows + count < fewestRows)) {
      left -= sizeOf(part, count);
      count += 1;
    }
    rows += count;
    if (count < part.lines.length) {
      onCut(rows);
      yield firstRows(part, count);
      return;
    }
    yield part;
  }
}

/** Characters of some cells. */
export function lengthOf(cells: Iterable<string>): number {
  let sum = 0;
  for (const cell of cells) sum += cell.length;
  return sum;
}
