import type { Buffer } from '../plan/commands';
import type { LayerRead } from './layer-read';
import type { LayerWeights } from './layer-weights';
import type { Lowered, Products, Run, Step } from './lower';
import { norm } from './norm';
import type { Operations, Value } from './operations';
import { type Left, type Reach, Scan, scanOf } from './scan';
import { Series } from './series';
import { Terms, unary } from './terms';

export interface LayerSizes {
  readonly batch: number;
  readonly timeSteps: number;
  readonly units: number;
}

/** Values over all steps of a forward pass, as a backward one reads them. */
export class LayerValues {
  readonly series: Series;
  /** Each state before the first step and after each: [units, batch]. */
  readonly states: readonly Value[][];

  constructor(tensors: Operations, first: readonly Value[], timeSteps: number) {
    this.series = new Series(tensors, timeSteps);
    this.states = first.map((state) => [state]);
  }

  /** [units, batch] */
  at(buffer: Buffer, step: number): Value {
    const { state, later } = stateIn(buffer);
    if (state === undefined) return this.series.at(buffer, step);
    const value = this.states[state]?.[later ? step + 1 : step];
    if (!value) throw new Error(`Nothing is in ${buffer} at step ${step}`);
    return value;
  }

  /** [units, time · batch] */
  wholeOf(buffer: Buffer): Value {
    const { state, later } = stateIn(buffer);
    const own = state === undefined || this.series.has(buffer) ? undefined : this.states[state];
    if (own) this.series.setSteps(buffer, later ? own.slice(1) : own.slice(0, -1));
    return this.series.wholeOf(buffer);
  }

  /** Forgets what is not read again. @returns every tensor that it has */
  prune(kept: ReadonlySet<Buffer>): Value[] {
    return [...new Set([...this.series.prune(kept), ...this.states.flat()])];
  }
}

/** Of a buffer that is a state, which, and whether after its step. */
function stateIn(buffer: Buffer): { readonly state: number | undefined; readonly later: boolean } {
  const [kind, index] = buffer.split(':');
  const later = kind === 'next';
  return { state: later || kind === 'state' ? Number(index) : undefined, later };
}

/**
 * A layer over a sequence. Everything lies unit by unit, of a step [units, batch] and of all [units, time · batch]: a product of a
 * weight matrix with so few columns takes TensorFlow half as long as one of so few rows.
 *
 * @param first each state before the first step, [units, batch]
 */
export function forward(
  tensors: Operations,
  lowered: Lowered,
  weights: LayerWeights,
  read: LayerRead,
  first: readonly Value[],
  sizes: LayerSizes,
): LayerValues {
  const { plan, before } = lowered;
  const values = new LayerValues(tensors, first, sizes.timeSteps);
  const { series, states } = values;
  const vector = (name: string) => weights.column([name]);
  const { batch, timeSteps, units } = sizes;
  const full = (value: Value) => whole(tensors, value, units, batch);
  const overSteps = (value: Value) => whole(tensors, value, units, timeSteps * batch);

  const ahead = new Terms(tensors, plan.graph, vector);
  for (const step of before) {
    if (step.op === 'products') aheadProducts(tensors, series, ahead, weights, read, step);
    else if (step.op === 'norm') {
      const { value, scale } = norm(tensors, series.wholeOf(step.a));
      series.setWhole(step.y, value);
      series.setWhole(step.r, scale);
    } else if (step.op === 'segment') {
      const { reads, writes } = step.segment;
      const leaf = leafOf(reads, (buffer) => series.wholeOf(buffer));
      const written = writes.map(({ of, to }) => [to, overSteps(ahead.value(of, leaf))] as const);
      for (const [to, value] of written) series.setWhole(to, value);
    }
  }

  const scan = scanOf(lowered, `forward ${units} ${batch}`, () => {
    return new Scan<ForwardPass>(tensors, (reach, carried) => forwardStep(tensors, lowered, reach, carried, full));
  });
  const scanned = scan.run({ weights, values }, [...Array(timeSteps).keys()], first);
  for (const carried of scanned.carried) {
    carried.forEach((value, index) => {
      states[index]?.push(value);
    });
  }
  for (const [buffer, list] of scanned.kept) series.setSteps(buffer, list);
  return values;
}

interface ForwardPass {
  readonly weights: LayerWeights;
  readonly values: LayerValues;
}

/** @param carried the states before the step, [units, batch] */
function forwardStep(
  tensors: Operations,
  { plan, loop, kept }: Lowered,
  reach: Reach<ForwardPass>,
  carried: readonly Value[],
  full: (value: Value) => Value,
): Left {
  const own = new Map<Buffer, Value>(carried.map((value, index) => [`state:${index}`, value]));
  const at = (buffer: Buffer) => own.get(buffer) ?? reach.own(({ values }, step) => values.at(buffer, step));
  const column = (names: readonly string[]) => reach.shared(({ weights }) => weights.column(names));
  const terms = new Terms(tensors, plan.graph, (name) => column([name]));
  for (const command of loop) stepForward(tensors, command, { own, at, reach, column, terms, full });
  const next = carried.map((_, index) => full(own.get(`next:${index}`) ?? missing(index)));
  const isKept = (buffer: Buffer) => kept.has(buffer) && !/^(next|state):/.test(buffer);
  return { carried: next, kept: [...own].filter(([buffer]) => isKept(buffer)) };
}

