import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { attributesOf } from './attributes';
import type { Constant, Graph } from './graph';
import { type GraphLoader, Graphs } from './graphs';

/** A tensor of TensorFlow's. */
export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
}

/** An operation that was executed, with its values by their numbers. */
export interface Executed {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly attributes: readonly TFEOpAttr[];
  readonly results: readonly number[];
}

/** Tensors that are let go of together. */
export type Scope = Set<number>;

/** TensorFlow's operations, executed at once, on tensors that live until somebody lets go of them. */
export class Operations {
  private made: Scope = new Set();
  private readonly scalars = new Map<number, Value>();
  private readonly integers = new Map<string, Value>();
  private readonly longs = new Map<number, Value>();
  private readonly constants = new Map<number, Constant>();
  private variables: readonly Value[] | undefined;
  private heardOf: Executed[] | undefined;
  readonly graphs: Graphs;
  private readonly attributes;

  constructor(
    readonly binding: TFJSBinding,
    load: GraphLoader,
  ) {
    this.graphs = new Graphs(binding, load);
    this.attributes = attributesOf(binding);
  }

  /** What is made here is let go of where that ends which goes on now. */
  get scope(): Scope {
    return this.made;
  }

  /** Does something, and afterwards lets go of whatever it made but what it keeps. */
  within<T>(work: () => T, kept: (result: T) => Iterable<Value>): T {
    const before = this.made;
    const own: Scope = new Set();
    this.made = own;
    try {
      const result = work();
      for (const { id } of kept(result)) if (own.delete(id)) before.add(id);
      return result;
    } finally {
      for (const id of own) this.binding.deleteTensor(id);
      this.made = before;
    }
  }

  /** Lets values live as long as an outer scope. */
  moveTo(scope: Scope, values: Iterable<Value>): void {
    for (const { id } of values) if (this.made.delete(id)) scope.add(id);
  }

  /** Nothing lets go of these but who holds them from now on. */
  hold(values: Iterable<Value>): void {
    for (const { id } of values) this.made.delete(id);
  }

  release(values: Iterable<Value>): void {
    for (const { id } of values) this.binding.deleteTensor(id);
  }

  /** An operation by TensorFlow's name, with one result. */
  one(name: string, inputs: readonly Value[], attributes: TFEOpAttr[] = [this.attributes.float]): Value {
    return this.many(name, inputs, 1, attributes)[0] as Value;
  }

  many(
    name: string,
    inputs: readonly Value[],
    results: number,
    attributes: TFEOpAttr[] = [this.attributes.float],
  ): Value[] {
    const ids = inputs.map(({ id }) => id);
    const values = this.binding.executeOp(name, attributes, ids, results);
    for (const { id } of values) this.made.add(id);
    this.heardOf?.push({ name, inputs: ids, attributes, results: values.map(({ id }) => id) });
    return values;
  }

  /** Does something, and tells which operations that took. */
  heard<T>(work: () => T): { readonly result: T; readonly executed: readonly Executed[] } {
    const executed: Executed[] = [];
    return { result: this.telling(executed, work), executed };
  }

  /** Does something that `heard` does not tell of. */
  unheard<T>(work: () => T): T {
    return this.telling(undefined, work);
  }

  private telling<T>(whom: Executed[] | undefined, work: () => T): T {
    const before = this.heardOf;
    this.heardOf = whom;
    try {
      return work();
    } finally {
      this.heardOf = before;
    }
  }

  /** A graph, ready to run, given what its inputs are; undefined where TensorFlow does not take it. */
  compiled(
    graph: Graph,
    inputs: readonly string[],
    outputs: readonly string[],
  ): ((values: readonly Value[]) => Value[]) | undefined {
    const run = this.graphs.ready(graph, inputs, outputs);
    return (
      run &&
      ((values) => {
        const made = run(values.map(({ id }) => id));
        for (const { id } of made) this.made.add(id);
        return made;
      })
    );
  }

  /** The numbers of a value that is kept for good. */
  constantOf(id: number): Constant | undefined {
    return this.constants.get(id);
  }

  /** Whatever it makes is not let go of by `within`. */
  private constant(shape: readonly number[], type: number, values: Float32Array | Int32Array): Value {
    return { id: this.binding.createTensor([...shape], type, values), shape };
  }

