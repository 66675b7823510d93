import { isConvolutional } from '../../cells/expression';
import type { Buffer, Command, Plan } from '../plan/plan';
import { type ImageSize, pixelsOf, tapsOf } from './images';
import { type BackwardPartPlaces, LayerPart, type PartPlaces } from './layer-part';
import { LayerWeights, type WeightLayout } from './layer-weights';
import { type Direction, type Loop, type StepOfPart, writeLockstep, writeLoops } from './loops';
import type { Machine } from './machine';
import { mapGradientBytes, type Work, writeMapGradients } from './map-gradient';
import { fixed, type ProgramWriter } from './program';

/** Sizes of one call of a layer. */
export interface LayerShape {
  readonly batch: number;
  readonly timeSteps: number;
  readonly inputSize: number;
  readonly units: number;
  /** Where rows are pixels. */
  readonly image?: ImageSize | undefined;
}

/** Input by number: what stands in place of the input sequence when the layer reads a table of embeddings. */
export interface Tokens {
  /** Rows of the table. */
  readonly vocabulary: number;
  /** Each part's ids, [time][row]. */
  readonly ids: readonly number[];
  /** The table, panel by panel. */
  readonly table: number;
  /** Its products with the input weights, `productBytes` of them, and whether they have to be made; absent: row by row. */
  readonly products: { readonly at: number; readonly isStale: boolean } | undefined;
}

/** Where the gradient of the table of embeddings goes. */
export interface TableGradient {
  /** Row after row; undefined where nobody asks for it. */
  readonly rows: number | undefined;
  /** The same panel by panel, on the way there. */
  readonly panels: number;
}

/** Bytes of weights that a core surely keeps in its own cache from step to step. */
const cacheOfACore = 1 << 20;

/** Bytes of weights whose product takes longer than a wait for the other threads. */
const worthALockstep = 1 << 17;

/** A plan at a shape: its parts, what they share, and the programs of both. */
export class Layer {
  readonly weights: LayerWeights;
  readonly parts: readonly LayerPart[];

  constructor(
    private readonly machine: Machine,
    readonly plan: Plan,
    readonly shape: LayerShape,
    layout: WeightLayout,
    compiled: ReturnType<Machine['compile']>,
  ) {
    const { units, inputSize, batch, image } = shape;
    this.weights = new LayerWeights(machine, layout, Math.max(units, inputSize));
    this.parts = machine
      .parts(batch, pixelsOf(image))
      .map((part) => new LayerPart(machine, plan, this.weights, compiled, part, shape));
  }

  /** Whether the input's gradient is not zero everywhere. */
  get reachesInput(): boolean {
    return this.plan.gradientSlots.has('gradient of input');
  }

  /** Weights that no gradient reaches, or that are not to have one. */
  get withoutGradient(): { readonly offset: number; readonly size: number }[] {
    const { weights, biases, vectors } = this.plan.gradients;
    const names = [...weights.map(({ weight }) => weight), ...biases.map(({ bias }) => bias), ...vectors];
    return this.weights.without(new Set(names));
  }

  /**
   * Whether a table of embeddings can be multiplied by the weights before its rows are taken rather than after: exact up to
   * rounding, and fewer products where it has fewer rows than tokens are looked up.
   */
  get canMultiplyTable(): boolean {
    return this.inputProducts().every(({ start, size }) => size === 1 && start !== 'itself');
  }

  /** Bytes of the table's products. */
  productBytes(vocabulary: number): number {
    return this.inputProducts().length * this.tableBytes(vocabulary);
  }

  /** Bytes of a table [vocabulary, columns], panel by panel. */
  tableBytes(vocabulary: number, columns = this.shape.units): number {
    return this.machine.rowBytes(columns) * vocabulary;
  }

  /** @param tokens what the input is looked up in; absent: the input is a sequence */
  forward(writer: ProgramWriter, loop: Loop, places: readonly PartPlaces[], tokens?: Tokens): void {
    const { units, inputSize, timeSteps } = this.shape;
    const panels = this.machine.panelsOf(units);
    const byTable = tokens?.products !== undefined;
    const products = byTable ? this.inputProducts() : [];
    const product = (index: number) => (tokens ? this.productAt(tokens, index) : 0);
    const packed = (name: string) => (places[0]?.packed ?? 0) + this.weights.packed.at(name);
    if (tokens?.products?.isStale) {
      writer.block('each', 1, tokens.vocabulary);
      products.forEach(({ weight, start }, index) => {
        const begin = packed(typeof start === 'object' ? start.bias : 'zeros');
        writer.command('product', fixed(tokens.table), inputSize, packed(weight), fixed(product(index)), panels, begin);
      });
      writer.barrier();
    }
    const before = this.plan.forward.before.filter(
      (command) => !byTable || command.op !== 'product' || command.a !== 'input',
    );
    if (tokens && !byTable) {
      const width = this.machine.panelsOf(inputSize);
      this.each(places, ({ part }, own, index) => {
        writer
          .block('each', timeSteps, part.rows, part.index)
          .command('gather', tokens.table, tokens.ids[index] ?? 0, own.input, width, tokens.vocabulary);
      });
    }
    this.overTime(writer, loop, 'forward', (steps, index) => {
      const [part, own] = [this.part(index), this.ownOf(places, index)];
      products.forEach(({ c }, number) => {
        const ids = tokens?.ids[index] ?? 0;
        steps.command('gather', product(number), ids, part.value(c, own), panels, tokens?.vocabulary ?? 0);
      });
      part.forward(steps, own, before);
    });
  }

