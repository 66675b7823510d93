import type { Buffer, Segment } from './commands';
import {
  binaryCodes,
  binaryFunctions,
  type Lanes,
  shiftCodes,
  unaryCodes,
  unaryFunctions,
  type Value,
} from './functions';
import type { Graph, NodeId } from './graph';
import { i32, signed, unsigned, v128, type WasmFunction, wasmModule } from './wasm-module';

/** A segment as code, and the order in which it is given its buffers. */
export interface EmittedSegment {
  readonly name: string;
  readonly buffers: readonly Buffer[];
}

export interface EmittedCell {
  readonly bytes: Uint8Array;
  /** By segment; two that do the same share their code. */
  readonly segments: ReadonlyMap<Segment, EmittedSegment>;
}

export interface Target {
  /** Columns of a panel. */
  readonly panel: number;
  /** Whether a · b + c is one instruction. */
  readonly relaxed: boolean;
  readonly memory: { readonly initial: number; readonly maximum: number };
  /** Where a 32-bit number lies in memory. */
  readonly addressOf: (bits: number) => number;
}

/** Parameters of a segment's function; see SEGMENT in kernels/run.ts. */
const parameter = { pointers: 0, panels: 1, panelStride: 2, own: 3, rows: 4, firstPanel: 5 } as const;
const parameters = 6;
/** 32-bit locals of a segment's function beside its buffers' pointers. */
const counters = 7;

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

const op = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  load: 0x28,
  constant: 0x41,
  add: 0x6a,
  subtract: 0x6b,
  multiply: 0x6c,
  simd: 0xfd,
} as const;
const simd = { load: 0x00, splat: 0x09, store: 0x0b, constant: 0x0c, select: 0x52, madd: 0x105 } as const;
const empty = 0x40;

function isVector(buffer: Buffer): boolean {
  return buffer.startsWith('vector:');
}

class SegmentEmitter implements Lanes {
  readonly buffers: readonly Buffer[];
  private readonly code: number[] = [];
  private readonly values = new Map<NodeId, Value>();
  private readonly constants = new Map<number, Value>();
  /** 32-bit locals: one pointer a buffer, then the counters. */
  private readonly firstVector: number;
  private vectors = 0;

  constructor(
    private readonly graph: Graph,
    private readonly segment: Segment,
    private readonly target: Target,
  ) {
    this.buffers = [...new Set([...segment.reads.values(), ...segment.writes.map(({ to }) => to)])];
    this.firstVector = parameters + this.buffers.length + counters;
  }

  emit(): Omit<WasmFunction, 'name'> {
    const { panel } = this.target;
    const count = this.buffers.length;
    const [panelAt, half, at, rowsLeft, halfAt, panelsLeft, address] = Array.from(
      { length: counters },
      (_, index) => parameters + count + index,
    ) as [number, number, number, number, number, number, number];
    const { code } = this;
    const get = (local: number) => code.push(op.get, ...unsigned(local));
    const set = (local: number) => code.push(op.set, ...unsigned(local));
    const number = (value: number) => code.push(op.constant, ...signed(value));
    const loop = (body: () => void, counter: number, by: number) => {
      code.push(op.loop, empty);
      body();
      get(counter);
      number(by);
      code.push(op.subtract, op.tee, ...unsigned(counter), op.branchIf, 0, op.end);
    };
    const advance = (local: number, push: () => void) => {
      get(local);
      push();
      code.push(op.add);
      set(local);
    };

    this.buffers.forEach((buffer, index) => {
      get(parameter.pointers);
      code.push(op.load, 2, ...unsigned(index * 4));
      get(parameter.firstPanel);
      // Learned vectors have no rows: they go on by a panel's width.
      if (isVector(buffer)) number(panel * 4);
      else get(parameter.panelStride);
      code.push(op.multiply, op.add);
      set(parameters + index);
    });
    get(parameter.panels);
    set(panelsLeft);
    loop(
      () => {
        number(0);
        set(halfAt);
        number(panel / 8);
        set(half);
        loop(
          () => {
            get(panelAt);
            get(parameter.own);
            code.push(op.add);
            get(halfAt);
            code.push(op.add);
            set(at);
            get(parameter.rows);
            set(rowsLeft);
            loop(
              () => {
                this.row(at, halfAt, address);
                this.forget();
                advance(at, () => number(panel * 4));
              },
              rowsLeft,
              1,
            );
            advance(halfAt, () => number(32));
          },
          half,
          1,
        );
        advance(panelAt, () => get(parameter.panelStride));
        this.buffers.forEach((buffer, index) => {
          if (isVector(buffer)) advance(parameters + index, () => number(panel * 4));
        });
      },
      panelsLeft,
      1,
    );
    const locals = [
      { count: count + counters, type: i32 },
      { count: this.vectors * 2, type: v128 },
    ];
    return { locals, body: code };
  }

