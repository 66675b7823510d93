import type { Algebra } from '../../cells/derivative';
import type { Cell, Expression } from '../../cells/expression';
import { learnedTerms } from '../../cells/parameters';
import type { Binary, Unary } from './operations';

export type NodeId = number;

/** A value of one time step, [batch, units]; in the adjoint also a gradient. */
export type Node =
  | { readonly kind: 'number'; readonly value: number }
  /** A learned vector [units], the same for each row. */
  | { readonly kind: 'vector'; readonly name: string }
  /** A state as the step finds it. */
  | { readonly kind: 'state'; readonly state: number }
  | { readonly kind: 'map'; readonly map: number }
  | { readonly kind: 'norm'; readonly of: NodeId }
  | { readonly kind: 'unary'; readonly op: Unary; readonly of: NodeId }
  | { readonly kind: 'binary'; readonly op: Binary; readonly left: NodeId; readonly right: NodeId }
  /** What a buffer of the backward pass holds: see `Buffer`. */
  | { readonly kind: 'buffer'; readonly buffer: string };

/** A learned map: bias + Σ argument · weight; of the square of `size` pixels around each row, where that is above 1. */
export interface GraphMap {
  readonly size: number;
  readonly arguments: readonly { readonly of: NodeId | 'input'; readonly weight: string }[];
  readonly bias: string | undefined;
}

/** Nodes, each stored once however often it is written. */
export class Graph implements Algebra<NodeId> {
  readonly nodes: Node[] = [];
  readonly maps: GraphMap[] = [];
  private readonly known = new Map<string, NodeId>();

  add(node: Node): NodeId {
    const key = JSON.stringify(node);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const id = this.nodes.push(node) - 1;
    this.known.set(key, id);
    return id;
  }

  node(id: NodeId): Node {
    const node = this.nodes[id];
    if (!node) throw new Error(`The graph has no node ${id}`);
    return node;
  }

  map(index: number): GraphMap {
    const map = this.maps[index];
    if (!map) throw new Error(`The graph has no map ${index}`);
    return map;
  }

  number(value: number): NodeId {
    return this.add({ kind: 'number', value });
  }

  unary(op: Unary, of: NodeId): NodeId {
    return this.add({ kind: 'unary', op, of });
  }

  /** Leaves out what changes nothing: + 0, · 1, · 0. */
  binary(op: Binary, left: NodeId, right: NodeId): NodeId {
    const a = this.numberOf(left);
    const b = this.numberOf(right);
    if (op === 'add') {
      if (a === 0) return right;
      if (b === 0) return left;
    }
    if (op === 'subtract' && b === 0) return left;
    if (op === 'multiply') {
      if (a === 1 || b === 0) return right;
      if (b === 1 || a === 0) return left;
    }
    return this.add({ kind: 'binary', op, left, right });
  }

  private numberOf(id: NodeId): number | undefined {
    const node = this.node(id);
    return node.kind === 'number' ? node.value : undefined;
  }
}

/** What a node is made of number by number. */
export function operandsOf(node: Node): readonly NodeId[] {
  return node.kind === 'unary' ? [node.of] : node.kind === 'binary' ? [node.left, node.right] : [];
}

/** What a node needs whole rows of: a map's arguments, the input apart, and what a norm is taken of. */
export function wholeOperandsOf(graph: Graph, node: Node): readonly NodeId[] {
  if (node.kind === 'norm') return [node.of];
  if (node.kind !== 'map') return [];
  return graph.map(node.map).arguments.flatMap(({ of }) => (of === 'input' ? [] : [of]));
}

/** A cell's equations as a graph. */
export interface CellGraph {
  readonly graph: Graph;
  /** Each equation's value, by name: `r`, `h'`. */
  readonly equations: ReadonlyMap<string, NodeId>;
  /** The next value of each state, in the order of the cell. */
  readonly next: readonly NodeId[];
}

/** Turns a checked cell into a graph; throws where a name or the input stands where the language allows none. */
export function graphOf(cell: Cell): CellGraph {
  const graph = new Graph();
  const scope = new Map(cell.states.map((name, state) => [name, graph.add({ kind: 'state', state })]));
  const learned = learnedTerms(cell);
  const names = <T>(term: T | undefined): T => {
    if (term === undefined) throw new Error('A learned term has no names');
    return term;
  };
  const build = (term: Expression): NodeId => {
    switch (term.op) {
      case 'input':
        throw new Error('The input can stand inside linear(…) and conv(…) only');
      case 'name':
        return names(scope.get(term.name));
      case 'number':
        return graph.number(term.value);
      case 'param':
        return graph.add({ kind: 'vector', name: term.name });
      case 'linear': {
        const { weights, bias } = names(learned.linears.get(term));
        const list = term.of.map((argument, index) => ({
          of: argument.op === 'input' ? ('input' as const) : computed(build(argument)),
          weight: names(weights[index]),
        }));
        return graph.add({ kind: 'map', map: graph.maps.push({ size: term.size, arguments: list, bias }) - 1 });
      }
      case 'scale': {
        const vector = graph.add({ kind: 'vector', name: names(learned.scales.get(term)) });
        return graph.binary('multiply', vector, build(term.of));
      }
      case 'norm': {
        const { gain, shift } = names(learned.norms.get(term));
        const plain = graph.add({ kind: 'norm', of: computed(build(term.of)) });
        const scaled = graph.binary('multiply', graph.add({ kind: 'vector', name: gain }), plain);
        return graph.binary('add', scaled, graph.add({ kind: 'vector', name: shift }));
      }
      default:
        return 'of' in term
          ? graph.unary(term.op, build(term.of))
          : graph.binary(term.op, build(term.left), build(term.right));
    }
  };
  /** What products and norms read, and what can be looked at, is computed at a step, whatever it is. */
  function computed(id: NodeId): NodeId {
    const { kind } = graph.node(id);
    return kind === 'vector' || kind === 'number' ? graph.unary('copy', id) : id;
  }
  const equations = new Map<string, NodeId>();
  for (const { name, expression } of cell.equations) {
    const id = computed(build(expression));
    scope.set(name, id);
    equations.set(name, id);
  }
  return { graph, equations, next: cell.states.map((name) => names(equations.get(`${name}'`))) };
}
