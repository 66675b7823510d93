import type { Buffer, Command, Plan } from '../plan/plan';
import type { Machine } from './machine';
import { fixed, inTurns, type Place, type ProgramWriter } from './program';

/** Sizes of one call of a layer. */
export interface LayerShape {
  readonly batch: number;
  readonly timeSteps: number;
  readonly inputSize: number;
  readonly units: number;
}

/** Where a weight lies in the layer's flat tensor, in numbers; its shape decides how it is packed. */
export type WeightLayout = ReadonlyMap<
  string,
  { readonly offset: number; readonly shape: readonly number[]; readonly trained: boolean }
>;

/** Addresses that a program reads and writes. */
export interface LayerPlaces {
  /** The flat weights, row after row. */
  readonly weights: number;
  /** Packed weights, and biases and vectors filled up to whole panels. */
  readonly packed: number;
  readonly input: Place;
  /** Kept values of all steps. */
  readonly values: number;
  /** Each state before the first and after each step. */
  readonly states: readonly number[];
}

/** Input by number: what stands in place of the input sequence when the layer reads a table of embeddings. */
export interface Tokens {
  /** Rows of the table. */
  readonly vocabulary: number;
  /** Ids [time][batch]. */
  readonly ids: number;
  /** The table, panel by panel. */
  readonly table: number;
  /** Its products with the input weights, `productBytes` of them. */
  readonly products: number;
  /** The table, row after row. */
  readonly rows: number;
}

export interface BackwardPlaces extends LayerPlaces {
  /** The weights transposed and packed. */
  readonly transposed: number;
  /** Gradient with respect to the output sequence. */
  readonly upstream: Place;
  readonly scratch: number;
  /** Gradients of the flat weights. */
  readonly gradients: number;
}

/** Tokens, and where the gradient of their table goes. */
export interface TokenGradient extends Tokens {
  /** Row after row; undefined where nobody asks for it. */
  readonly gradientTable: number | undefined;
  /** The same panel by panel, on the way there. */
  readonly gradientPanels: number;
}

/** Where the gradient with respect to the input goes: a sequence, or a table of embeddings. */
export interface InputGradient {
  readonly input?: Place | undefined;
  readonly tokens?: TokenGradient | undefined;
}

/** Pieces of a block of memory, named. */
class Pieces {
  readonly offsets = new Map<string, number>();
  bytes = 0;

  add(name: string, bytes: number): void {
    this.offsets.set(name, this.bytes);
    this.bytes += Math.ceil(bytes / 64) * 64;
  }

  at(name: string): number {
    const offset = this.offsets.get(name);
    if (offset === undefined) throw new Error(`Nothing is kept as ${name}`);
    return offset;
  }
}

/** A plan at a shape: how its buffers lie in memory, and its programs. */
export class Layer {
  /** Bytes of one panel-wise matrix [batch, units]. */
  readonly matrixBytes: number;
  /** Bytes from one time step of a state's sequence to the next. */
  readonly stateStride: number;
  readonly valuesBytes: number;
  readonly packed = new Pieces();
  readonly transposed = new Pieces();
  readonly scratch = new Pieces();
  private readonly valueOffsets = new Map<Buffer, number>();
  private readonly valueStride: number;
  private readonly compiled;

  constructor(
    private readonly machine: Machine,
    readonly plan: Plan,
    readonly shape: LayerShape,
    readonly layout: WeightLayout,
    compiled: ReturnType<Machine['compile']>,
  ) {
    this.compiled = compiled;
    const { batch, units, timeSteps } = shape;
    this.matrixBytes = machine.panelsOf(units) * batch * machine.panelBytes;
    this.stateStride = this.matrixBytes;
    // One record a time step, so that what a step reads and writes lies together.
    let record = 0;
    for (const slot of plan.slots) {
      this.valueOffsets.set(slot, record);
      record += slot.startsWith('scale of') ? Math.ceil((4 * batch) / 64) * 64 : this.matrixBytes;
    }
    this.valueStride = spread(record);
    this.valuesBytes = Math.max(64, this.valueStride * timeSteps);
    this.layOutWeights();
    this.layOutScratch();
  }

  /** Whether the input's gradient is not zero everywhere. */
  get reachesInput(): boolean {
    return this.plan.gradientSlots.has('gradient of input');
  }

  /** Weights that no gradient reaches, or that are not to have one. */
  get withoutGradient(): { readonly offset: number; readonly size: number }[] {
    const { weights, biases, vectors } = this.plan.gradients;
    const reached = new Set([...weights.map(({ weight }) => weight), ...biases.map(({ bias }) => bias), ...vectors]);
    return [...this.layout]
      .filter(([name, { trained }]) => !trained || !reached.has(name))
      .map(([, { offset, shape }]) => ({ offset, size: shape.reduce((a, b) => a * b, 1) }));
  }

  private get widest(): number {
    return Math.max(this.shape.units, this.shape.inputSize);
  }

