import type { MetricsColumns } from '../../src/protocol/panel';

type Column = 'step' | 'loss' | 'validationLoss' | 'gradientNorm' | 'smoothLoss';
const columnNames: readonly Column[] = ['step', 'loss', 'validationLoss', 'gradientNorm', 'smoothLoss'];

/** Weight of the past in the smoothed loss: a mean over about twenty points. */
const memory = 0.95;

/**
 * A run's metrics as growing columns, steps strictly rising. Points that come again (a run that goes on from an
 * earlier checkpoint, an update that overlaps the snapshot) replace what was there from their step on.
 */
export class MetricsBuffer {
  length = 0;
  /** Index of the least validation loss, or -1. */
  best = -1;
  #columns: Record<Column, Float64Array>;
  /** Exponential mean before the correction of its start. */
  #mean = 0;
  #weight = 0;

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
    this.#reserve(this.length + count);
    for (let i = 0; i < count; i++) {
      const step = columns.step[i] ?? Number.NaN;
      if (this.length > 0 && step <= this.#at('step', this.length - 1)) this.#truncate(step);
      this.#push(step, columns.loss[i], columns.validationLoss[i], columns.gradientNorm[i]);
    }
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
    this.#smooth(i);
    if (Number.isFinite(validationLoss) && !(validationLoss >= this.#at('validationLoss', this.best))) this.best = i;
  }

  #smooth(i: number): void {
    const loss = this.#at('loss', i);
    if (Number.isFinite(loss)) {
      this.#mean = memory * this.#mean + (1 - memory) * loss;
      this.#weight = memory * this.#weight + (1 - memory);
    }
    this.#columns.smoothLoss[i] = this.#weight > 0 ? this.#mean / this.#weight : Number.NaN;
  }

  /** Forgets every point from `step` on. */
  #truncate(step: number): void {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at('step', middle) < step) low = middle + 1;
      else high = middle;
    }
    this.length = low;
    this.#mean = 0;
    this.#weight = 0;
    this.best = -1;
    for (let i = 0; i < low; i++) {
      this.#smooth(i);
      const value = this.#at('validationLoss', i);
      if (Number.isFinite(value) && !(value >= this.#at('validationLoss', this.best))) this.best = i;
    }
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
