/** Something of each row, in the order of the table. */
export interface Rows<T> extends Iterable<T> {
  readonly length: number;
  /** `row` from 0 to `length - 1`. */
  at(row: number): T;
}

/** Rows that are computed when asked for. */
export function rowsOf<T>(length: number, at: (row: number) => T): Rows<T> {
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let row = 0; row < length; row++) yield at(row);
    },
  };
}
