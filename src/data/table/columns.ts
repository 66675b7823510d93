/** Rows by the order of the table; `NaN` where a cell has no finite number. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  readonly values: Float64Array;
  /** Cells without a value. */
  readonly missing: number;
}

export interface DateColumn {
  readonly name: string;
  readonly kind: 'date';
  /** Milliseconds since 1970 in UTC, `NaN` where missing. */
  readonly values: Float64Array;
  /** As written in the file, safe to show. */
  readonly labels: readonly string[];
  readonly missing: number;
}

export interface TextColumn {
  readonly name: string;
  readonly kind: 'text';
  readonly values: readonly string[];
  readonly missing: number;
}

export type Column = NumberColumn | DateColumn | TextColumn;
