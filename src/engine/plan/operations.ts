import type { InternalBinary, InternalUnary } from '../../cells/derivative';
import type { BinaryOperation, UnaryOperation } from '../../cells/expression';
import type { Node } from './graph';

/** Operations of the language and of its adjoint. */
export type Unary = UnaryOperation | InternalUnary;
export type Binary = BinaryOperation | InternalBinary;

/** As dear as a dozen additions or more: better kept than computed again. */
export function isExpensive(node: Node): boolean {
  if (node.kind === 'binary') return node.op === 'divide';
  return node.kind === 'unary' && !cheap.includes(node.op);
}

const cheap: readonly Unary[] = ['relu', 'abs', 'square', 'step', 'sign'];