  private overTime(writer: ProgramWriter, loop: Loop, direction: Direction, step: StepOfPart): void {
    const { timeSteps, batch } = this.shape;
    const parts = this.parts.map(({ part }) => part);
    if (loop === 'lockstep') writeLockstep(writer, direction, timeSteps, batch, parts, step);
    else writeLoops(writer, direction, timeSteps, parts, step);
  }

  /**
   * The ways through the time steps that may be the fastest, the likelier one first. Where the weights of a step fit into the
   * cache of one core, threads need not wait for one another; where they do not, some processors bring them from further away
   * as fast as they are used.
   */
  get loops(): readonly [Loop, Loop] {
    const { machine, plan, shape } = this;
    const { threads } = machine;
    const products = plan.forward.loop.filter(({ op }) => op === 'product').length;
    const bytes = 4 * products * shape.units ** 2;
    // A pixel's neighbours are rows of the same thread.
    if (shape.image || isConvolutional(plan.cell)) return ['rows', 'rows'];
    if (threads === 1 || machine.panelsOf(shape.units) < threads) return ['rows', 'rows'];
    if (shape.batch < threads) return bytes > worthALockstep ? ['lockstep', 'lockstep'] : ['rows', 'rows'];
    return bytes > cacheOfACore ? ['lockstep', 'rows'] : ['rows', 'rows'];
  }

  /**
   * The loop backwards, what came before it, and the gradients of all that is learned.
   *
   * @param gradients of the flat weights
   * @param workAt where `workBytes` are free
   */
  backward(
    writer: ProgramWriter,
    loop: Loop,
    places: readonly BackwardPartPlaces[],
    gradients: number,
    workAt: number,
    tokens?: Tokens & { readonly gradient: TableGradient },
  ): void {
    const { timeSteps, batch } = this.shape;
    const work = { at: workAt, bytes: this.workBytes(tokens?.vocabulary ?? 0) };
    const byTable = tokens?.products !== undefined;
    const after = this.plan.backward.after.filter(
      (command) =>
        command.op !== 'product' ||
        command.c !== 'gradient of input' ||
        (!byTable && places.every(({ inputGradient }) => inputGradient !== undefined)),
    );
    this.each(places, (part, own) => part.clearSums(writer, own));
    this.overTime(writer, loop, 'backward', (steps, index) =>
      this.part(index).backward(steps, this.ownOf(places, index), after),
    );
    writer.barrier();
    writer.block('panels', timeSteps, batch);
    this.learned(writer, places, gradients, work, byTable ? tokens : undefined);
    if (tokens && byTable) this.tableGradients(writer, places, gradients, work, tokens);
    else if (tokens) this.scatteredGradients(writer, places, work, tokens);
  }

  /** Bytes that the backward pass works in. */
  workBytes(vocabulary: number): number {
    const { batch, inputSize, units } = this.shape;
    const panels = Math.max(this.machine.panelsOf(inputSize), this.maps().length * this.machine.panelsOf(units));
    return mapGradientBytes(this.machine, Math.max(batch, vocabulary), panels);
  }

  /**
   * Gradients of weights, biases and vectors, as sums over all time steps and parts; and of the maps whose products with a
   * table were looked up, sums by token.
   */
  private learned(
    writer: ProgramWriter,
    places: readonly BackwardPartPlaces[],
    gradients: number,
    work: Work,
    tokens: Tokens | undefined,
  ): void {
    const { units, inputSize } = this.shape;
    const { weights, biases, vectors } = this.plan.gradients;
    const target = (name: string) => gradients + this.weights.offset(name);
    const byTable = tokens ? this.lookedUp() : [];
    const maps = this.maps();
    const needed = weights.filter(({ a }) => !(tokens && a === 'input'));
    writeMapGradients(writer, this.machine, work, {
      columns: units,
      image: this.shape.image,
      parts: this.parts.map(({ part }, index) => ({ rows: part.rows, ids: tokens?.ids[index] })),
      tableRows: tokens?.vocabulary,
      maps: maps.map((d) => {
        const bias = biases.find((one) => one.d === d)?.bias;
        const index = byTable.findIndex(({ c }) => d === `gradient of ${c}`);
        return {
          d: this.ofParts(places, (part, own) => part.gradient(d, own)),
          bias: bias === undefined ? undefined : target(bias),
          table: tokens && index >= 0 ? this.productAt(tokens, index) : undefined,
        };
      }),
      arguments: [...new Set(needed.map(({ a }) => a))].flatMap((a) => {
        const k = a === 'input' ? inputSize : units;
        const of = this.ofParts(places, (part, own) => part.gradient(a, own));
        return [...new Set(needed.flatMap((one) => (one.a === a ? [one.size] : [])))].flatMap((size) => {
          const own = needed.filter((one) => one.a === a && one.size === size);
          return tapsOf(size).map((pixel, tap) => ({
            ...{ k, a: of, pixel },
            targets: own.map(({ d, weight }) => ({ map: maps.indexOf(d), at: target(weight) + 4 * tap * k * units })),
          }));
        });
      }),
    });
    for (const name of vectors) {
      const words = this.ofParts(places, (part, own) => [part.gradient(`sum:${name}`, own).at, part.part.rows]);
      writer.command('vectorGradient', units, target(name), words.length, ...words.flat());
    }
  }

