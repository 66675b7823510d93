import type { InternalBinary, InternalUnary } from '../../cells/derivative';
import type { BinaryOperation, UnaryOperation } from '../../cells/expression';

/**
 * Operations of the language, of its adjoint, and of the graph. `copy`: the same value, computed at a step; so a learned
 * vector or a number comes to lie in memory row by row.
 */
export type Unary = UnaryOperation | InternalUnary | 'copy';
export type Binary = BinaryOperation | InternalBinary;

type Operation = { readonly kind: 'unary'; readonly op: Unary } | { readonly kind: 'binary'; readonly op: Binary };

/** As dear as a dozen additions or more: better kept than computed again. */
export function isExpensive(operation: Operation): boolean {
  return operation.kind === 'binary' ? operation.op === 'divide' : !cheap.includes(operation.op);
}

const cheap: readonly Unary[] = ['relu', 'abs', 'square', 'step', 'sign', 'copy'];
