import type { Buffer, Command, Plan } from '../plan/plan';
import { type ImageSize, singlePixel } from './images';
import type { LayerWeights } from './layer-weights';
import type { StepWriter } from './loops';
import type { Machine } from './machine';
import type { Part } from './parts';
import { Pieces } from './pieces';
import { fixed, inTurns, type Place, type ProgramWriter } from './program';

/** Addresses that a part's programs read and write. */
export interface PartPlaces {
  /** Packed weights. */
  readonly packed: number;
  readonly input: Place;
  /** Kept values of all steps. */
  readonly values: number;
  /** Each state before the first and after each step. */
  readonly states: readonly number[];
}

export interface BackwardPartPlaces extends PartPlaces {
  /** The weights transposed and packed. */
  readonly transposed: number;
  /** Gradient with respect to the output sequence. */
  readonly upstream: Place;
  readonly scratch: number;
  /** Where the gradient with respect to the input goes; undefined where nobody asks for it. */
  readonly inputGradient: Place | undefined;
}

/** A plan over the rows of one part: how its buffers lie in memory, and its loops. */
export class LayerPart {
  /** Bytes of one panel-wise matrix [rows, units]: from one time step of a state's sequence to the next, too. */
  readonly matrixBytes: number;
  readonly valuesBytes: number;
  private readonly scratch = new Pieces();
  private readonly valueOffsets = new Map<Buffer, number>();
  private readonly valueStride: number;

  constructor(
    private readonly machine: Machine,
    private readonly plan: Plan,
    private readonly weights: LayerWeights,
    private readonly compiled: ReturnType<Machine['compile']>,
    readonly part: Part,
    private readonly shape: {
      readonly timeSteps: number;
      readonly inputSize: number;
      readonly units: number;
      readonly image?: ImageSize | undefined;
    },
  ) {
    this.matrixBytes = machine.rowBytes(shape.units) * part.rows;
    // One record a time step, so that what a step reads and writes lies together.
    let record = 0;
    for (const slot of plan.slots) {
      this.valueOffsets.set(slot, record);
      record += slot.startsWith('scale of') ? Math.ceil((4 * part.rows) / 64) * 64 : this.matrixBytes;
    }
    this.valueStride = spread(record);
    this.valuesBytes = Math.max(64, this.valueStride * shape.timeSteps);
    this.layOutScratch();
  }

  get scratchBytes(): number {
    return this.scratch.bytes;
  }

  /** Where a kept value lies. */
  value(buffer: Buffer, places: PartPlaces): Place {
    const offset = this.valueOffsets.get(buffer);
    if (offset !== undefined) return { at: places.values + offset, stride: this.valueStride };
    const [kind, rest = ''] = buffer.split(':');
    if (kind === 'state' || kind === 'next') {
      const at = places.states[Number(rest)];
      if (at === undefined) throw new Error(`There is no ${buffer}`);
      return { at: at + (kind === 'next' ? this.matrixBytes : 0), stride: this.matrixBytes };
    }
    if (kind === 'input') return places.input;
    if (kind === 'vector') return fixed(places.packed + this.weights.packed.at(rest));
    throw new Error(`Nothing is kept as ${buffer}`);
  }

  /** Where a buffer of the backward pass lies. */
  gradient(buffer: Buffer, places: BackwardPartPlaces): Place {
    const { scratch } = places;
    if (buffer === 'upstream') return places.upstream;
    if (buffer === 'gradient of input') return places.inputGradient ?? fixed(0);
    const [kind, rest = ''] = buffer.split(':');
    if (kind === 'carry' || kind === 'carry out') {
      const at = scratch + this.scratch.at(`carry:${rest}`);
      return inTurns(at, this.matrixBytes, kind === 'carry' ? 'first' : 'second');
    }
    if (kind === 'sum') return fixed(scratch + this.scratch.at(buffer));
    if (!buffer.startsWith('gradient of')) return this.value(buffer, places);
    if (!this.plan.gradientSlots.has(buffer)) return fixed(scratch + this.scratch.at(buffer));
    const inPlaceOf = this.plan.gradientSlots.get(buffer);
    if (inPlaceOf !== undefined) return this.value(inPlaceOf, places);
    return { at: scratch + this.scratch.at(buffer), stride: spread(this.matrixBytes) };
  }

  /** Gradient with respect to a state, before the first step of the backward pass or after its last one. */
  carry(state: number, scratch: number, when: 'begin' | 'end'): number {
    const at = scratch + this.scratch.at(`carry:${state}`);
    // The step of time t receives it in one of two buffers and leaves it in the other.
    const isSecond = when === 'begin' ? (this.shape.timeSteps - 1) % 2 === 1 : true;
    return at + (isSecond ? this.matrixBytes : 0);
  }

