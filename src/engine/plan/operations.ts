import type { BinaryOperation, UnaryOperation } from '../../cells/expression';
import type { Node } from './graph';

export type { BinaryOperation, UnaryOperation };

/** What derivatives need beyond the language: 1 where the argument is above 0, else 0; and −1, 0 or 1 by its sign. */
export type InternalOperation = 'step' | 'sign';

/** As dear as a dozen additions or more: better kept than computed again. */
export function isExpensive(node: Node): boolean {
  if (node.kind === 'binary') return node.op === 'divide';
  return node.kind === 'unary' && !cheap.includes(node.op);
}

const cheap: readonly (UnaryOperation | InternalOperation)[] = ['relu', 'abs', 'square', 'step', 'sign'];
