import { grouped } from '../../base/grouped';
import type { Buffer, Command, Segment } from '../plan/commands';
import { type Graph, type NodeId, operandsOf } from '../plan/graph';
import type { Unary } from '../plan/operations';
import type { Plan } from '../plan/plan';

/** Maps that one product makes side by side, and what happens to all of them at once. */
export interface Run {
  readonly maps: readonly Buffer[];
  /** What is added to the product: what was there before, a bias each, or nothing. */
  readonly start: 'before' | 'biases' | 'nothing';
  readonly biases: readonly string[];
  /** A function that every one of them goes through, and nothing else reads them. */
  readonly through: { readonly op: Unary; readonly nodes: readonly NodeId[] } | undefined;
}

/** One product with all weights that take the same argument: Σ runs. */
export interface Products {
  readonly op: 'products';
  readonly a: Buffer;
  readonly weights: readonly string[];
  readonly runs: readonly Run[];
}

/** One product of all gradients that add to the same one: c ← Σ weight · gradient. */
export interface Gathered {
  readonly op: 'gathered';
  readonly c: Buffer;
  readonly add: boolean;
  readonly weights: readonly string[];
  readonly gradients: readonly Buffer[];
}

export type Step = Products | Gathered | Exclude<Command, { op: 'product' }>;

/** A plan with as few and as large operations as its cell allows. */
export interface Lowered {
  readonly plan: Plan;
  readonly before: readonly Step[];
  readonly loop: readonly Step[];
  readonly loopBack: readonly Step[];
  readonly after: readonly Step[];
  /** What of a step is made for all steps at once, ahead of the backward loop. */
  readonly factors: ReadonlySet<NodeId>;
  /** Values that the way back or whoever records reads again. */
  readonly kept: ReadonlySet<Buffer>;
  /** Gradients that are needed after the backward loop. */
  readonly keptGradients: ReadonlySet<Buffer>;
}

export function lowered(plan: Plan): Lowered {
  const loop = joinedProducts(plan, plan.forward.loop, []);
  const runs = loop.flatMap((step) => (step.op === 'products' ? step.runs : []));
  const before = joinedProducts(plan, plan.forward.before, runs);
  const factors = new Set<NodeId>();
  const loopBack = gathered(plan.backward.loop).map((step) => linear(plan.graph, step, factors));
  const after = gathered(plan.backward.after);
  const reads = [...loopBack, ...after].flatMap(readsOf);
  const ofWeights = plan.gradients.weights.flatMap(({ a, d }) => [a, d]);
  const later = [...after.flatMap(readsOf), ...ofWeights, ...plan.gradients.biases.map(({ d }) => d)];
  return {
    ...{ plan, before, loop, loopBack, after, factors },
    kept: new Set([...reads, ...ofWeights, ...plan.recorded.values()].filter((buffer) => !isGradient(buffer))),
    keptGradients: new Set(later.filter(isGradient)),
  };
}

/** Whether a buffer holds what flows backwards. */
export function isGradient(buffer: Buffer): boolean {
  return /^(gradient of |carry|upstream|sum:)/.test(buffer);
}

function readsOf(step: Step): readonly Buffer[] {
  switch (step.op) {
    case 'segment':
      return [...step.segment.reads.values()];
    case 'normGradient':
      return [step.d, step.y, step.r];
    case 'gathered':
      return step.gradients;
    default:
      return [];
  }
}

type Product = Extract<Command, { op: 'product' }>;

/** Products that follow each other and do not read what another one of them writes, in turns with the other commands. */
function stretches(commands: readonly Command[]): (Exclude<Command, Product> | readonly Product[])[] {
  const list: (Exclude<Command, Product> | Product[])[] = [];
  for (const command of commands) {
    const last = list.at(-1);
    if (command.op !== 'product') list.push(command);
    else if (Array.isArray(last) && !last.some(({ c }) => c === command.a)) last.push(command);
    else list.push([command]);
  }
  return list;
}

