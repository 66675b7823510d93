import type { Graph, NodeId } from '../plan/graph';
import type { Binary, Unary } from '../plan/operations';
import type { Operations, Value } from './operations';

/** Makes the values of a graph's nodes, each once. */
export class Terms {
  private readonly known = new Map<NodeId, Value>();

  /**
   * @param vector a learned vector by its name, [units, 1]
   */
  constructor(
    private readonly tensors: Operations,
    private readonly graph: Graph,
    private readonly vector: (name: string) => Value,
  ) {}

  set(id: NodeId, value: Value): void {
    this.known.set(id, value);
  }

  /** @param leaf the value of a node that is read rather than made; undefined: made of its operands */
  value(id: NodeId, leaf: (id: NodeId) => Value | undefined): Value {
    const known = this.known.get(id) ?? leaf(id) ?? this.made(id, leaf);
    this.known.set(id, known);
    return known;
  }

  private made(id: NodeId, leaf: (id: NodeId) => Value | undefined): Value {
    const node = this.graph.node(id);
    switch (node.kind) {
      case 'number':
        return this.tensors.number(node.value);
      case 'vector':
        return this.vector(node.name);
      case 'unary':
        return unary(this.tensors, node.op, this.value(node.of, leaf));
      case 'binary':
        return binary(this.tensors, node.op, this.value(node.left, leaf), this.value(node.right, leaf));
      default:
        throw new Error(`Nothing holds the ${node.kind} ${id}`);
    }
  }
}

export function unary(tensors: Operations, op: Unary, of: Value): Value {
  switch (op) {
    case 'silu':
      return tensors.multiply(of, tensors.one('Sigmoid', [of]));
    case 'step':
      return tensors.less(tensors.number(0), of);
    case 'copy':
      return of;
    default:
      return tensors.one(unaryNames[op], [of]);
  }
}

const unaryNames: Readonly<Record<Exclude<Unary, 'silu' | 'step' | 'copy'>, string>> = {
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'Relu',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  abs: 'Abs',
  square: 'Square',
  softplus: 'Softplus',
  softsign: 'Softsign',
  elu: 'Elu',
  sin: 'Sin',
  cos: 'Cos',
  sign: 'Sign',
};

function binary(tensors: Operations, op: Binary, left: Value, right: Value): Value {
  return op === 'less' ? tensors.less(left, right) : tensors.one(binaryNames[op], [left, right]);
}

const binaryNames: Readonly<Record<Exclude<Binary, 'less'>, string>> = {
  add: 'AddV2',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'RealDiv',
  min: 'Minimum',
  max: 'Maximum',
};
