import type { Buffer, Command, Segment, Write } from './commands';
import { derivativesOf } from './derivatives';
import type { Graph, NodeId } from './graph';
import { isExpensive } from './operations';
import { type Home, type Phase, sameHome } from './stages';
import {
  gradientBuffer,
  isElementwise,
  isWrittenOut,
  nextStatesAt,
  nextStateThatIs,
  type StagedCell,
  segmentOf,
  valueBuffer,
} from './values';

/**
 * A cell's backward pass, with every value in a buffer of its own, and what decides which values need none. Positions count
 * the parts of stages in the order of the pass: segment, norms, products.
 */
export interface Adjoint {
  readonly loop: readonly Command[];
  /** Over all steps at once, after the loop. */
  readonly after: readonly Command[];
  /** Values that are needed again, and dear to compute. */
  readonly saved: ReadonlySet<NodeId>;
  /** In the order in which they are first written. */
  readonly gradients: ReadonlyMap<Buffer, Gradient>;
  /** The last position at which a segment reads a buffer. */
  readonly lastRead: ReadonlyMap<Buffer, number>;
}

export interface Gradient {
  readonly of: NodeId | 'input';
  /** A position. */
  readonly firstWritten: number;
}

/** Makes a cell's stages backwards, the loop's first. The derivatives' nodes are added to the cell's graph. */
export function adjointOf(cell: StagedCell): Adjoint {
  const pass = new Pass(cell);
  const loop: Command[] = [];
  for (let stage = cell.stageCount.loop - 1; stage >= 0; stage--) {
    loop.push(...stageBackwards(pass, { phase: 'loop', stage }));
  }
  for (const state of cell.next.keys()) {
    const c = `carry out:${state}`;
    if (!pass.gradients.has(c)) loop.push({ op: 'zero', c });
  }
  // What maps of the loop took from before it.
  const after = transposedProducts(pass, (map) => cell.home(map)?.phase === 'loop', 'before');
  for (let stage = cell.stageCount.before - 1; stage >= 0; stage--) {
    after.push(...stageBackwards(pass, { phase: 'before', stage }));
  }
  return { loop, after, saved: pass.saved, gradients: pass.gradients, lastRead: pass.lastRead };
}

/** How far the backward pass has come, and what it has read and written until there. */
class Pass {
  readonly saved = new Set<NodeId>();
  readonly gradients = new Map<Buffer, Gradient>();
  readonly lastRead = new Map<Buffer, number>();
  private position = 0;

  constructor(readonly cell: StagedCell) {}

  advance(): void {
    this.position++;
  }

  read(buffer: Buffer): void {
    this.lastRead.set(buffer, this.position);
  }

  /** Whether anything has added to the gradient with respect to a value. */
  reaches(id: NodeId): boolean {
    return this.gradients.has(gradientBuffer(this.cell, id));
  }

  /** To write a gradient, from here on or once more: then one has to add to what is there. */
  write(of: NodeId | 'input'): { readonly to: Buffer; readonly add: boolean } {
    const to = gradientBuffer(this.cell, of);
    const add = this.gradients.has(to);
    if (!add) this.gradients.set(to, { of, firstWritten: this.position });
    return { to, add };
  }
}

function stageBackwards(pass: Pass, here: Home): Command[] {
  const segment = adjointSegment(pass, here);
  const commands: Command[] = segment.writes.length > 0 ? [{ op: 'segment', segment }] : [];
  pass.advance();
  commands.push(...normGradients(pass, here));
  pass.advance();
  commands.push(...transposedProducts(pass, (map) => sameHome(pass.cell.home(map), here), here.phase));
  pass.advance();
  return commands;
}

function normGradients(pass: Pass, here: Home): Command[] {
  const { cell } = pass;
  return [...cell.nodes.entries()].flatMap(([id, node]): Command[] => {
    if (node.kind !== 'norm' || !sameHome(cell.home(id), here) || !pass.reaches(id)) return [];
    const { to: a, add } = pass.write(node.of);
    const y = valueBuffer(cell, id);
    return [{ op: 'normGradient', d: gradientBuffer(cell, id), y, r: `scale of ${y}`, a, add }];
  });
}