/** @param wanted runs of the loop, which find what they begin with side by side */
function joinedProducts(plan: Plan, commands: readonly Command[], wanted: readonly Run[]): Step[] {
  return stretches(commands).flatMap((stretch): Step[] => {
    if (!Array.isArray(stretch)) return [stretch as Exclude<Command, Product>];
    const products = stretch as readonly Product[];
    const begun = new Set<Buffer>();
    // A map that takes an argument twice adds it in two products.
    const turn = (product: Product) =>
      products.filter(({ a, c }) => a === product.a && c === product.c).indexOf(product);
    return [...grouped(products, (product) => `${turn(product)} ${product.a}`).values()].map((group): Step => {
      const parts = group.map((product): Part => {
        const own = products.filter(({ c }) => c === product.c);
        const isFirst = !begun.has(product.c);
        const isThere = own.every(({ start }) => start === 'itself');
        const { start } = product;
        const bias = typeof start === 'object' ? start.bias : undefined;
        const isWhole = own.length === 1 && !wanted.some(({ maps }) => maps.includes(product.c));
        const through = isWhole ? readerOf(plan, commands, product.c) : undefined;
        return { ...product, bias, isAdded: !isFirst || isThere, through };
      });
      for (const { c } of group) begun.add(c);
      const runs = [...grouped(parts, (part) => runKey(part, wanted)).values()].flatMap(runsOf);
      const weights = runs.flatMap(({ maps }) => maps.map((map) => group.find(({ c }) => c === map)?.weight ?? ''));
      return { op: 'products', a: group[0]?.a ?? '', weights, runs };
    });
  });
}

interface Part extends Product {
  readonly bias: string | undefined;
  readonly isAdded: boolean;
  readonly through: { readonly op: Unary; readonly node: NodeId } | undefined;
}

/** What parts have to share to be in one run. */
function runKey({ c, bias, isAdded, through }: Part, wanted: readonly Run[]): string {
  const index = wanted.findIndex(({ maps }) => maps.includes(c));
  return `${isAdded && bias === undefined} ${bias !== undefined} ${through?.op} ${index}`;
}

function runsOf(parts: readonly Part[]): Run[] {
  const [first] = parts;
  // A bias and something that is there already: by itself, which is rare.
  if (first?.isAdded && first.bias !== undefined && parts.length > 1) return parts.flatMap((part) => runsOf([part]));
  const nodes = parts.flatMap(({ through }) => through?.node ?? []);
  return [
    {
      maps: parts.map(({ c }) => c),
      start: first?.isAdded ? 'before' : first?.bias === undefined ? 'nothing' : 'biases',
      biases: parts.flatMap(({ bias }) => bias ?? []),
      through: first?.through && { op: first.through.op, nodes },
    },
  ];
}

/** The function that a map goes through in the same phase, where its value is read in no other way, forwards or backwards. */
function readerOf(plan: Plan, phase: readonly Command[], map: Buffer): Part['through'] {
  const { graph, forward, backward, recorded } = plan;
  const node = graph.nodes.findIndex((one) => one.kind === 'map' && `map:${one.map}` === map);
  const reads = (command: Command) =>
    command.op === 'segment' && command.segment.reads.get(node) === map ? [command.segment] : [];
  const [segment, ...others] = [...forward.before, ...forward.loop, ...backward.loop, ...backward.after].flatMap(reads);
  if (!segment || others.length > 0 || phase.flatMap(reads).length === 0) return undefined;
  const users = nodesOf(graph, segment).filter((id) => operandsOf(graph.node(id)).includes(node));
  const [reader] = users;
  if (reader === undefined || users.length > 1 || segment.writes.some(({ of }) => of === node)) return undefined;
  const { kind, ...rest } = graph.node(reader);
  const isTaken = segment.writes.some(({ to }) => to === map);
  const isReadWhole =
    !isTaken &&
    ([...recorded.values()].includes(map) ||
      [...forward.before, ...forward.loop].some((command) => 'a' in command && command.a === map));
  return kind === 'unary' && !isReadWhole ? { op: (rest as { readonly op: Unary }).op, node: reader } : undefined;
}

/** Nodes that a segment computes. */
function nodesOf(graph: Graph, { writes, reads }: Segment): NodeId[] {
  const seen = new Set<NodeId>();
  const visit = (id: NodeId) => {
    if (seen.has(id) || reads.has(id)) return;
    seen.add(id);
    operandsOf(graph.node(id)).forEach(visit);
  };
  for (const { of } of writes) visit(of);
  return [...seen];
}

