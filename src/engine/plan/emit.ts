import type { Buffer, Segment } from './commands';
import { binaryFunctions, unaryFunctions, type Value } from './functions';
import type { Graph, Node, NodeId } from './graph';
import { PairWriter, type VectorTarget } from './pairs';
import { i32, op, signed, unsigned, v128, type WasmFunction, wasmModule } from './wasm-module';

/** A segment as code, and the order in which it is given its buffers. */
export interface EmittedSegment {
  readonly name: string;
  readonly buffers: readonly Buffer[];
}

export interface EmittedCell {
  readonly bytes: Uint8Array;
  readonly segments: ReadonlyMap<Segment, EmittedSegment>;
}

export interface Target extends VectorTarget {
  /** Columns of a panel. */
  readonly panel: number;
  readonly memory: { readonly initial: number; readonly maximum: number };
}

/** Parameters of a segment's function; see SEGMENT in kernels/run.ts. */
const parameter = { pointers: 0, panels: 1, panelStride: 2, own: 3, rows: 4, firstPanel: 5 } as const;
const parameters = 6;
/** 32-bit locals of a segment's function after its buffers' pointers. */
const counters = ['panelAt', 'halvesLeft', 'at', 'rowsLeft', 'halfAt', 'panelsLeft', 'address'] as const;

/**
 * Writes the element-wise work of a cell as WebAssembly: one function a segment, that goes through panels, eight columns
 * of each, and rows. Every value is two 128-bit locals, side by side in memory, which V8 joins into one of 256 bits; all
 * loads come before all stores, as it wants them. What a function can do is bounded: it has three loops whose counts its
 * caller gives, and reads and writes the buffers that it is given.
 */
export function emitCell(graph: Graph, segments: readonly Segment[], target: Target): EmittedCell {
  const functions: WasmFunction[] = [];
  const emitted = new Map<Segment, EmittedSegment>();
  for (const segment of segments) {
    const name = `s${functions.length}`;
    const emitter = new SegmentEmitter(graph, segment, target);
    functions.push({ name, ...emitter.emit() });
    emitted.set(segment, { name, buffers: emitter.buffers });
  }
  return { bytes: wasmModule(parameters, target.memory, functions), segments: emitted };
}

const empty = 0x40;

function isVector(buffer: Buffer): boolean {
  return buffer.startsWith('vector:');
}

/** Writes the function of one segment. */
class SegmentEmitter {
  readonly buffers: readonly Buffer[];
  private readonly code: number[] = [];
  private readonly values = new Map<NodeId, Value>();
  private readonly pairs: PairWriter;

  constructor(
    private readonly graph: Graph,
    private readonly segment: Segment,
    private readonly target: Target,
  ) {
    this.buffers = [...new Set([...segment.reads.values(), ...segment.writes.map(({ to }) => to)])];
    this.pairs = new PairWriter(this.code, parameters + this.buffers.length + counters.length, target);
  }

  emit(): Omit<WasmFunction, 'name'> {
    const { code, buffers, pairs } = this;
    const { panel } = this.target;
    const { pointers, panels, panelStride, own, rows, firstPanel } = parameter;
    const get = (local: number) => code.push(op.get, ...unsigned(local));
    const set = (local: number) => code.push(op.set, ...unsigned(local));
    const number = (value: number) => code.push(op.constant, ...signed(value));
    const loop = (count: number, body: () => void) => {
      code.push(op.loop, empty);
      body();
      get(count);
      number(1);
      code.push(op.subtract, op.tee, ...unsigned(count), op.branchIf, 0, op.end);
    };
    const advance = (local: number, push: () => void) => {
      get(local);
      push();
      code.push(op.add);
      set(local);
    };
    const panelAt = this.counter('panelAt');
    const panelsLeft = this.counter('panelsLeft');
    const halfAt = this.counter('halfAt');
    const halvesLeft = this.counter('halvesLeft');
    const at = this.counter('at');
    const rowsLeft = this.counter('rowsLeft');

    buffers.forEach((buffer, index) => {
      get(pointers);
      code.push(op.load, 2, ...unsigned(index * 4));
      get(firstPanel);
      // Learned vectors have no rows: they go on by a panel's width.
      if (isVector(buffer)) number(panel * 4);
      else get(panelStride);
      code.push(op.multiply, op.add);
      set(parameters + index);
    });
    get(panels);
    set(panelsLeft);
    loop(panelsLeft, () => {
      number(0);
      set(halfAt);
      number(panel / 8);
      set(halvesLeft);
      loop(halvesLeft, () => {
        get(panelAt);
        get(own);
        code.push(op.add);
        get(halfAt);
        code.push(op.add);
        set(at);
        get(rows);
        set(rowsLeft);
        loop(rowsLeft, () => {
          this.row();
          pairs.clear();
          advance(at, () => number(panel * 4));
        });
        advance(halfAt, () => number(32));
      });
      advance(panelAt, () => get(panelStride));
      buffers.forEach((buffer, index) => {
        if (isVector(buffer)) advance(parameters + index, () => number(panel * 4));
      });
    });
    const locals = [
      { count: buffers.length + counters.length, type: i32 },
      { count: pairs.locals, type: v128 },
    ];
    return { locals, body: code };
  }

  private counter(name: (typeof counters)[number]): number {
    return parameters + this.buffers.length + counters.indexOf(name);
  }

  /** Eight numbers of one row: all loads, the work, all stores. */
  private row(): void {
    const { pairs, segment } = this;
    for (const [id, buffer] of segment.reads) this.values.set(id, pairs.load(this.pointTo(buffer)));
    const results = segment.writes.map(({ of, to }) => ({ value: this.value(of), to }));
    for (const { value, to } of results) pairs.store(value, this.pointTo(to));
  }

  /** Computes where in a buffer the row's eight numbers lie; returns the local that holds it. */
  private pointTo(buffer: Buffer): number {
    const within = this.counter(isVector(buffer) ? 'halfAt' : 'at');
    const address = this.counter('address');
    this.code.push(op.get, ...unsigned(parameters + this.buffers.indexOf(buffer)));
    this.code.push(op.get, ...unsigned(within), op.add, op.set, ...unsigned(address));
    return address;
  }

  private value(id: NodeId): Value {
    const known = this.values.get(id);
    if (known !== undefined) return known;
    const value = this.computed(this.graph.node(id));
    this.values.set(id, value);
    return value;
  }

  private computed(node: Node): Value {
    const { graph, pairs } = this;
    if (node.kind === 'number') return pairs.constant(node.value);
    if (node.kind === 'unary') return unaryFunctions[node.op](pairs, this.value(node.of));
    if (node.kind !== 'binary') throw new Error(`A segment does not read a ${node.kind} that it needs`);
    const { left, right } = node;
    if (node.op === 'subtract') {
      const from = graph.node(left);
      if (from.kind === 'number' && from.value === 0) return pairs.one('neg', this.value(right));
    }
    if (node.op === 'add') {
      // A product that is used here alone becomes one instruction with the sum.
      for (const [product, other] of [
        [left, right],
        [right, left],
      ] as const) {
        const of = graph.node(product);
        if (of.kind === 'binary' && of.op === 'multiply' && !this.values.has(product)) {
          return pairs.fma(this.value(of.left), this.value(of.right), this.value(other));
        }
      }
    }
    return binaryFunctions[node.op](pairs, this.value(left), this.value(right));
  }
}