  /** Numbers in the flat weights. */
  get weightCount(): number {
    return [...this.layout.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** Where a kept value lies. */
  value(buffer: Buffer, places: LayerPlaces): Place {
    const offset = this.valueOffsets.get(buffer);
    if (offset !== undefined) return { at: places.values + offset, stride: this.valueStride };
    const [kind, rest = ''] = buffer.split(':');
    if (kind === 'state' || kind === 'next') {
      const at = places.states[Number(rest)];
      if (at === undefined) throw new Error(`There is no ${buffer}`);
      return { at: at + (kind === 'next' ? this.stateStride : 0), stride: this.stateStride };
    }
    if (kind === 'input') return places.input;
    if (kind === 'vector') return fixed(places.packed + this.packed.at(rest));
    throw new Error(`Nothing is kept as ${buffer}`);
  }

  /** Packs the weights as the forward pass, or, transposed, the backward pass will want them. */
  pack(writer: ProgramWriter, weights: number, target: number, which: 'plain' | 'transposed'): void {
    writer.block('panels', 1, 1);
    if (which === 'plain') writer.command('packVector', 0, this.widest, target + this.packed.at('zeros'), 0);
    for (const [name, { offset, shape }] of this.layout) {
      const source = weights + 4 * offset;
      const [rows = 0, columns] = shape;
      if (which === 'transposed') {
        if (columns !== undefined)
          writer.command('packTransposed', source, rows, columns, target + this.transposed.at(name));
      } else if (columns === undefined) {
        writer.command('packVector', source, rows, target + this.packed.at(name), 0);
      } else {
        writer.command('pack', source, rows, columns, target + this.packed.at(name));
      }
    }
  }

  /**
   * Whether the table of embeddings is better multiplied by the weights before its rows are taken than after: exact up to
   * rounding, and fewer products where it has fewer rows than the batch has tokens.
   */
  multipliesTable(vocabulary: number): boolean {
    const { batch, timeSteps } = this.shape;
    const once = this.inputProducts().every(({ start }) => start !== 'itself');
    return once && vocabulary <= batch * timeSteps;
  }

  /** Bytes of the table's products. */
  productBytes(vocabulary: number): number {
    return this.inputProducts().length * this.tableBytes(vocabulary);
  }

  /** @param tokens what the input is looked up in; absent: the input is a sequence */
  forward(writer: ProgramWriter, places: LayerPlaces, tokens?: Tokens): void {
    const { batch, timeSteps, units, inputSize } = this.shape;
    const at = (buffer: Buffer) => this.value(buffer, places);
    const panels = this.machine.panelsOf(units);
    let before = this.plan.forward.before;
    if (tokens && this.multipliesTable(tokens.vocabulary)) {
      const list = this.inputProducts();
      before = before.filter((command) => command.op !== 'product' || command.a !== 'input');
      const table = { at: tokens.table, stride: 0 };
      const product = (index: number) => tokens.products + index * this.tableBytes(tokens.vocabulary);
      writer.block('each', 1, tokens.vocabulary);
      list.forEach(({ weight, start }, index) => {
        const begin = typeof start === 'object' ? start.bias : 'zeros';
        const matrix = places.packed + this.packed.at(weight);
        const from = places.packed + this.packed.at(begin);
        writer.command('product', table, inputSize, matrix, fixed(product(index)), panels, from);
      });
      writer.barrier().block('each', timeSteps, batch);
      list.forEach(({ c }, index) => {
        writer.command('gather', product(index), tokens.ids, at(c), panels, tokens.vocabulary);
      });
    } else if (tokens) {
      writer.block('each', timeSteps, batch);
      const width = this.machine.panelsOf(inputSize);
      writer.command('gather', tokens.table, tokens.ids, places.input, width, tokens.vocabulary);
    }
    this.overTime(writer, 'forward', before, at, places);
    writer.block('forward', timeSteps, batch);
    for (const command of this.plan.forward.loop) this.command(writer, command, at, places);
  }

  /** The loop backwards, what came before it, and the gradients of all that is learned. */
  backward(writer: ProgramWriter, places: BackwardPlaces, { input, tokens }: InputGradient): void {
    const { batch, timeSteps, units, inputSize } = this.shape;
    const { machine } = this;
    const at = (buffer: Buffer) => this.gradient(buffer, places, input);
    const byTable = tokens !== undefined && this.multipliesTable(tokens.vocabulary);
    const wanted = (command: Command) =>
      (input !== undefined && !byTable) || command.op !== 'product' || command.c !== 'gradient of input';
    writer.block('each', 1, batch);
    for (const name of this.plan.gradients.vectors)
      writer.command('zero', at(`sum:${name}`), this.machine.panelsOf(units));
    writer.block('backward', timeSteps, batch);
    for (const command of this.plan.backward.loop) this.command(writer, command, at, places);
    this.overTime(writer, 'backward', this.plan.backward.after.filter(wanted), at, places);
    writer.barrier();
    writer.block('panels', timeSteps, batch);
    const target = (name: string) => places.gradients + 4 * (this.layout.get(name)?.offset ?? 0);
    for (const { a, d, weight } of this.plan.gradients.weights) {
      if (byTable && a === 'input') continue;
      writer.command('weightGradient', at(a), a === 'input' ? inputSize : units, at(d), units, target(weight));
    }
    for (const { d, bias } of this.plan.gradients.biases) writer.command('columnSums', at(d), units, target(bias));
    for (const name of this.plan.gradients.vectors) {
      writer.command('vectorGradient', at(`sum:${name}`).at, units, target(name));
    }
    if (!tokens) return;
    const { vocabulary, ids, table, products, gradientTable, gradientPanels } = tokens;
    const width = machine.panelsOf(inputSize);
    if (byTable) {
      // Sums of the gradients of equal tokens, then the same products backwards, over the table's rows alone.
      const panels = machine.panelsOf(units);
      const product = (index: number) => products + index * this.tableBytes(vocabulary);
      const list = this.inputProducts().filter(({ c }) => this.plan.gradientSlots.has(`gradient of ${c}`));
      list.forEach(({ c }, index) => {
        writer.command('scatter', at(`gradient of ${c}`), ids, product(index), panels, vocabulary);
      });
      writer.barrier().block('panels', 1, vocabulary);
      list.forEach(({ weight }, index) => {
        writer.command('weightGradient', fixed(table), inputSize, fixed(product(index)), units, target(weight));
      });
      if (gradientTable === undefined) return;
      writer.block('each', 1, vocabulary);
      list.forEach(({ weight }, index) => {
        const matrix = places.transposed + this.transposed.at(weight);
        const begin = index === 0 ? places.packed + this.packed.at('zeros') : 0;
        writer.command('product', fixed(product(index)), units, matrix, fixed(gradientPanels), width, begin);
      });
      writer.command('fromPanels', fixed(gradientPanels), gradientTable, 0, 4 * inputSize, inputSize);
    } else if (gradientTable !== undefined && input !== undefined) {
      writer.command('scatter', input, ids, gradientPanels, width, vocabulary);
      writer.barrier().block('each', 1, vocabulary);
      writer.command('fromPanels', fixed(gradientPanels), gradientTable, 0, 4 * inputSize, inputSize);
    }
  }

  /** Bytes of a table [vocabulary, columns], panel by panel. */
  tableBytes(vocabulary: number, columns = this.shape.units): number {
    return this.machine.panelsOf(columns) * vocabulary * this.machine.panelBytes;
  }

  private inputProducts(): Extract<Command, { op: 'product' }>[] {
    return this.plan.forward.before.flatMap((command) =>
      command.op === 'product' && command.a === 'input' ? [command] : [],
    );
  }

  /** Gradient with respect to the first state, after a backward pass. */
  carry(state: number, places: BackwardPlaces, when: 'begin' | 'end'): number {
    const at = places.scratch + this.scratch.at(`carry:${state}`);
    // The step of time t receives it in one of two buffers and leaves it in the other.
    const isSecond = when === 'begin' ? (this.shape.timeSteps - 1) % 2 === 1 : true;
    return at + (isSecond ? this.matrixBytes : 0);
  }

  private gradient(buffer: Buffer, places: BackwardPlaces, input: Place | undefined): Place {
    const { scratch } = places;
    if (buffer === 'upstream') return places.upstream;
    if (buffer === 'gradient of input') return input ?? fixed(0);
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

  /** Products over all time steps at once; the rest step by step. */
  private overTime(
    writer: ProgramWriter,
    direction: 'forward' | 'backward',
    commands: readonly Command[],
    at: (buffer: Buffer) => Place,
    places: LayerPlaces | BackwardPlaces,
  ): void {
    const { batch, timeSteps } = this.shape;
    for (const command of commands) {
      writer.block(command.op === 'product' ? 'each' : direction, timeSteps, batch);
      this.command(writer, command, at, places);
    }
  }

  private command(
    writer: ProgramWriter,
    command: Command,
    at: (buffer: Buffer) => Place,
    places: LayerPlaces | BackwardPlaces,
  ): void {
    const { machine } = this;
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
        const { a, c, start, weight, transposed } = command;
        const k = a === 'input' ? inputSize : units;
        const begin =
          start === 'itself'
            ? 0
            : start === 'zero'
              ? places.packed + this.packed.at('zeros')
              : places.packed + this.packed.at(start.bias);
        const matrix =
          transposed && 'transposed' in places
            ? places.transposed + this.transposed.at(weight)
            : places.packed + this.packed.at(weight);
        const columns = c === 'gradient of input' ? machine.panelsOf(inputSize) : panels;
        writer.command('product', at(a), k, matrix, at(c), columns, begin);
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

  private layOutWeights(): void {
    const { machine, packed } = this;
    for (const [name, { shape }] of this.layout) {
      const [rows = 0, columns] = shape;
      if (columns === undefined) {
        packed.add(name, machine.panelsOf(rows) * machine.panelBytes);
      } else {
        packed.add(name, machine.panelsOf(columns) * rows * machine.panelBytes);
        this.transposed.add(name, machine.panelsOf(rows) * columns * machine.panelBytes);
      }
    }
    packed.add('zeros', machine.panelsOf(this.widest) * machine.panelBytes);
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