  /**
   * The commands of one step. What depends on no state is done here too, at its step or a few steps ahead, rather than over
   * all steps before: it is still in the cache then.
   *
   * @param before what depends on no state
   */
  forward(writer: StepWriter, places: PartPlaces, before: readonly Command[]): void {
    const at = (buffer: Buffer) => this.value(buffer, places);
    const [ahead, rest] = split(
      before,
      (command) =>
        command.op === 'product' && command.size === 1 && command.a === 'input' && command.start !== 'itself',
    );
    for (const command of ahead) this.command(writer, command, at, places, 'productOfSteps');
    for (const command of [...rest, ...this.plan.forward.loop]) this.command(writer, command, at, places);
  }

  /** @param after what no state's gradient waits for */
  backward(writer: StepWriter, places: BackwardPartPlaces, after: readonly Command[]): void {
    const at = (buffer: Buffer) => this.gradient(buffer, places);
    const ofInput = (command: Command) => command.op === 'product' && command.c === 'gradient of input';
    // Those that add to one another stay in their order.
    const hasConvolution = after.some((command) => command.op === 'product' && command.size > 1 && ofInput(command));
    const [behind, rest] = split(after, (command) => !hasConvolution && ofInput(command));
    for (const command of [...this.plan.backward.loop, ...rest]) this.command(writer, command, at, places);
    for (const command of behind) this.command(writer, command, at, places, 'productOfSteps');
  }

  /** Sums over all steps begin with zero. */
  clearSums(writer: ProgramWriter, places: BackwardPartPlaces): void {
    const { vectors } = this.plan.gradients;
    if (vectors.length > 0) writer.block('each', 1, this.part.rows, this.part.index);
    for (const name of vectors)
      writer.command('zero', this.gradient(`sum:${name}`, places), this.machine.panelsOf(this.shape.units));
  }

  private command(
    writer: StepWriter,
    command: Command,
    at: (buffer: Buffer) => Place,
    places: PartPlaces | BackwardPartPlaces,
    product: 'product' | 'productOfSteps' = 'product',
  ): void {
    const { machine, weights } = this;
    const { units, inputSize } = this.shape;
    const panels = machine.panelsOf(units);
    switch (command.op) {
      case 'segment': {
        const code = this.compiled.get(command.segment);
        if (!code) throw new Error('A segment was not compiled');
        writer.command('segment', code.index, panels, ...code.buffers.map(at));
        break;
      }
      case 'product': {
        const { a, c, start, weight, transposed, size } = command;
        const k = a === 'input' ? inputSize : units;
        const begin =
          start === 'itself' ? 0 : places.packed + weights.packed.at(start === 'zero' ? 'zeros' : start.bias);
        const matrix =
          transposed && 'transposed' in places
            ? places.transposed + weights.transposed.at(weight)
            : places.packed + weights.packed.at(weight);
        const columns = c === 'gradient of input' ? machine.panelsOf(inputSize) : panels;
        if (size === 1) {
          writer.command(product, at(a), k, matrix, at(c), columns, begin);
          break;
        }
        const { height, width } = this.shape.image ?? singlePixel;
        const taps = size * size;
        // Of one panel of columns the matrices of all pixels lie together; transposed, those of all panels of one pixel do,
        // and the pixels go the other way.
        const ofTap = transposed ? -columns * k * machine.panelBytes : k * machine.panelBytes;
        const ofPanel = (transposed ? 1 : taps) * k * machine.panelBytes;
        const first = transposed ? matrix - (taps - 1) * ofTap : matrix;
        writer.command(
          'convolution',
          ...[at(a), k, first, at(c), columns, begin],
          ...[height, width, size, ofTap, ofPanel],
        );
        break;
      }
      case 'zero':
        writer.command('zero', at(command.c), panels);
        break;
      case 'norm':
        writer.command('norm', at(command.a), at(command.y), at(command.r), units);
        break;
      case 'normGradient': {
        const { d, y, r, a, add } = command;
        writer.command('normGradient', at(d), at(y), at(r), at(a), units, add ? 1 : 0);
        break;
      }
    }
  }

  private layOutScratch(): void {
    const { plan, scratch, matrixBytes, shape } = this;
    for (const state of plan.cell.states.keys()) scratch.add(`carry:${state}`, 2 * matrixBytes);
    for (const name of plan.gradients.vectors) scratch.add(`sum:${name}`, matrixBytes);
    for (const buffer of plan.scratch) scratch.add(buffer, matrixBytes);
    for (const [buffer, place] of plan.gradientSlots) {
      if (place === undefined && buffer !== 'gradient of input')
        scratch.add(buffer, spread(matrixBytes) * shape.timeSteps);
    }
  }
}

/**
 * A distance between time steps that is not a multiple of 4 KiB: with such a distance the same panel of all steps would
 * share a few lines of the first cache.
 */
function spread(bytes: number): number {
  return bytes > 0 && bytes % 4096 === 0 ? bytes + 256 : bytes;
}

function split<T>(list: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [list.filter(isFirst), list.filter((item) => !isFirst(item))];
}