  /** From the sums by token the table's products backwards, over its rows alone. */
  private tableGradients(
    writer: ProgramWriter,
    places: readonly BackwardPartPlaces[],
    gradients: number,
    work: Work,
    tokens: Tokens & { readonly gradient: TableGradient },
  ): void {
    const { units, inputSize } = this.shape;
    const { vocabulary, table, gradient } = tokens;
    const list = this.lookedUp();
    const product = (index: number) => fixed(this.productAt(tokens, index));
    writer.barrier().block('panels', 1, vocabulary);
    writeMapGradients(writer, this.machine, work, {
      columns: units,
      parts: [{ rows: vocabulary }],
      maps: list.map((_, index) => ({ d: [product(index)] })),
      arguments: [
        {
          k: inputSize,
          a: [fixed(table)],
          targets: list.map(({ weight }, map) => ({ map, at: gradients + this.weights.offset(weight) })),
        },
      ],
    });
    if (gradient.rows === undefined) return;
    const [first] = places;
    const width = this.machine.panelsOf(inputSize);
    writer.block('each', 1, vocabulary);
    list.forEach(({ weight }, index) => {
      const matrix = (first?.transposed ?? 0) + this.weights.transposed.at(weight);
      const begin = index === 0 ? (first?.packed ?? 0) + this.weights.packed.at('zeros') : 0;
      writer.command('product', product(index), units, matrix, fixed(gradient.panels), width, begin);
    });
    writer.command('fromPanels', fixed(gradient.panels), gradient.rows, 0, 4 * inputSize, inputSize);
  }

  /** The gradient of a table whose rows were taken first. */
  private scatteredGradients(
    writer: ProgramWriter,
    places: readonly BackwardPartPlaces[],
    work: Work,
    { vocabulary, ids, gradient }: Tokens & { readonly gradient: TableGradient },
  ): void {
    if (gradient.rows === undefined) return;
    const { inputSize } = this.shape;
    writeMapGradients(writer, this.machine, work, {
      columns: inputSize,
      parts: this.parts.map(({ part }, index) => ({ rows: part.rows, ids: ids[index] })),
      tableRows: vocabulary,
      maps: [
        { d: this.ofParts(places, (part, own) => part.gradient('gradient of input', own)), table: gradient.panels },
      ],
      arguments: [],
    });
    writer
      .barrier()
      .block('each', 1, vocabulary)
      .command('fromPanels', fixed(gradient.panels), gradient.rows, 0, 4 * inputSize, inputSize);
  }

  private ofParts<P, T>(places: readonly P[], of: (part: LayerPart, places: P, index: number) => T): T[] {
    return this.parts.map((part, index) => of(part, this.ownOf(places, index), index));
  }

  private each<P>(places: readonly P[], body: (part: LayerPart, places: P, index: number) => void): void {
    this.parts.forEach((part, index) => {
      body(part, this.ownOf(places, index), index);
    });
  }

  private part(index: number): LayerPart {
    return this.ownOf(this.parts, index);
  }

  private ownOf<P>(places: readonly P[], index: number): P {
    const own = places[index];
    if (own === undefined) throw new Error('A part has no memory');
    return own;
  }

  /** The gradients that weights and biases are learned from, each once. */
  private maps(): Buffer[] {
    const { weights, biases } = this.plan.gradients;
    return [...new Set([...weights, ...biases].map(({ d }) => d))];
  }

  /** Where the table's products with one of the input's weights are; backward, the sums by token of their gradients. */
  private productAt({ products, vocabulary }: Tokens, index: number): number {
    return (products?.at ?? 0) + index * this.tableBytes(vocabulary);
  }

  /** Products of the input that a gradient reaches. */
  private lookedUp(): Extract<Command, { op: 'product' }>[] {
    return this.inputProducts().filter(({ c }) => this.plan.gradientSlots.has(`gradient of ${c}`));
  }

  private inputProducts(): Extract<Command, { op: 'product' }>[] {
    return this.plan.forward.before.flatMap((command) =>
      command.op === 'product' && command.a === 'input' ? [command] : [],
    );
  }
}
