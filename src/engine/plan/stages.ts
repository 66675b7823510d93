import { type CellGraph, type Node, type NodeId, operandsOf, wholeOperandsOf } from './graph';

/** `before`: over all time steps at once, since nothing in it depends on a state. `loop`: step by step. */
export type Phase = 'before' | 'loop';

/** Where a value comes to be: products and norms of a stage first, then its element-wise rest in one go. */
export interface Home {
  readonly phase: Phase;
  readonly stage: number;
}

export interface Stages {
  /** Undefined for what is the same at each step, and computed where it is used: numbers, learned vectors, and terms of them. */
  home(id: NodeId): Home | undefined;
  /** Stages of each phase. */
  readonly stageCount: Readonly<Record<Phase, number>>;
}

/**
 * What a product or a norm needs of each node it reads decides when that node must be whole.
 *
 * @param kept nodes that are to lie in memory whatever they are
 */
export function stagesOf({ graph, next }: CellGraph, kept: Iterable<NodeId>): Stages {
  // What a map or a norm reads has to lie in memory, row by row, even where it is the same at each step.
  const read = new Set([...kept, ...graph.nodes.flatMap((node) => wholeOperandsOf(graph, node))]);
  const homes: (Home | undefined)[] = [];
  graph.nodes.forEach((node, id) => {
    homes[id] = homeOf(node, id);
  });

  function homeOf(node: Node, id: NodeId): Home | undefined {
    switch (node.kind) {
      case 'state':
        return { phase: 'loop', stage: 0 };
      case 'map':
      case 'norm':
        return after(wholeOperandsOf(graph, node), true);
      case 'number':
      case 'vector':
      case 'buffer':
        return read.has(id) ? { phase: 'before', stage: 0 } : undefined;
      default: {
        const operands = operandsOf(node);
        const constant = operands.every((operand) => homes[operand] === undefined);
        return constant && !read.has(id) ? undefined : after(operands, false);
      }
    }
  }

  /** @param barrier whether what is read must be whole, for all units, before */
  function after(operands: readonly NodeId[], barrier: boolean): Home {
    const known = operands.flatMap((operand) => homes[operand] ?? []);
    const phase = known.some((home) => home.phase === 'loop') ? 'loop' : 'before';
    const stages = operands.map((operand) => {
      const home = homes[operand];
      if (!home || home.phase !== phase || graph.node(operand).kind === 'state') return 0;
      return home.stage + (barrier ? 1 : 0);
    });
    return { phase, stage: Math.max(0, ...stages) };
  }

  const highest = (phase: Phase) =>
    Math.max(-1, ...homes.flatMap((home) => (home?.phase === phase ? [home.stage] : []))) + 1;
  return {
    home: (id) => homes[id],
    // The next states are written within the loop even where nothing else is.
    stageCount: { before: highest('before'), loop: Math.max(next.length > 0 ? 1 : 0, highest('loop')) },
  };
}

/** Whether two values are computed in the same stage; what has no home is computed in none. */
export function sameHome(a: Home | undefined, b: Home | undefined): boolean {
  return a !== undefined && b !== undefined && a.phase === b.phase && a.stage === b.stage;
}

/** Whether a stage comes before another one in the forward pass. */
export function isEarlier(a: Home | undefined, b: Home | undefined): boolean {
  if (!a || !b) return false;
  return a.phase === b.phase ? a.stage < b.stage : a.phase === 'before';
}
