import type { Buffer, Segment, Write } from './commands';
import { type CellGraph, type Graph, type Node, type NodeId, operandsOf } from './graph';
import { type Home, type Stages, stagesOf } from './stages';

/** A cell's values: which there are, and when each is computed. */
export interface StagedCell extends CellGraph, Stages {
  /** The cell's own nodes; those that its adjoint adds to the graph come after them. */
  readonly nodes: readonly Node[];
}

/**
 * Says of a cell's values when each is computed; the graph must hold nothing but the cell yet.
 *
 * @param whole nodes that are to lie in memory whatever they are
 */
export function stagedCell(cell: CellGraph, whole: Iterable<NodeId>): StagedCell {
  return { ...cell, ...stagesOf(cell, whole), nodes: [...cell.graph.nodes] };
}

/** Whether a value is made number by number. */
export function isElementwise(node: Node): node is Extract<Node, { readonly kind: 'unary' | 'binary' }> {
  return node.kind === 'unary' || node.kind === 'binary';
}

/** Whether a value lies nowhere and is written out wherever it is used: numbers, and terms that are the same at each step. */
export function isWrittenOut(cell: StagedCell, id: NodeId): boolean {
  return cell.home(id) === undefined && cell.graph.node(id).kind !== 'vector';
}

/** The next state that a value is, if it comes to be within the loop's segments. */
export function nextStateThatIs(cell: StagedCell, id: NodeId): number | undefined {
  if (!isElementwise(cell.graph.node(id)) || cell.home(id)?.phase !== 'loop') return undefined;
  const state = cell.next.indexOf(id);
  return state < 0 ? undefined : state;
}

/** The next states that a stage writes; those that are ready before the loop, its first one. */
export function nextStatesAt(
  cell: StagedCell,
  { phase, stage }: Home,
): { readonly id: NodeId; readonly state: number }[] {
  if (phase !== 'loop') return [];
  return cell.next.flatMap((id, state) => {
    const home = cell.home(id);
    return (home?.phase === 'loop' ? home.stage : 0) === stage ? [{ id, state }] : [];
  });
}

/** The buffer of a value, as long as it takes no other one's place. */
export function valueBuffer(cell: StagedCell, id: NodeId): Buffer {
  const node = cell.graph.node(id);
  if (node.kind === 'state') return `state:${node.state}`;
  if (node.kind === 'vector' && !cell.home(id)) return `vector:${node.name}`;
  const state = nextStateThatIs(cell, id);
  return state === undefined ? nodeBuffer(node, id) : `next:${state}`;
}

/** The buffer of the gradient with respect to a value; one of its own also where the value is a next state. */
export function gradientBuffer(cell: StagedCell, of: NodeId | 'input'): Buffer {
  if (of === 'input') return 'gradient of input';
  const node = cell.graph.node(of);
  return node.kind === 'state' ? `carry out:${node.state}` : `gradient of ${nodeBuffer(node, of)}`;
}

function nodeBuffer(node: Node, id: NodeId): Buffer {
  if (node.kind === 'map') return `map:${node.map}`;
  return node.kind === 'norm' ? `norm:${id}` : `node:${id}`;
}

/**
 * Element-wise work that makes what is to be written.
 *
 * @param load the buffer that a value is read from; undefined for one that is made from its operands
 */
export function segmentOf(graph: Graph, writes: readonly Write[], load: (id: NodeId) => Buffer | undefined): Segment {
  const reads = new Map<NodeId, Buffer>();
  const seen = new Set<NodeId>();
  const visit = (id: NodeId) => {
    if (seen.has(id)) return;
    seen.add(id);
    const buffer = load(id);
    if (buffer !== undefined) reads.set(id, buffer);
    else operandsOf(graph.node(id)).forEach(visit);
  };
  for (const { of } of writes) visit(of);
  return { writes, reads };
}
