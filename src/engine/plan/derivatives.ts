import type { Graph, NodeId } from './graph';
import type { BinaryOperation, InternalOperation, UnaryOperation } from './operations';

/** The derivative of y = f(a), of what is in the graph already. */
type Unary = (build: Builder, a: NodeId, y: NodeId) => NodeId;
/** Both partial derivatives of y = f(a, b); undefined: zero everywhere. */
type Binary = (build: Builder, a: NodeId, b: NodeId, y: NodeId) => readonly [NodeId, NodeId];

interface Builder {
  number(value: number): NodeId;
  unary(op: UnaryOperation | InternalOperation, of: NodeId): NodeId;
  binary(op: BinaryOperation | 'less', left: NodeId, right: NodeId): NodeId;
}

const unary: Readonly<Record<UnaryOperation, Unary>> = {
  sigmoid: (b, _, y) => b.binary('multiply', y, b.binary('subtract', b.number(1), y)),
  tanh: (b, _, y) => b.binary('subtract', b.number(1), b.unary('square', y)),
  relu: (b, a) => b.unary('step', a),
  exp: (_, __, y) => y,
  log: (b, a) => b.binary('divide', b.number(1), a),
  sqrt: (b, _, y) => b.binary('divide', b.number(0.5), y),
  abs: (b, a) => b.unary('sign', a),
  square: (b, a) => b.binary('multiply', b.number(2), a),
  softplus: (b, a) => b.unary('sigmoid', a),
  softsign: (b, _, y) => b.unary('square', b.binary('subtract', b.number(1), b.unary('abs', y))),
  silu: (b, a, y) => {
    const s = b.unary('sigmoid', a);
    return b.binary('add', s, b.binary('multiply', y, b.binary('subtract', b.number(1), s)));
  },
  elu: (b, _, y) => b.binary('min', b.number(1), b.binary('add', y, b.number(1))),
  sin: (b, a) => b.unary('cos', a),
  cos: (b, a) => b.binary('subtract', b.number(0), b.unary('sin', a)),
};

const binary: Readonly<Record<BinaryOperation, Binary>> = {
  add: (b) => [b.number(1), b.number(1)],
  subtract: (b) => [b.number(1), b.number(-1)],
  multiply: (_, left, right) => [right, left],
  divide: (b, _, right, y) => {
    const inverse = b.binary('divide', b.number(1), right);
    return [inverse, b.binary('subtract', b.number(0), b.binary('multiply', y, inverse))];
  },
  min: (b, left, right) => {
    const isLeft = b.binary('less', left, right);
    return [isLeft, b.binary('subtract', b.number(1), isLeft)];
  },
  max: (b, left, right) => {
    const isRight = b.binary('less', left, right);
    return [b.binary('subtract', b.number(1), isRight), isRight];
  },
};

/** What each operand of a node receives of the gradient with respect to the node. */
export function derivativesOf(graph: Graph, id: NodeId, gradient: NodeId): readonly (readonly [NodeId, NodeId])[] {
  const node = graph.node(id);
  const times = (factor: NodeId) => graph.binary('multiply', gradient, factor);
  if (node.kind === 'unary') {
    if (node.op === 'step' || node.op === 'sign') throw new Error('Only the adjoint has steps, and it is not derived');
    return [[node.of, times(unary[node.op](graph, node.of, id))]];
  }
  if (node.kind === 'binary') {
    if (node.op === 'less') throw new Error('Only the adjoint has comparisons, and it is not derived');
    if (node.op === 'subtract') {
      return [
        [node.left, gradient],
        [node.right, graph.binary('subtract', graph.number(0), gradient)],
      ];
    }
    const [left, right] = binary[node.op](graph, node.left, node.right, id);
    return [
      [node.left, times(left)],
      [node.right, times(right)],
    ];
  }
  return [];
}
