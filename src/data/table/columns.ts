import type { Rows } from './rows';

export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  /** `NaN` where a cell has no finite number. */
  readonly values: Rows<number>;
  /** Cells without a value. */
  readonly missing: number;
}

export interface DateColumn {
  readonly name: string;
  readonly kind: 'date';
  /** Milliseconds since 1970 in UTC, `NaN` where missing. */
  readonly values: Rows<number>;
  /** As written in the file, safe to show. */
  readonly labels: Rows<string>;
  readonly missing: number;
}

export interface TextColumn {
  readonly name: string;
  readonly kind: 'text';
  /** As written in the file, without the space around it; empty where missing. Absent where only numbers were asked for, and too many differ to name groups. */
  readonly values?: Rows<string>;
  readonly missing: number;
}

export type Column = NumberColumn | DateColumn | TextColumn;
