/** The terms that an equation of a cell is made of. Everything is element-wise but `linear`. */
export type Expression =
  | { readonly op: 'input' }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'number'; readonly value: number }
  /** A learned affine map of its arguments to the cell's units; `bias` is the first value of its bias. */
  | { readonly op: 'linear'; readonly of: readonly Expression[]; readonly bias: number }
  | { readonly op: UnaryOperation; readonly of: Expression }
  | { readonly op: BinaryOperation; readonly left: Expression; readonly right: Expression };

export type UnaryOperation = 'sigmoid' | 'tanh' | 'relu';
export type BinaryOperation = 'add' | 'subtract' | 'multiply';

/** `name` is what the equation defines; a primed name (`h'`) is the next value of a state. */
export interface Equation {
  readonly name: string;
  readonly expression: Expression;
}

/** The equations of one recurrent step, in order of evaluation. The first state is the output. */
export interface Cell {
  readonly name: string;
  /** Whose idea it is. */
  readonly paper: string;
  readonly states: readonly string[];
  readonly equations: readonly Equation[];
}

type Term = Expression | string | number;
const term = (value: Term): Expression =>
  typeof value === 'string' ? { op: 'name', name: value } : typeof value === 'number' ? { op: 'number', value } : value;

export const x: Expression = { op: 'input' };
export const linear = (of: readonly Term[], { bias = 0 } = {}): Expression => ({
  op: 'linear',
  of: of.map(term),
  bias,
});
export const sigmoid = (of: Term): Expression => ({ op: 'sigmoid', of: term(of) });
export const tanh = (of: Term): Expression => ({ op: 'tanh', of: term(of) });
export const relu = (of: Term): Expression => ({ op: 'relu', of: term(of) });
export const add = (left: Term, right: Term): Expression => ({ op: 'add', left: term(left), right: term(right) });
export const subtract = (left: Term, right: Term): Expression => ({
  op: 'subtract',
  left: term(left),
  right: term(right),
});
export const multiply = (left: Term, right: Term): Expression => ({
  op: 'multiply',
  left: term(left),
  right: term(right),
});
