import type { Cell, Expression } from './expression';

export type Range = readonly [low: number, high: number];
const unbounded: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** What each equation's value can reach, by interval arithmetic; infinite where nothing bounds it. Keyed by name. */
export function equationRanges(cell: Cell): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  for (const { name, expression } of cell.equations) ranges.set(name, rangeOf(expression, ranges));
  return ranges;
}

function rangeOf(expression: Expression, known: ReadonlyMap<string, Range>): Range {
  switch (expression.op) {
    case 'sigmoid':
      return [0, 1];
    case 'tanh':
      return [-1, 1];
    case 'relu':
      return [0, Number.POSITIVE_INFINITY];
    case 'number':
      return [expression.value, expression.value];
    case 'name':
      return known.get(expression.name) ?? unbounded;
    case 'input':
    case 'linear':
      return unbounded;
    default: {
      const left = rangeOf(expression.left, known);
      const right = rangeOf(expression.right, known);
      if (expression.op === 'add') return [left[0] + right[0], left[1] + right[1]];
      if (expression.op === 'subtract') return [left[0] - right[1], left[1] - right[0]];
      // 0 · ∞ has no value in floating point, but a bound of 0 times anything unbounded is unbounded or 0: keep it unbounded.
      const corners = left.flatMap((a) => right.map((b) => a * b));
      return corners.some(Number.isNaN) ? unbounded : [Math.min(...corners), Math.max(...corners)];
    }
  }
}