function missing(state: number): never {
  throw new Error(`The state ${state} has no next value`);
}

interface StepContext {
  readonly own: Map<Buffer, Value>;
  readonly at: (buffer: Buffer) => Value;
  readonly reach: Reach<ForwardPass>;
  readonly column: (names: readonly string[]) => Value;
  readonly terms: Terms;
  readonly full: (value: Value) => Value;
}

function stepForward(tensors: Operations, command: Step, { own, at, reach, column, terms, full }: StepContext): void {
  if (command.op === 'products') {
    const matrix = reach.shared(({ weights }) => weights.under(command.weights));
    const product = tensors.matMul(matrix, at(command.a));
    for (const [run, piece] of pieces(tensors, command, product)) {
      const begun = () =>
        run.maps.some((map) => own.has(map)) || run.maps.length === 1
          ? tensors.concat(run.maps.map(at), 0)
          : reach.own(({ values }, step) => values.series.joinedAt(run.maps, step));
      const value = finished(tensors, column, run, piece, begun);
      place(tensors, run, value, terms, (map, part) => own.set(map, part));
    }
  } else if (command.op === 'norm') {
    const { value, scale } = norm(tensors, at(command.a));
    own.set(command.y, value);
    own.set(command.r, scale);
  } else if (command.op === 'segment') {
    const { reads, writes } = command.segment;
    const leaf = leafOf(reads, at);
    const values = writes.map(({ of, to }) => [to, full(terms.value(of, leaf))] as const);
    for (const [to, value] of values) own.set(to, value);
  }
}

function aheadProducts(
  tensors: Operations,
  series: Series,
  terms: Terms,
  weights: LayerWeights,
  read: LayerRead,
  command: Products,
): void {
  const isInput = command.a === 'input';
  const biases = command.runs.every(({ start }) => start === 'biases')
    ? command.runs.flatMap((run) => run.biases)
    : undefined;
  const multiplied = isInput ? read.products(weights, command.weights, biases ?? []) : undefined;
  const product =
    multiplied ?? tensors.matMul(weights.under(command.weights), isInput ? read.columns() : series.wholeOf(command.a));
  for (const [run, piece] of pieces(tensors, command, product)) {
    const hasBias = multiplied !== undefined && biases !== undefined;
    const value = finished(
      tensors,
      (names) => weights.column(names),
      hasBias ? { ...run, start: 'nothing', biases: [] } : run,
      piece,
      () => series.joined(run.maps),
    );
    if (run.through === undefined) series.setJoined(run.maps, value);
    else place(tensors, run, value, terms, () => undefined);
  }
}

/** A product's parts, one for each run. */
function pieces(tensors: Operations, { runs }: Products, product: Value): (readonly [Run, Value])[] {
  const maps = runs.reduce((sum, run) => sum + run.maps.length, 0);
  const units = (product.shape[0] ?? 0) / maps;
  const sizes = runs.map((run) => run.maps.length * units);
  const parts = tensors.splitSizes(product, sizes, 0);
  return runs.map((run, index) => [run, parts[index] as Value] as const);
}

/** A run's product with what it begins with added, and its function taken. */
function finished(
  tensors: Operations,
  column: (names: readonly string[]) => Value,
  { start, biases, through }: Run,
  product: Value,
  begun: () => Value,
): Value {
  let value = start === 'before' ? tensors.add(product, begun()) : product;
  if (biases.length > 0) value = tensors.add(value, column(biases));
  return through ? unary(tensors, through.op, value) : value;
}

/** Gives each map, or the function of each map, its part. */
function place(
  tensors: Operations,
  { maps, through }: Run,
  value: Value,
  terms: Terms,
  set: (map: Buffer, part: Value) => void,
): void {
  tensors.split(value, maps.length, 0).forEach((part, index) => {
    const node = through?.nodes[index];
    if (node === undefined) set(maps[index] as Buffer, part);
    else terms.set(node, part);
  });
}

export function leafOf(
  reads: ReadonlyMap<number, Buffer>,
  read: (buffer: Buffer) => Value,
): (id: number) => Value | undefined {
  return (id) => {
    const buffer = reads.get(id);
    // A learned vector is the same at each step.
    return buffer === undefined || buffer.startsWith('vector:') ? undefined : read(buffer);
  };
}

/** What is the same in every row, row by row: [units, rows]. */
function whole(tensors: Operations, value: Value, units: number, rows: number): Value {
  const { shape } = value;
  if (shape.length === 2 && shape[0] === units && shape[1] === rows) return value;
  return tensors.add(value, tensors.zeros([units, rows]));
}
