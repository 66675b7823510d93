import type { InternalBinary, InternalUnary } from '../../cells/derivative';
import type { BinaryOperation, UnaryOperation } from '../../cells/expression';

/** Operations of the language and of its adjoint. */
export type Unary = UnaryOperation | InternalUnary;
export type Binary = BinaryOperation | InternalBinary;

type Operation = { readonly kind: 'unary'; readonly op: Unary } | { readonly kind: 'binary'; readonly op: Binary };

/** As dear as a dozen additions or more: better kept than computed again. */
export function isExpensive(operation: Operation): boolean {
  return operation.kind === 'binary' ? operation.op === 'divide' : !cheap.includes(operation.op);
}

const cheap: readonly Unary[] = ['relu', 'abs', 'square', 'step', 'sign'];
