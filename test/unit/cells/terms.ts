import type { BinaryOperation, Expression, Linear, UnaryOperation } from '../../../src/cells/expression';

/** Terms as a text would give them, for tests. */
export type Term = Expression | string | number;

const term = (value: Term): Expression =>
  typeof value === 'string' ? { op: 'name', name: value } : typeof value === 'number' ? { op: 'number', value } : value;

export const x: Expression = { op: 'input' };

export const linear = (of: readonly Term[], options: Partial<Omit<Linear, 'op' | 'of'>> = {}): Linear => ({
  op: 'linear',
  of: of.map(term),
  size: options.size ?? 1,
  bias: 'bias' in options ? options.bias : 0,
  init: options.init ?? 'default',
  trained: options.trained ?? true,
});

export const unary =
  (op: UnaryOperation) =>
  (of: Term): Expression => ({ op, of: term(of) });
export const binary =
  (op: BinaryOperation) =>
  (left: Term, right: Term): Expression => ({ op, left: term(left), right: term(right) });

export const sigmoid = unary('sigmoid');
export const tanh = unary('tanh');
export const relu = unary('relu');
export const add = binary('add');
export const subtract = binary('subtract');
export const multiply = binary('multiply');
