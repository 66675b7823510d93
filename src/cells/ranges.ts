import type { BinaryOperation, Cell, Expression, UnaryOperation } from './expression';

export type Range = readonly [low: number, high: number];
const infinite = Number.POSITIVE_INFINITY;
const unbounded: Range = [-infinite, infinite];

/** What each equation's value can reach, by interval arithmetic; infinite where nothing bounds it. Keyed by name. */
export function equationRanges(cell: Cell): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  for (const { name, expression } of cell.equations) ranges.set(name, rangeOf(expression, ranges));
  return ranges;
}

function rangeOf(expression: Expression, known: ReadonlyMap<string, Range>): Range {
  switch (expression.op) {
    case 'number':
      return [expression.value, expression.value];
    case 'name':
      return known.get(expression.name) ?? unbounded;
    case 'input':
    case 'param':
    case 'linear':
    case 'scale':
    case 'norm':
      return unbounded;
    default:
      return bounded(
        'of' in expression
          ? unary[expression.op](rangeOf(expression.of, known))
          : binary[expression.op](rangeOf(expression.left, known), rangeOf(expression.right, known)),
      );
  }
}

/** An end that has no value, as of ∞ − ∞, bounds nothing. */
function bounded([low, high]: Range): Range {
  return [Number.isNaN(low) ? -infinite : low, Number.isNaN(high) ? infinite : high];
}

/** Of a function that only rises. */
const rising =
  (f: (x: number) => number) =>
  ([low, high]: Range): Range => [f(low), f(high)];
const distance = ([low, high]: Range): Range => [
  low > 0 ? low : high < 0 ? -high : 0,
  Math.max(Math.abs(low), Math.abs(high)),
];

const unary: Readonly<Record<UnaryOperation, (of: Range) => Range>> = {
  sigmoid: () => [0, 1],
  tanh: () => [-1, 1],
  relu: rising((x) => Math.max(0, x)),
  exp: rising(Math.exp),
  log: rising((x) => (x > 0 ? Math.log(x) : -infinite)),
  sqrt: rising((x) => Math.sqrt(Math.max(0, x))),
  abs: distance,
  square: (of) => rising((x) => x * x)(distance(of)),
  softplus: rising((x) => (x > 30 ? x : Math.log1p(Math.exp(x)))),
  softsign: rising((x) => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x))),
  // Its least value, −0.2785, is at −1.2785.
  silu: ([, high]) => [-0.278465, Math.max(0, high)],
  elu: rising((x) => (x > 0 ? x : Math.expm1(x))),
  sin: () => [-1, 1],
  cos: () => [-1, 1],
};

const binary: Readonly<Record<BinaryOperation, (left: Range, right: Range) => Range>> = {
  add: (left, right) => [left[0] + right[0], left[1] + right[1]],
  subtract: (left, right) => [left[0] - right[1], left[1] - right[0]],
  multiply: products,
  divide: (left, right) => (right[0] > 0 || right[1] < 0 ? products(left, [1 / right[1], 1 / right[0]]) : unbounded),
  min: (left, right) => [Math.min(left[0], right[0]), Math.min(left[1], right[1])],
  max: (left, right) => [Math.max(left[0], right[0]), Math.max(left[1], right[1])],
};

function products(left: Range, right: Range): Range {
  // 0 · ∞ has no value, and then neither end has one.
  const corners = left.flatMap((a) => right.map((b) => a * b));
  return [Math.min(...corners), Math.max(...corners)];
}