  private lasting(shape: readonly number[], type: number, values: Float32Array | Int32Array): Value {
    const made = this.constant(shape, type, values);
    this.constants.set(made.id, { shape, values });
    return made;
  }

  /** A number, kept for good. */
  number(value: number): Value {
    const known = this.scalars.get(value);
    if (known) return known;
    const made = this.lasting([], this.binding.TF_FLOAT, Float32Array.of(value));
    this.scalars.set(value, made);
    return made;
  }

  /** A number that is not kept. */
  passing(value: number): Value {
    const made = this.constant([], this.binding.TF_FLOAT, Float32Array.of(value));
    this.made.add(made.id);
    return made;
  }

  /** Axes and sizes, kept for good; one alone is a scalar. */
  whole(value: number | readonly number[]): Value {
    const key = JSON.stringify(value);
    const known = this.integers.get(key);
    if (known) return known;
    const made = Array.isArray(value)
      ? this.lasting([value.length], this.binding.TF_INT32, Int32Array.from(value as readonly number[]))
      : this.lasting([], this.binding.TF_INT32, Int32Array.of(value as number));
    if (this.integers.size > mostIntegers) {
      for (const { id } of this.integers.values()) this.constants.delete(id);
      this.release(this.integers.values());
      this.integers.clear();
    }
    this.integers.set(key, made);
    return made;
  }

  add(a: Value, b: Value): Value {
    return this.one('AddV2', [a, b]);
  }

  subtract(a: Value, b: Value): Value {
    return this.one('Sub', [a, b]);
  }

  multiply(a: Value, b: Value): Value {
    return this.one('Mul', [a, b]);
  }

  /** Of two matrices, of which one may be taken transposed. */
  matMul(a: Value, b: Value, { transposeA = false, transposeB = false } = {}): Value {
    const { plainProduct, firstTransposed, secondTransposed } = this.attributes;
    return this.one('MatMul', [a, b], transposeA ? firstTransposed : transposeB ? secondTransposed : plainProduct);
  }

  concat(values: readonly Value[], axis: number): Value {
    if (values.length === 1) return values[0] as Value;
    return this.one('ConcatV2', [...values, this.whole(axis)], this.attributes.concat(values.length));
  }

  /** Into parts of one size. */
  split(value: Value, parts: number, axis: number): Value[] {
    if (parts === 1) return [value];
    return this.many('Split', [this.whole(axis), value], parts, this.attributes.split(parts));
  }

  splitSizes(value: Value, sizes: readonly number[], axis: number): Value[] {
    if (sizes.length === 1) return [value];
    const inputs = [value, this.whole(sizes), this.whole(axis)];
    return this.many('SplitV', inputs, sizes.length, this.attributes.splitSizes(sizes.length));
  }

  /** [...] each, to [count, ...]. */
  pack(values: readonly Value[]): Value {
    return this.one('Pack', values, this.attributes.pack(values.length));
  }

  unpack(value: Value): Value[] {
    const [count = 0] = value.shape;
    return this.many('Unpack', [value], count, this.attributes.unpack(count));
  }

  transpose(value: Value, order: readonly number[]): Value {
    return this.one('Transpose', [value, this.whole(order)], this.attributes.transpose);
  }

  /** The same of 32-bit whole numbers. */
  transposeWhole(value: Value, order: readonly number[]): Value {
    return this.one('Transpose', [value, this.whole(order)], this.attributes.transposeWhole);
  }

  reshapeWhole(value: Value, shape: readonly number[]): Value {
    return this.one('Reshape', [value, this.whole(shape)], this.attributes.reshapeWhole);
  }

  /** The same tensor once more, to be let go of by itself. */
  again(value: Value): Value {
    return this.one('Identity', [value]);
  }

  reshape(value: Value, shape: readonly number[]): Value {
    return this.one('Reshape', [value, this.whole(shape)], this.attributes.reshape);
  }

  slice(value: Value, begin: readonly number[], size: readonly number[]): Value {
    return this.one('Slice', [value, this.whole(begin), this.whole(size)], this.attributes.slice);
  }

