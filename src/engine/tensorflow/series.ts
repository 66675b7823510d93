import type { Buffer } from '../plan/commands';
import type { Operations, Scope, Value } from './operations';

/**
 * Buffers over all time steps: as a whole [units, time · batch], as single steps [units, batch], or both; one becomes the other
 * when it is asked for. What a series makes lives as long as the pass that uses it.
 */
export class Series {
  private readonly whole = new Map<Buffer, Value>();
  private readonly steps = new Map<Buffer, readonly Value[]>();
  /** Buffers that lie unit under unit with others, by the name of all of them. */
  private readonly joints = new Map<Buffer, readonly Buffer[]>();
  private scope: Scope;

  constructor(
    private readonly tensors: Operations,
    private readonly timeSteps: number,
  ) {
    this.scope = tensors.scope;
  }

  /** A pass begins to use it; what was made in an earlier one and not kept is gone. */
  enter(): void {
    this.scope = this.tensors.scope;
  }

  setWhole(buffer: Buffer, value: Value): void {
    this.forget(buffer);
    this.whole.set(buffer, value);
  }

  setSteps(buffer: Buffer, values: readonly Value[]): void {
    this.forget(buffer);
    this.steps.set(buffer, values);
  }

  /** Unit under unit: [units of all, time · batch]. */
  setJoined(buffers: readonly Buffer[], value: Value): void {
    for (const buffer of buffers) this.forget(buffer);
    this.whole.set(this.jointOf(buffers), value);
  }

  /** The same step by step, beside whatever is known of them: the same values. */
  addJoined(buffers: readonly Buffer[], values: readonly Value[]): void {
    this.steps.set(this.jointOf(buffers), values);
  }

  has(buffer: Buffer): boolean {
    return this.isThere(buffer) || this.jointWith(buffer) !== undefined;
  }

  wholeOf(buffer: Buffer): Value {
    return this.whole.get(buffer) ?? this.made(buffer, this.whole, () => this.tensors.concat(this.stepsOf(buffer), 1));
  }

  stepsOf(buffer: Buffer): readonly Value[] {
    const known = this.steps.get(buffer);
    if (known) return known;
    if (!this.whole.has(buffer)) this.takeOut(buffer);
    const value = this.whole.get(buffer);
    if (!value) throw new Error(`Nothing is in ${buffer}`);
    const steps = this.ownAll(() => this.tensors.split(value, this.timeSteps, 1));
    this.steps.set(buffer, steps);
    return steps;
  }

  at(buffer: Buffer, step: number): Value {
    const value = this.stepsOf(buffer)[step];
    if (!value) throw new Error(`Nothing is in ${buffer} at step ${step}`);
    return value;
  }

  /** Several, unit under unit: [units of all, time · batch]. */
  joined(buffers: readonly Buffer[]): Value {
    return this.wholeOf(this.join(buffers));
  }

  /** [units of all, batch] */
  joinedAt(buffers: readonly Buffer[], step: number): Value {
    return this.at(this.join(buffers), step);
  }

  /** Forgets other buffers than these. @returns every tensor that it has of these */
  prune(kept: Iterable<Buffer>): Value[] {
    const names = new Set(kept);
    const values = new Set<Value>();
    for (const map of [this.whole, this.steps]) {
      for (const [buffer, held] of [...map]) {
        const isKept = names.has(buffer) || this.joints.get(buffer)?.some((one) => names.has(one));
        if (!isKept) map.delete(buffer);
        else for (const value of Array.isArray(held) ? held : [held as Value]) values.add(value);
      }
    }
    return [...values];
  }

  private isThere(buffer: Buffer): boolean {
    return this.whole.has(buffer) || this.steps.has(buffer);
  }

  private join(buffers: readonly Buffer[]): Buffer {
    const name = this.jointOf(buffers);
    if (this.isThere(name) || buffers.length === 1) return name;
    const [value] = this.ownAll(() => [
      this.tensors.concat(
        buffers.map((buffer) => this.wholeOf(buffer)),
        0,
      ),
    ]);
    this.whole.set(name, value as Value);
    return name;
  }

  /** The name of several together; of one, its own. */
  private jointOf(buffers: readonly Buffer[]): Buffer {
    const [only] = buffers;
    if (buffers.length === 1 && only !== undefined) return only;
    const name = `joined ${buffers.join(' ')}`;
    this.joints.set(name, buffers);
    return name;
  }

  /** Where a buffer lies together with others. */
  private jointWith(buffer: Buffer): Buffer | undefined {
    return [...this.joints].find(([name, list]) => list.includes(buffer) && this.isThere(name))?.[0];
  }

  /** A buffer that lies with others becomes one of its own. */
  private takeOut(buffer: Buffer): void {
    const name = this.jointWith(buffer);
    const buffers = name === undefined ? undefined : this.joints.get(name);
    if (name === undefined || !buffers) return;
    const all = this.wholeOf(name);
    const parts = this.ownAll(() => this.tensors.split(all, buffers.length, 0));
    buffers.forEach((one, index) => {
      if (!this.isThere(one)) this.whole.set(one, parts[index] as Value);
    });
  }

  private made(buffer: Buffer, into: Map<Buffer, Value>, make: () => Value): Value {
    if (!this.isThere(buffer)) this.takeOut(buffer);
    const there = into.get(buffer);
    if (there) return there;
    const [value] = this.ownAll(() => [make()]);
    into.set(buffer, value as Value);
    return value as Value;
  }

  private ownAll(make: () => Value[]): Value[] {
    const values = this.tensors.within(make, (made) => made);
    this.tensors.moveTo(this.scope, values);
    return values;
  }

  /** What was known of a buffer that is given anew. */
  private forget(buffer: Buffer): void {
    for (const [name, buffers] of [...this.joints]) {
      if (!buffers.includes(buffer)) continue;
      for (const other of buffers) if (other !== buffer && !this.isThere(other)) this.takeOut(other);
      this.joints.delete(name);
      this.whole.delete(name);
      this.steps.delete(name);
    }
    this.whole.delete(buffer);
    this.steps.delete(buffer);
  }
}
