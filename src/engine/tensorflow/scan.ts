import { append } from '../../base/grouped';
import { type Constant, Graph } from './graph';
import type { Executed, Operations, Value } from './operations';

/** How a step comes to what is not made in it, out of what a pass over a sequence has. */
export interface Reach<Pass> {
  /** What is the same at every step. */
  shared(of: (pass: Pass) => Value): Value;
  /** What each step has of its own. */
  own(of: (pass: Pass, step: number) => Value): Value;
}

/** What a step leaves. */
export interface Left {
  /** For the next step. */
  readonly carried: readonly Value[];
  /** For whoever asks for it later, by name. */
  readonly kept: readonly (readonly [name: string, value: Value])[];
}

/** What all steps left, in the order in which they were made. */
export interface Scanned {
  readonly carried: readonly (readonly Value[])[];
  readonly kept: ReadonlyMap<string, readonly Value[]>;
}

/** Nodes of a graph up to which more steps are put into it: one takes a millisecond a node to be readied. */
const mostNodes = 400;
/** Steps below which a graph of them saves nothing. */
const fewestSteps = 4;
/** Graphs of one loop, each for another number of steps. */
const mostGraphs = 3;

type Input<Pass> =
  | { readonly kind: 'shared'; readonly of: (pass: Pass) => Value }
  | { readonly kind: 'own'; readonly of: (pass: Pass, step: number) => Value }
  | { readonly kind: 'carried'; readonly index: number };

/** A step as it was executed once, with its values by their numbers. */
interface Trace<Pass> {
  readonly executed: readonly Executed[];
  readonly inputs: ReadonlyMap<number, Input<Pass>>;
  readonly constants: ReadonlyMap<number, Constant>;
  readonly carried: readonly number[];
  readonly kept: readonly (readonly [name: string, id: number])[];
}

/** Some steps in one run of TensorFlow's. */
interface Compiled<Pass> {
  readonly steps: number;
  readonly run: (pass: Pass, steps: readonly number[], carried: readonly Value[]) => Scanned;
}

/**
 * The same step again and again, each beginning with what the one before left. The first time it is executed operation by
 * operation; when it is asked for again, TensorFlow gets graphs of many steps, and a call from JavaScript for each graph in place
 * of each operation.
 */
export class Scan<Pass> {
  private passes = 0;
  private trace: Trace<Pass> | undefined;
  private compiled: Compiled<Pass>[] = [];
  private generation = 0;

  /**
   * @param body Does the same at each step of each pass: it reads nothing but through its arguments.
   */
  constructor(
    private readonly tensors: Operations,
    private readonly body: (reach: Reach<Pass>, carried: readonly Value[]) => Left,
  ) {}

  /**
   * @param steps in the order in which they are made
   * @param first what the first one begins with
   */
  run(pass: Pass, steps: readonly number[], first: readonly Value[]): Scanned {
    const carried: (readonly Value[])[] = [];
    const kept = new Map<string, Value[]>();
    const add = (more: Scanned) => {
      carried.push(...more.carried);
      for (const [name, values] of more.kept) for (const value of values) append(kept, name, value);
    };
    this.passes++;
    const { generation } = this.tensors.graphs;
    if (this.generation !== generation) {
      this.generation = generation;
      this.compiled = [];
    }
    if (this.passes > 1) this.compileFor(steps.length);
    for (let at = 0; at < steps.length; ) {
      const before = carried.at(-1) ?? first;
      const fitting = this.compiled.find((one) => one.steps <= steps.length - at);
      const now = steps.slice(at, at + (fitting?.steps ?? 1));
      add(fitting ? fitting.run(pass, now, before) : this.execute(pass, now[0] as number, before));
      at += now.length;
    }
    return { carried, kept };
  }

  private execute(pass: Pass, step: number, before: readonly Value[]): Scanned {
    const { tensors } = this;
    const reach = this.trace ? plain(pass, step) : undefined;
    const left = tensors.within(
      () => (reach ? this.body(reach, before) : this.traced(pass, step, before)),
      ({ carried, kept }) => [...carried, ...kept.map(([, value]) => value)],
    );
    const kept = new Map<string, Value[]>();
    for (const [name, value] of left.kept) append(kept, name, value);
    return { carried: [left.carried], kept };
  }

  private traced(pass: Pass, step: number, before: readonly Value[]): Left {
    const { tensors } = this;
    const inputs = new Map<number, Input<Pass>>();
    const reached = (make: () => Value, input: Input<Pass>): Value => {
      const value = tensors.unheard(make);
      inputs.set(value.id, input);
      return value;
    };
    const reach: Reach<Pass> = {
      shared: (of) => reached(() => of(pass), { kind: 'shared', of }),
      own: (of) => reached(() => of(pass, step), { kind: 'own', of }),
    };
    // By a number of its own, and none that it shares at this step alone.
    const carried = before.map((value, index) => reached(() => tensors.again(value), { kind: 'carried', index }));
    const { result, executed } = tensors.heard(() => this.body(reach, carried));
    const left = {
      carried: result.carried.map(({ id }) => id),
      kept: result.kept.map(([name, { id }]) => [name, id] as const),
    };
    const own = new Set(executed.flatMap(({ results }) => results));
    const read = [...executed.flatMap((one) => one.inputs), ...left.carried, ...left.kept.map(([, id]) => id)];
    const others = new Set(read.filter((id) => !own.has(id) && !inputs.has(id)));
    const constants = new Map([...others].map((id) => [id, tensors.constantOf(id) ?? unreached()] as const));
    this.trace = { executed, inputs, constants, ...left };
    return result;
  }