  sum(value: Value, axes: readonly number[]): Value {
    return this.one('Sum', [value, this.whole(axes)], this.attributes.reduce(false));
  }

  /** With the axes kept, each of length 1. */
  mean(value: Value, axes: readonly number[]): Value {
    return this.one('Mean', [value, this.whole(axes)], this.attributes.reduce(true));
  }

  /** Rows of a matrix. */
  gather(rows: Value, ids: Value): Value {
    return this.one('GatherV2', [rows, ids, this.whole(0)], this.attributes.gather);
  }

  /** The sum of rows that share a number: [rows, ...] → [count, ...]. */
  sumByNumber(rows: Value, numbers: Value, count: number): Value {
    return this.one('UnsortedSegmentSum', [rows, numbers, this.whole(count)], this.attributes.segments);
  }

  /** [count, numbers]: 1 where a number is the row's, else 0. */
  oneHot(numbers: Value, count: number): Value {
    return this.one('OneHot', [numbers, this.whole(count), this.number(1), this.number(0)], this.attributes.oneHot);
  }

  /** 1 where the first is less, else 0. */
  less(a: Value, b: Value): Value {
    return this.one('Cast', [this.one('Less', [a, b])], this.attributes.fromTruth);
  }

  /** The sum of values of one shape. */
  addAll(values: readonly Value[]): Value {
    return values.length === 1 ? (values[0] as Value) : this.one('AddN', values, this.attributes.addAll(values.length));
  }

  /** A 64-bit whole number, kept for good. */
  long(value: number): Value {
    const known = this.longs.get(value);
    if (known) return known;
    const made = this.within(
      () => this.one('Cast', [this.whole(value)], this.attributes.toLong),
      (result) => [result],
    );
    this.hold([made]);
    this.longs.set(value, made);
    return made;
  }

  /** An LSTM over a sequence. @returns i, cs, f, o, ci, co and h over all steps: [time, batch, units] */
  blockLstm(inputs: readonly Value[], usesPeepholes: boolean): Value[] {
    return this.many('BlockLSTM', inputs, 7, this.attributes.blockLstm(usesPeepholes));
  }

  /** @returns the gradients of x, c, h, the matrix, three peepholes and the bias */
  blockLstmGradient(inputs: readonly Value[], usesPeepholes: boolean): Value[] {
    return this.many('BlockLSTMGrad', inputs, 8, this.attributes.blockGradient(usesPeepholes));
  }

  /** Of one step. @returns the gradients of c before it, of the gates side by side, and of three peepholes */
  blockCellGradient(inputs: readonly Value[], usesPeepholes: boolean): Value[] {
    return this.many('LSTMBlockCellGrad', inputs, 5, this.attributes.blockGradient(usesPeepholes));
  }

  /** Half the sum of all squares. */
  halfSquares(value: Value): Value {
    return this.one('L2Loss', [value]);
  }

  /**
   * One step of Adam. What it changes is copied before.
   *
   * @param before values, first and second moments
   * @param numbers powers of beta, rate, beta 1 and 2, epsilon
   */
  applyAdam(before: readonly Value[], numbers: readonly Value[], gradient: Value): Value[] {
    this.variables ??= before.map((_, index) => this.variable(`unroll ${index}`));
    const variables = this.variables;
    variables.forEach((variable, index) => {
      this.many('AssignVariableOp', [variable, before[index] as Value], 0, this.attributes.assign);
    });
    this.many('ResourceApplyAdam', [...variables, ...numbers, gradient], 0, this.attributes.applyAdam);
    return variables.map((variable) => this.one('ReadVariableOp', [variable], this.attributes.typed));
  }

  /** Kept for good. */
  private variable(name: string): Value {
    const made = this.one('VarHandleOp', [], this.attributes.variable(name));
    this.hold([made]);
    return made;
  }

  zeros(shape: readonly number[]): Value {
    return this.filled(shape, 0);
  }

  ones(shape: readonly number[]): Value {
    return this.filled(shape, 1);
  }

  private filled(shape: readonly number[], value: number): Value {
    return this.one('Fill', [this.whole(shape), this.number(value)], this.attributes.fill);
  }
}

/** Shapes and axes that are kept; a training has a few dozen. */
const mostIntegers = 4096;
