/** The terms that an equation of a cell is made of. Everything is element-wise but `linear`, with `conv`, and `norm`. */
export type Expression =
  | { readonly op: 'input' }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'number'; readonly value: number }
  /** A learned vector [units] that the cell declares. */
  | { readonly op: 'param'; readonly name: string }
  | Linear
  | Scale
  | Norm
  | { readonly op: UnaryOperation; readonly of: Expression }
  | { readonly op: BinaryOperation; readonly left: Expression; readonly right: Expression };

/**
 * A learned affine map of its arguments to the cell's units: of a row alone (`linear`), or, where each row is a pixel, of the
 * square of pixels around it (`conv`).
 */
export interface Linear {
  readonly op: 'linear';
  readonly of: readonly Expression[];
  /** Side of that square, an odd number; beyond the edge of an image are zeros. 1: the row alone. */
  readonly size: number;
  /** First value of its bias; undefined: it has none. */
  readonly bias: number | undefined;
  /** How its matrices are drawn; the default: input maps by Glorot, recurrent ones orthogonal. */
  readonly init: LinearInit;
  /** False: drawn once, and never changed by training. */
  readonly trained: boolean;
}

/** A learned weight for each unit, times its argument. */
export interface Scale {
  readonly op: 'scale';
  readonly of: Expression;
  /** First value of all weights, or drawn evenly from 0 to 1. */
  readonly init: number | 'uniform';
}

/** Layer normalisation over the units (Ba et al. 2016), with learned gain, at first 1, and shift, at first 0; ε = 10⁻⁵. */
export interface Norm {
  readonly op: 'norm';
  readonly of: Expression;
}

export const linearInits = ['default', 'identity', 'orthogonal', 'glorot', 'reservoir'] as const;
export type LinearInit = (typeof linearInits)[number];

export const unaryOperations = [
  'sigmoid',
  'tanh',
  'relu',
  'exp',
  'log',
  'sqrt',
  'abs',
  'square',
  'softplus',
  'softsign',
  'silu',
  'elu',
  'sin',
  'cos',
] as const;
export type UnaryOperation = (typeof unaryOperations)[number];

export const binaryOperations = ['add', 'subtract', 'multiply', 'divide', 'min', 'max'] as const;
export type BinaryOperation = (typeof binaryOperations)[number];

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
  /** Learned vectors [units] and the first value of their elements. */
  readonly params: readonly { readonly name: string; readonly init: number }[];
  readonly equations: readonly Equation[];
}

/** Sides of the squares that `conv` can read. */
export const convolutionSizes = [3, 5, 7] as const;

/** Whether a cell reads neighbours, so that its rows must be the pixels of images. */
export function isConvolutional(cell: Cell): boolean {
  const reads = (term: Expression): boolean => (term.op === 'linear' && term.size > 1) || termsWithin(term).some(reads);
  return cell.equations.some(({ expression }) => reads(expression));
}

/** The terms that a term is made of. */
export function termsWithin(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'input':
    case 'name':
    case 'number':
    case 'param':
      return [];
    case 'linear':
      return expression.of;
    default:
      return 'of' in expression ? [expression.of] : [expression.left, expression.right];
  }
}