  /** A graph for passes over so many steps, unless those that are there make most of them. */
  private compileFor(timeSteps: number): void {
    const { trace, compiled, tensors } = this;
    if (!trace || !tensors.graphs.isOpen || compiled.length >= mostGraphs) return;
    const left = compiled.reduce((rest, { steps }) => rest % steps, timeSteps);
    if (timeSteps < fewestSteps || left <= timeSteps / 4) return;
    const most = Math.max(fewestSteps, Math.floor(mostNodes / Math.max(1, trace.executed.length)));
    // Few runs, all of one length, that leave next to nothing over; at last some that fit everywhere.
    const isLast = compiled.length === mostGraphs - 1;
    const steps = isLast ? Math.min(timeSteps, 2 * fewestSteps) : Math.floor(timeSteps / Math.ceil(timeSteps / most));
    const made = compile(tensors, trace, steps);
    if (!made) return;
    compiled.push(made);
    compiled.sort((a, b) => b.steps - a.steps);
  }
}

function unreached(): never {
  throw new Error('A step reads what it does not reach through its arguments');
}

function plain<Pass>(pass: Pass, step: number): Reach<Pass> {
  return { shared: (of) => of(pass), own: (of) => of(pass, step) };
}

/** Undefined where TensorFlow does not take it. */
function compile<Pass>(tensors: Operations, trace: Trace<Pass>, steps: number): Compiled<Pass> | undefined {
  const graph = new Graph(tensors.binding);
  const given: {
    readonly name: string;
    readonly of: (pass: Pass, steps: readonly number[], carried: readonly Value[]) => Value;
  }[] = [];
  const placeholder = (of: (typeof given)[number]['of']) => {
    const name = graph.placeholder();
    given.push({ name, of });
    return name;
  };
  const shared = new Map<number, string>();
  const left: { readonly carried: readonly string[]; readonly kept: readonly (readonly [string, string])[] }[] = [];
  for (let index = 0; index < steps; index++) {
    const names = new Map<number, string>();
    const before = left.at(-1)?.carried;
    const nameOf = (id: number): string => {
      const known = names.get(id) ?? shared.get(id);
      if (known !== undefined) return known;
      const constant = trace.constants.get(id);
      if (constant) return graph.constant(constant);
      const input = trace.inputs.get(id) ?? unreached();
      const made =
        input.kind === 'shared'
          ? placeholder((pass) => input.of(pass))
          : input.kind === 'own'
            ? placeholder((pass, list) => input.of(pass, list[index] as number))
            : (before?.[input.index] ?? placeholder((_pass, _list, carried) => carried[input.index] as Value));
      (input.kind === 'shared' ? shared : names).set(id, made);
      return made;
    };
    for (const { name, inputs, attributes, results } of trace.executed) {
      const node = graph.node(name, inputs.map(nameOf), attributes);
      results.forEach((id, result) => {
        names.set(id, node(result));
      });
    }
    left.push({
      carried: trace.carried.map(nameOf),
      kept: trace.kept.map(([name, id]) => [name, nameOf(id)] as const),
    });
  }
  const inputs = new Set(given.map(({ name }) => name));
  const wanted = left.flatMap(({ carried, kept }) => [...carried, ...kept.map(([, name]) => name)]);
  const outputs = [...new Set(wanted)].filter((name) => !inputs.has(name));
  const session = tensors.compiled(graph, [...inputs], outputs);
  if (!session) return undefined;
  return {
    steps,
    run: (pass, list, carried) => {
      const values = new Map(given.map(({ name, of }) => [name, of(pass, list, carried)]));
      session([...values.values()]).forEach((value, index) => {
        values.set(outputs[index] as string, value);
      });
      const kept = new Map<string, Value[]>();
      for (const step of left) for (const [name, value] of step.kept) append(kept, name, values.get(value) as Value);
      return { carried: left.map((step) => step.carried.map((name) => values.get(name) as Value)), kept };
    },
  };
}

const scans = new WeakMap<object, Map<string, unknown>>();

/** The one scan that somebody has under a key; it lives as long as its owner. */
export function scanOf<Pass>(owner: object, key: string, make: () => Scan<Pass>): Scan<Pass> {
  const known = scans.get(owner) ?? new Map<string, unknown>();
  scans.set(owner, known);
  const scan = (known.get(key) as Scan<Pass> | undefined) ?? make();
  known.set(key, scan);
  return scan;
}
