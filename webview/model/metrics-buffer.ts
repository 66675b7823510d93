import type { MetricsColumns } from '../../src/protocol/panel';
import { indexFrom } from '../charts/ranges';

type Column = 'step' | 'loss' | 'validationLoss' | 'gradientNorm' | 'smoothLoss';
const columnNames: readonly Column[] = ['step', 'loss', 'validationLoss', 'gradientNorm', 'smoothLoss'];

/** The smoothed loss is a mean of so many points on each side, so that it does not lag behind; of fewer at the ends. */
const smoothRadius = 10;

/**
 * A run's metrics as growing columns, steps strictly rising. Points that come again (a run that goes on from an
 * earlier checkpoint, an update that overlaps the snapshot) replace what was there from their step on.
 */
export class MetricsBuffer {
  length = 0;
  /** Counts appends. */
  version = 0;
  /** Index of the least validation loss, or -1. */
  best = -1;
  #columns: Record<Column, Float64Array>;

  constructor(columns?: MetricsColumns) {
    const capacity = Math.max(256, columns?.step.length ?? 0);
    this.#columns = Object.fromEntries(columnNames.map((name) => [name, new Float64Array(capacity)])) as Record<
      Column,
      Float64Array
    >;
    if (columns) this.append(columns);
  }

  append(columns: MetricsColumns): void {
    const count = columns.step.length;
    this.version++;
    this.#reserve(this.length + count);
    let first = this.length;
    for (let i = 0; i < count; i++) {
      const step = columns.step[i] ?? Number.NaN;
      if (this.length > 0 && step <= this.#at('step', this.length - 1)) {
        this.#truncate(step);
        first = Math.min(first, this.length);
      }
      this.#push(step, columns.loss[i], columns.validationLoss[i], columns.gradientNorm[i]);
    }
    for (let i = Math.max(0, first - 2 * smoothRadius); i < this.length; i++)
      this.#columns.smoothLoss[i] = this.#smooth(i);
  }

  /** A view of what is there now, [length]; a later append may leave it stale. */
  column(name: Column): Float64Array {
    return this.#columns[name].subarray(0, this.length);
  }

  /** Index of the last point that has a value in a column, at or before `from`; -1 if there is none. */
  lastWith(name: Column, from = this.length - 1): number {
    const column = this.#columns[name];
    for (let i = from; i >= 0; i--) if (!Number.isNaN(column[i] ?? Number.NaN)) return i;
    return -1;
  }

  #at(name: Column, index: number): number {
    return this.#columns[name][index] ?? Number.NaN;
  }

  #push(step: number, loss = Number.NaN, validationLoss = Number.NaN, gradientNorm = Number.NaN): void {
    const i = this.length++;
    this.#columns.step[i] = step;
    this.#columns.loss[i] = loss;
    this.#columns.validationLoss[i] = validationLoss;
    this.#columns.gradientNorm[i] = gradientNorm;
    this.#compare(i);
  }

  #compare(i: number): void {
    const value = this.#at('validationLoss', i);
    if (Number.isFinite(value) && !(value >= this.#at('validationLoss', this.best))) this.best = i;
  }

  #smooth(i: number): number {
    const radius = Math.min(smoothRadius, i, this.length - 1 - i);
    let sum = 0;
    let count = 0;
    for (let j = i - radius; j <= i + radius; j++) {
      const loss = this.#at('loss', j);
      if (Number.isFinite(loss)) {
        sum += loss;
        count++;
      }
    }
    return count > 0 ? sum / count : Number.NaN;
  }

  /** Forgets every point from `step` on. */
  #truncate(step: number): void {
    this.length = indexFrom(this.column('step'), step);
    this.best = -1;
    for (let i = 0; i < this.length; i++) this.#compare(i);
  }

  #reserve(length: number): void {
    if (length <= this.#columns.step.length) return;
    const capacity = Math.max(length, this.#columns.step.length * 2);
    for (const name of columnNames) {
      const grown = new Float64Array(capacity);
      grown.set(this.column(name));
      this.#columns[name] = grown;
    }
  }
}