/** Gradients of the arguments of maps: of arguments that are computed in the given phase. */
function transposedProducts(pass: Pass, isDue: (map: NodeId) => boolean, phase: Phase): Command[] {
  const { cell } = pass;
  return [...cell.nodes.entries()].flatMap(([id, node]): Command[] => {
    if (node.kind !== 'map' || !isDue(id) || !pass.reaches(id)) return [];
    const { size, arguments: terms } = cell.graph.map(node.map);
    return terms.flatMap(({ of, weight }): Command[] => {
      if ((of === 'input' ? 'before' : cell.home(of)?.phase) !== phase) return [];
      const { to: c, add } = pass.write(of);
      const a = gradientBuffer(cell, id);
      return [{ op: 'product', a, weight, size, transposed: true, c, start: add ? 'itself' : 'zero' }];
    });
  });
}

/** From the gradients of what a stage computes those of what it reads, node by node. */
function adjointSegment(pass: Pass, here: Home): Segment {
  const { graph } = pass.cell;
  const writes: Write[] = [];
  for (const [id, gradient] of gradientsOfRead(pass, here)) {
    const node = graph.node(id);
    if (node.kind === 'number') continue;
    if (node.kind === 'vector') {
      const to = `sum:${node.name}`;
      writes.push({ of: graph.binary('add', held(graph, to), gradient), to });
      continue;
    }
    const { to, add } = pass.write(id);
    writes.push({ of: add ? graph.binary('add', held(graph, to), gradient) : gradient, to });
  }
  const segment = segmentOf(graph, writes, (id) => load(pass, id));
  for (const name of segment.reads.values()) pass.read(name);
  return segment;
}

/** By value that a stage reads: the node of what the stage adds to the gradient with respect to it. */
function gradientsOfRead(pass: Pass, here: Home): ReadonlyMap<NodeId, NodeId> {
  const { cell } = pass;
  const { graph } = cell;
  const gradients = new Map<NodeId, NodeId>();
  const contribute = (id: NodeId, gradient: NodeId) => {
    const before = gradients.get(id);
    gradients.set(id, before === undefined ? gradient : graph.binary('add', before, gradient));
  };
  for (const { id, state } of nextStatesAt(cell, here)) {
    contribute(id, held(graph, `carry:${state}`));
    if (state === 0) contribute(id, held(graph, 'upstream'));
  }
  // Every use of a node comes after it, so its gradient is whole when it is its turn.
  for (const [id, node] of [...cell.nodes.entries()].reverse()) {
    const isHere = sameHome(cell.home(id), here);
    if (!isElementwise(node) || !(isHere || isWrittenOut(cell, id))) continue;
    if (isHere && pass.reaches(id)) contribute(id, held(graph, gradientBuffer(cell, id)));
    const total = gradients.get(id);
    if (total === undefined) continue;
    gradients.delete(id);
    for (const [operand, gradient] of derivativesOf(graph, id, total)) contribute(operand, gradient);
  }
  return gradients;
}

function held(graph: Graph, buffer: Buffer): NodeId {
  return graph.add({ kind: 'buffer', buffer });
}

/** Loads what is no element-wise value, a next state, or dear to compute; the rest is computed again. */
function load({ cell, saved }: Pass, id: NodeId): Buffer | undefined {
  const node = cell.graph.node(id);
  if (node.kind === 'buffer') return node.buffer;
  if (id >= cell.nodes.length || isWrittenOut(cell, id)) return undefined;
  if (isElementwise(node) && nextStateThatIs(cell, id) === undefined) {
    if (!isExpensive(node)) return undefined;
    saved.add(id);
  }
  return valueBuffer(cell, id);
}