function gathered(commands: readonly Command[]): Step[] {
  return stretches(commands).flatMap((stretch): Step[] => {
    if (!Array.isArray(stretch)) return [stretch as Exclude<Command, Product>];
    return [...grouped(stretch as readonly Product[], ({ c }) => c).values()].map((group): Step => {
      const [first] = group;
      return {
        op: 'gathered',
        c: first?.c ?? '',
        add: first?.start === 'itself',
        weights: group.map(({ weight }) => weight),
        gradients: group.map(({ a }) => a),
      };
    });
  });
}

/**
 * What flows backwards is linear in what comes in: each value becomes a gradient times a factor. Factors depend on values of
 * the forward pass alone, so they are made for all steps at once, and a step is left with few products and sums.
 */
function linear(graph: Graph, step: Step, factors: Set<NodeId>): Step {
  if (step.op !== 'segment') return step;
  const { reads, writes } = step.segment;
  const isFactor = memoised((id: NodeId): boolean => {
    const buffer = reads.get(id);
    if (buffer !== undefined) return !isGradient(buffer);
    const node = graph.node(id);
    return node.kind !== 'buffer' && operandsOf(node).every(isFactor);
  });
  const one = graph.number(1);
  const split = memoised((id: NodeId): { readonly base: NodeId; readonly factor: NodeId } => {
    const node = graph.node(id);
    const itself = { base: id, factor: one };
    if (reads.has(id)) return itself;
    if (node.kind === 'unary' && node.op === 'copy') return split(node.of);
    if (node.kind !== 'binary') return itself;
    const { op, left, right } = node;
    const times = (of: NodeId, factor: NodeId) => {
      const { base, factor: before } = split(of);
      return { base, factor: graph.binary('multiply', before, factor) };
    };
    if (op === 'multiply' && isFactor(right)) return times(left, right);
    if (op === 'multiply' && isFactor(left)) return times(right, left);
    if (op === 'divide' && isFactor(right)) return times(left, graph.binary('divide', one, right));
    if (op !== 'add' && op !== 'subtract') return itself;
    if (isZero(graph, left)) return op === 'add' ? split(right) : times(right, graph.number(-1));
    if (isFactor(left) || isFactor(right)) return itself;
    const [a, b] = [split(left), split(right)];
    if (a.base === b.base) return { base: a.base, factor: graph.binary(op, a.factor, b.factor) };
    return { base: graph.binary(op, whole(a), whole(b)), factor: one };
  });
  const whole = ({ base, factor }: { readonly base: NodeId; readonly factor: NodeId }): NodeId => {
    if (graph.node(factor).kind !== 'number') factors.add(factor);
    return graph.binary('multiply', base, factor);
  };
  const written = writes.flatMap(({ of, to }) => {
    const own = to.startsWith('sum:') ? addedTo(graph, of, to) : of;
    return own === undefined ? [] : [{ of: isFactor(own) ? own : whole(split(own)), to }];
  });
  return { op: 'segment', segment: { reads, writes: written } };
}

/** What a sum over all steps grows by at a step; undefined where that is nothing. */
export function addedTo(graph: Graph, of: NodeId, sum: Buffer): NodeId | undefined {
  const isSum = (id: NodeId) => {
    const node = graph.node(id);
    return node.kind === 'buffer' && node.buffer === sum;
  };
  const node = graph.node(of);
  if (isSum(of)) return undefined;
  if (node.kind !== 'binary' || node.op !== 'add' || !isSum(node.left)) throw new Error(`${sum} is no sum`);
  return node.right;
}

function isZero(graph: Graph, id: NodeId): boolean {
  const node = graph.node(id);
  return node.kind === 'number' && node.value === 0;
}

function memoised<A, B>(of: (argument: A) => B): (argument: A) => B {
  const known = new Map<A, B>();
  return (argument) => {
    const before = known.get(argument);
    if (before !== undefined) return before;
    const value = of(argument);
    known.set(argument, value);
    return value;
  };
}
