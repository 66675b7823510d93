import type { tf } from '../tensors';
import type { Machine } from '../wasm/machine';
import { type Part, type PartPlace, panelSequence, sameParts } from '../wasm/parts';
import { ProgramWriter } from '../wasm/program';

/** A piece of the engine's memory, given back when no tensor holds it any more. */
export class Block {
  private holders = 1;

  constructor(
    private readonly machine: Machine,
    readonly at: number,
    readonly bytes: number,
  ) {}

  static of(machine: Machine, bytes: number): Block {
    return new Block(machine, machine.heap.allocate(bytes), bytes);
  }

  hold(): this {
    this.holders++;
    return this;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.machine.heap.release(this.at);
  }
}

/** A sequence panel by panel for each of its time steps, part after part of its rows. */
export interface PanelLayout {
  readonly kind: 'panels';
  readonly timeSteps: number;
  readonly columns: number;
  readonly places: readonly PartPlace[];
}

/** Where a tensor lies in memory: row after row from an address on, or in panels. */
export type Layout = { readonly kind: 'rows'; readonly at: number } | PanelLayout;

export interface Region {
  readonly block: Block;
  readonly layout: Layout;
}

/** A tensor's data: an array of TF.js's, a region of the engine's memory, or both. */
export class Stored {
  refCount = 1;
  /** For TF.js's own kernels, which look whether a tensor is complex. */
  readonly complexTensorInfos: undefined;
  private array: tf.BackendValues | undefined;

  constructor(
    private readonly machine: Machine,
    readonly dtype: tf.DataType,
    /** In numbers. */
    private readonly size: number,
    data: { readonly array: tf.BackendValues } | { readonly region: Region },
    /** Blocks that it keeps besides its own. */
    private readonly keeps: Block[] = [],
  ) {
    if ('array' in data) this.array = data.array;
    else this.region = data.region;
  }

  region: Region | undefined;

  /** Counts changes in place, so that what is made of the data can be kept. */
  version = 0;
  private readonly made = new Map<string, { block: Block; version: number; of: Stored; versionOfOther: number }>();

  /**
   * A block that is made of this tensor's data, and another one's where given, and made again after a change of either.
   *
   * @returns its address, and whether it has to be made
   */
  derived(name: string, bytes: number, other: Stored = this): { readonly at: number; readonly isStale: boolean } {
    let known = this.made.get(name);
    if (known && known.block.bytes < bytes) {
      known.block.release();
      known = undefined;
    }
    if (!known) {
      known = { block: Block.of(this.machine, bytes), version: -1, of: other, versionOfOther: -1 };
      this.made.set(name, known);
    }
    const isStale = known.version !== this.version || known.of !== other || known.versionOfOther !== other.version;
    known.version = this.version;
    known.of = other;
    known.versionOfOther = other.version;
    return { at: known.block.at, isStale };
  }

  /** Something else was written where a derived block is. */
  spoil(name: string): void {
    const known = this.made.get(name);
    if (known) known.version = -1;
  }

  /** Row after row, as TF.js's kernels read it. What lies in memory is read anew each time, since it may have changed. */
  get values(): tf.BackendValues {
    if (this.array !== undefined) return this.array;
    if (!this.region) throw new Error('A tensor has no data');
    const { layout } = this.region;
    if (layout.kind === 'rows') return this.machine.heap.floats(layout.at, this.size);
    const block = this.machine.heap.allocate(4 * this.size);
    const writer = new ProgramWriter();
    const { timeSteps, columns } = layout;
    for (const { at, stride, index, first, rows } of layout.places) {
      const target = { at: block + 4 * columns * timeSteps * first, stride: 4 * columns };
      writer
        .block('each', timeSteps, rows, index)
        .command('fromPanels', { at, stride }, target, 4 * columns * timeSteps, columns);
    }
    this.machine.once(writer.words());
    const copy = this.machine.heap.floats(block, this.size).slice();
    this.machine.heap.release(block);
    return copy;
  }

  /** Gives a block back with this tensor's data, and not before. */
  keep(block: Block): Block {
    this.keeps.push(block);
    return block;
  }

  /** In the engine's memory, row after row. */
  rows(): number {
    if (this.region?.layout.kind === 'rows') return this.region.layout.at;
    const { values } = this;
    const block = Block.of(this.machine, 4 * this.size);
    this.machine.heap.floats(block.at, this.size).set(values as Float32Array);
    this.replace({ block, layout: { kind: 'rows', at: block.at } });
    return block.at;
  }

  /**
   * In the engine's memory, panel by panel, part after part.
   *
   * @param parts how the rows must be cut; absent: as they are, or else as the machine likes
   */
  panels(timeSteps: number, rows: number, columns: number, parts?: readonly Part[]): readonly PartPlace[] {
    const { region, machine } = this;
    if (region?.layout.kind === 'panels' && (!parts || sameParts(parts, region.layout.places)))
      return region.layout.places;
    const source = this.rows();
    const sequence = panelSequence(parts ?? machine.parts(rows), timeSteps, machine.rowBytes(columns));
    const block = Block.of(machine, sequence.bytes);
    const places = sequence.places(block.at);
    const writer = new ProgramWriter();
    for (const { at, stride, index, first, rows: own } of places) {
      writer
        .block('each', timeSteps, own, index)
        .command(
          'toPanels',
          ...[source + 4 * columns * timeSteps * first, 4 * columns, 4 * columns * timeSteps, columns],
          { at, stride },
        );
    }
    machine.once(writer.words());
    this.replace({ block, layout: { kind: 'panels', timeSteps, columns, places } });
    return places;
  }

  dispose(): void {
    this.region?.block.release();
    for (const block of this.keeps) block.release();
    for (const { block } of this.made.values()) block.release();
  }

  private replace(region: Region): void {
    this.region?.block.release();
    this.region = region;
    this.array = undefined;
  }
}
