import type { BinaryOperation, UnaryOperation } from './expression';

/** What derivatives need beyond the language. `step`: 1 above 0, else 0; `sign`: −1, 0 or 1. */
export type InternalUnary = 'step' | 'sign';
/** `less`: 1 where the left one is below the right one, else 0. */
export type InternalBinary = 'less';

/** Whatever element-wise terms are built of: numbers to compute with, nodes of a graph, terms to show. */
export interface Algebra<T> {
  number(value: number): T;
  unary(op: UnaryOperation | InternalUnary, of: T): T;
  binary(op: BinaryOperation | InternalBinary, left: T, right: T): T;
}

/** dy/da of y = f(a). */
export type UnaryDerivative = <T>(algebra: Algebra<T>, a: T, y: T) => T;
/** ∂y/∂a and ∂y/∂b of y = f(a, b). */
export type BinaryDerivative = <T>(algebra: Algebra<T>, a: T, b: T, y: T) => readonly [T, T];

/**
 * The derivative of each function, by its argument and its value, whichever is cheaper. Where there is none, the one of
 * the constant side is taken (relu at 0: 0), or the middle (abs at 0: 0).
 */
export const unaryDerivatives: Readonly<Record<UnaryOperation, UnaryDerivative>> = {
  sigmoid: (t, _, y) => t.binary('multiply', y, t.binary('subtract', t.number(1), y)),
  tanh: (t, _, y) => t.binary('subtract', t.number(1), t.unary('square', y)),
  relu: (t, a) => t.unary('step', a),
  exp: (_, __, y) => y,
  log: (t, a) => t.binary('divide', t.number(1), a),
  sqrt: (t, _, y) => t.binary('divide', t.number(0.5), y),
  abs: (t, a) => t.unary('sign', a),
  square: (t, a) => t.binary('multiply', t.number(2), a),
  softplus: (t, a) => t.unary('sigmoid', a),
  // 1 / (1 + |a|)², and 1 − |y| is 1 / (1 + |a|).
  softsign: (t, _, y) => t.unary('square', t.binary('subtract', t.number(1), t.unary('abs', y))),
  // With s = sigmoid(a): s + a · s · (1 − s)
  silu: (t, a, y) => {
    const s = t.unary('sigmoid', a);
    return t.binary('add', s, t.binary('multiply', y, t.binary('subtract', t.number(1), s)));
  },
  // e^a = y + 1 below 0, and y + 1 is above 1 where the derivative is 1.
  elu: (t, _, y) => t.binary('min', t.number(1), t.binary('add', y, t.number(1))),
  sin: (t, a) => t.unary('cos', a),
  cos: (t, a) => t.binary('subtract', t.number(0), t.unary('sin', a)),
};

/** Both derivatives of each operation. Where the two of `min` or `max` are equal, the left one counts. */
export const binaryDerivatives: Readonly<Record<BinaryOperation, BinaryDerivative>> = {
  add: (t) => [t.number(1), t.number(1)],
  subtract: (t) => [t.number(1), t.number(-1)],
  multiply: (_, a, b) => [b, a],
  divide: (t, _, b, y) => {
    const inverse = t.binary('divide', t.number(1), b);
    return [inverse, t.binary('subtract', t.number(0), t.binary('multiply', y, inverse))];
  },
  min: (t, a, b) => otherThan(t, t.binary('less', b, a)),
  max: (t, a, b) => otherThan(t, t.binary('less', a, b)),
};

function otherThan<T>(t: Algebra<T>, isRight: T): readonly [T, T] {
  return [t.binary('subtract', t.number(1), isRight), isRight];
}