  /** Eight numbers of one row: all loads, the work, all stores. */
  private row(at: number, halfAt: number, address: number): void {
    const { code, segment } = this;
    // One address for both halves, or V8 does not see that they lie side by side.
    const pointTo = (buffer: Buffer) => {
      code.push(op.get, ...unsigned(parameters + this.buffers.indexOf(buffer)));
      code.push(op.get, ...unsigned(isVector(buffer) ? halfAt : at), op.add);
      code.push(op.set, ...unsigned(address));
    };
    for (const [id, buffer] of segment.reads) {
      const value = this.fresh();
      pointTo(buffer);
      this.each((lane) => {
        code.push(op.get, ...unsigned(address));
        code.push(op.simd, simd.load, 4, ...unsigned(lane * 16));
        this.set(value, lane);
      });
      this.values.set(id, value);
    }
    const results = segment.writes.map(({ of }) => this.value(of));
    segment.writes.forEach(({ to }, index) => {
      pointTo(to);
      // The higher half first: V8 keeps a store of its own for a lower one that comes first.
      for (const lane of [1, 0]) {
        code.push(op.get, ...unsigned(address));
        this.get(results[index] ?? 0, lane);
        code.push(op.simd, simd.store, 4, ...unsigned(lane * 16));
      }
    });
  }

  /**
   * Leaves nothing in the locals at a row's end: what a loop carries on, V8 takes for used there, and does not join.
   */
  private forget(): void {
    for (let local = 0; local < 2 * this.vectors; local++) {
      this.code.push(
        op.simd,
        simd.constant,
        ...new Array<number>(16).fill(0),
        op.set,
        ...unsigned(this.firstVector + local),
      );
    }
  }

  private value(id: NodeId): Value {
    const known = this.values.get(id);
    if (known !== undefined) return known;
    const node = this.graph.node(id);
    let value: Value;
    if (node.kind === 'number') value = this.constant(node.value);
    else if (node.kind === 'unary') value = unaryFunctions[node.op](this, this.value(node.of));
    else if (node.kind === 'binary') value = this.binary(id);
    else throw new Error(`A segment does not read a ${node.kind} that it needs`);
    this.values.set(id, value);
    return value;
  }

  private binary(id: NodeId): Value {
    const node = this.graph.node(id);
    if (node.kind !== 'binary') throw new Error('No binary operation');
    if (node.op === 'subtract') {
      const left = this.graph.node(node.left);
      if (left.kind === 'number' && left.value === 0) return this.one('neg', this.value(node.right));
    }
    if (node.op === 'add') {
      // A product that is used here alone becomes one instruction with the sum.
      for (const [product, other] of [
        [node.left, node.right],
        [node.right, node.left],
      ] as const) {
        const of = this.graph.node(product);
        if (of.kind === 'binary' && of.op === 'multiply' && !this.values.has(product)) {
          return this.fma(this.value(of.left), this.value(of.right), this.value(other));
        }
      }
    }
    return binaryFunctions[node.op](this, this.value(node.left), this.value(node.right));
  }

  // Instructions on both halves

  constant(value: number): Value {
    return this.bits(new Int32Array(Float32Array.of(value).buffer)[0] ?? 0);
  }

  bits(value: number): Value {
    const known = this.constants.get(value);
    if (known !== undefined) return known;
    const address = this.target.addressOf(value);
    // The same value in both halves: V8 joins no two loads of one number.
    const result = this.fresh();
    this.code.push(op.constant, ...signed(address), op.simd, simd.splat, 2, 0);
    this.set(result, 0);
    this.get(result, 0);
    this.set(result, 1);
    this.constants.set(value, result);
    return result;
  }

  one(name: keyof typeof unaryCodes, a: Value): Value {
    return this.write((lane) => {
      this.get(a, lane);
      this.simd(unaryCodes[name]);
    });
  }

  two(name: keyof typeof binaryCodes, a: Value, b: Value): Value {
    return this.write((lane) => {
      this.get(a, lane);
      this.get(b, lane);
      this.simd(binaryCodes[name]);
    });
  }

  fma(a: Value, b: Value, c: Value): Value {
    if (!this.target.relaxed) return this.two('add', this.two('mul', a, b), c);
    return this.write((lane) => {
      this.get(a, lane);
      this.get(b, lane);
      this.get(c, lane);
      this.simd(simd.madd);
    });
  }

  shift(name: keyof typeof shiftCodes, a: Value, bits: number): Value {
    return this.write((lane) => {
      this.get(a, lane);
      this.code.push(op.constant, ...signed(bits));
      this.simd(shiftCodes[name]);
    });
  }

  select(a: Value, b: Value, mask: Value): Value {
    return this.write((lane) => {
      this.get(a, lane);
      this.get(b, lane);
      this.get(mask, lane);
      this.simd(simd.select);
    });
  }

  private simd(code: number): void {
    this.code.push(op.simd, ...unsigned(code));
  }

  private write(push: (lane: number) => void): Value {
    const value = this.fresh();
    this.each((lane) => {
      push(lane);
      this.set(value, lane);
    });
    return value;
  }

  private each(push: (lane: number) => void): void {
    push(0);
    push(1);
  }

  private fresh(): Value {
    return this.vectors++;
  }

  private get(value: Value, lane: number): void {
    this.code.push(op.get, ...unsigned(this.firstVector + 2 * value + lane));
  }

  private set(value: Value, lane: number): void {
    this.code.push(op.set, ...unsigned(this.firstVector + 2 * value + lane));
  }
}
