import { type EmittedSegment, emitCell } from '../plan/emit';
import type { Graph } from '../plan/graph';
import type { Segment } from '../plan/plan';
import { Heap, memoryLimits } from './memory';
import { type Crew, Pace } from './pace';
import { type Part, partsOf } from './parts';

/** A build of the kernels. */
export interface Variant {
  readonly name: VariantName;
  /** Columns of a panel. */
  readonly panel: number;
  /** Whether it multiplies and adds in one instruction (relaxed SIMD). */
  readonly relaxed: boolean;
  readonly kernels: WebAssembly.Module;
  /** Compiles as the kernels were compiled. */
  readonly compile: (bytes: Uint8Array) => WebAssembly.Module;
}

export type VariantName = 'wide' | 'relaxed' | 'plain';

/** What a helper thread is sent between programs. */
export type HelperMessage =
  | {
      readonly kind: 'cell';
      readonly module: WebAssembly.Module;
      readonly first: number;
      readonly names: readonly string[];
    }
  | { readonly kind: 'end' };

/** A helper thread, which serves one machine. */
export interface HelperThread {
  send(message: HelperMessage): void;
}

/** What a helper thread needs to begin. */
export interface HelperStart {
  readonly memory: WebAssembly.Memory;
  readonly kernels: WebAssembly.Module;
  readonly thread: number;
  readonly threads: number;
}

interface Kernels {
  join(thread: number, threads: number): void;
  start(program: number): void;
  alone(program: number): void;
  reflect(
    matrix: number,
    normal: number,
    sums: number,
    nextNormal: number,
    nextSums: number,
    size: number,
    first: number,
  ): void;
  readonly table: WebAssembly.Table;
}

let machines = 0;

/** Memory, kernels and threads of one variant of the engine. */
export class Machine {
  readonly heap = new Heap();
  /** Who runs programs, where there is a choice. */
  readonly crew = new Pace<Crew>(['all', 'one'], 0.9);
  private readonly kernels: Kernels;
  private readonly constants = new Map<number, number>();
  private constantsAt = 0;
  private constantsLeft = 0;

  /** Tells machines apart. */
  readonly id = ++machines;

  private helpers: readonly HelperThread[] = [];
  private readonly partsByRows = new Map<string, readonly Part[]>();

  /** One thread, until others join. */
  constructor(readonly variant: Variant) {
    const instance = new WebAssembly.Instance(variant.kernels, { env: { memory: this.heap.memory } });
    this.kernels = instance.exports as unknown as Kernels;
    this.kernels.join(0, 1);
  }

  get threads(): number {
    return 1 + this.helpers.length;
  }

  /** From now on these run every program too, each its share. Only before the first program. */
  join(helpers: readonly HelperThread[]): void {
    this.helpers = helpers;
    this.partsByRows.clear();
    this.kernels.join(0, this.threads);
  }

  /** Lets the helper threads end. */
  dispose(): void {
    this.tell({ kind: 'end' });
    this.helpers = [];
    this.kernels.join(0, 1);
  }

  get panelBytes(): number {
    return 4 * this.variant.panel;
  }

  panelsOf(columns: number): number {
    return Math.ceil(columns / this.variant.panel);
  }

  /** Bytes of a row of so many columns in all its panels. */
  rowBytes(columns: number): number {
    return this.panelsOf(columns) * this.panelBytes;
  }

  /**
   * How so many rows are shared out over the threads.
   *
   * @param together rows that are not to be parted
   */
  parts(rows: number, together = 1): readonly Part[] {
    const key = `${rows} ${together}`;
    let known = this.partsByRows.get(key);
    if (!known) {
      known = partsOf(rows, this.threads, together);
      this.partsByRows.set(key, known);
    }
    return known;
  }

  run(program: number): void {
    this.kernels.start(program);
  }

  /** On this thread, arrays in its memory: see src/engine/reflections.ts. */
  reflect(
    arrays: readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array],
    size: number,
    first: number,
  ): void {
    const [matrix, normal, sums, nextNormal, nextSums] = arrays;
    this.kernels.reflect(
      matrix.byteOffset,
      normal.byteOffset,
      sums.byteOffset,
      nextNormal.byteOffset,
      nextSums.byteOffset,
      size,
      first,
    );
  }

  /** Bytes from one place to another. */
  copy(from: number, to: number, bytes: number): void {
    new Uint8Array(this.heap.memory.buffer).copyWithin(to, from, from + bytes);
  }

  clear(at: number, bytes: number): void {
    new Uint8Array(this.heap.memory.buffer, at, bytes).fill(0);
  }

  /**
   * Lays out ids [batch, time] as the kernels take them: of each part [time][row].
   *
   * @returns where each part's begin
   */
  layOutIds(
    ids: ArrayLike<number>,
    batch: number,
    timeSteps: number,
    at: number,
    parts: readonly Part[] = this.parts(batch),
  ): number[] {
    const words = this.heap.words(at, batch * timeSteps);
    let index = 0;
    return parts.map(({ first, rows }) => {
      const begin = at + 4 * index;
      for (let time = 0; time < timeSteps; time++)
        for (let row = first; row < first + rows; row++) words[index++] = ids[row * timeSteps + time] as number;
      return begin;
    });
  }

  /** Runs a program on this thread only: for what is done before another one would have woken. */
  runAlone(program: number): void {
    this.kernels.alone(program);
  }

  /** Runs a small program that is not kept. */
  once(words: Int32Array): void {
    const at = this.store(words);
    this.runAlone(at);
    this.heap.release(at);
  }

  /** Where the words of a program lie from now on. */
  store(words: Int32Array): number {
    const at = this.heap.allocate(words.byteLength);
    this.heap.words(at, words.length).set(words);
    return at;
  }

  /** Compiles a cell's segments; returns for each its place in the table of functions, and the order of its buffers. */
  compile(
    graph: Graph,
    segments: readonly Segment[],
  ): ReadonlyMap<Segment, EmittedSegment & { readonly index: number }> {
    const cell = emitCell(graph, segments, {
      panel: this.variant.panel,
      relaxed: this.variant.relaxed,
      memory: memoryLimits,
      addressOf: (bits) => this.addressOf(bits),
    });
    const module = this.variant.compile(cell.bytes);
    const first = this.kernels.table.grow(segments.length);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.heap.memory } });
    this.tell({ kind: 'cell', module, first, names: [...cell.segments.values()].map(({ name }) => name) });
    return new Map(
      [...cell.segments].map(([segment, emitted], offset) => {
        const index = first + offset;
        this.kernels.table.set(index, exports[emitted.name]);
        return [segment, { ...emitted, index }];
      }),
    );
  }

  private tell(message: HelperMessage): void {
    if (this.helpers.length === 0) return;
    for (const helper of this.helpers) helper.send(message);
    // Lets them go to read it.
    this.kernels.start(0);
  }

  private addressOf(bits: number): number {
    const known = this.constants.get(bits);
    if (known !== undefined) return known;
    if (this.constantsLeft === 0) {
      this.constantsLeft = 256;
      this.constantsAt = this.heap.allocate(4 * this.constantsLeft);
    }
    const at = this.constantsAt;
    this.heap.words(at, 1)[0] = bits;
    this.constants.set(bits, at);
    this.constantsAt += 4;
    this.constantsLeft--;
    return at;
  }
}
