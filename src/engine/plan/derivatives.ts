import { binaryDerivatives, unaryDerivatives } from '../../cells/derivative';
import type { Graph, NodeId } from './graph';

/** What each operand of a node receives of the gradient with respect to the node. */
export function derivativesOf(graph: Graph, id: NodeId, gradient: NodeId): readonly (readonly [NodeId, NodeId])[] {
  const node = graph.node(id);
  const times = (factor: NodeId) => graph.binary('multiply', gradient, factor);
  if (node.kind === 'unary') {
    if (node.op === 'copy') return [[node.of, gradient]];
    if (node.op === 'step' || node.op === 'sign') throw new Error('Only the adjoint has steps, and it is not derived');
    return [[node.of, times(unaryDerivatives[node.op](graph, node.of, id))]];
  }
  if (node.kind !== 'binary') return [];
  if (node.op === 'less') throw new Error('Only the adjoint has comparisons, and it is not derived');
  if (node.op === 'subtract') {
    return [
      [node.left, gradient],
      [node.right, graph.binary('subtract', graph.number(0), gradient)],
    ];
  }
  const [left, right] = binaryDerivatives[node.op](graph, node.left, node.right, id);
  return [
    [node.left, times(left)],
    [node.right, times(right)],
  ];
}
