import type { Cell, Expression } from '../../../src/cells/expression';
import { linearMaps } from '../../../src/cells/parameters';

export type Matrix = readonly (readonly number[])[];

/**
 * A cell in double precision and plain loops: what the engine is differentiated against. Shapes as in `recurrent`;
 * `values` has what each equation defines, row by row of the batch, at every step.
 */
export function runInFloat64(
  cell: Cell,
  weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>,
  input: readonly Matrix[],
  state: readonly Matrix[],
): {
  readonly output: readonly Matrix[];
  readonly state: readonly Matrix[];
  readonly values: ReadonlyMap<string, readonly Matrix[]>;
} {
  const maps = new Map(linearMaps(cell).map((map) => [map.node, map]));
  const output: number[][][] = [];
  const last: number[][][] = cell.states.map(() => []);
  const values = new Map(cell.equations.map(({ name }): [string, number[][][]] => [name, input.map(() => [])]));
  input.forEach((sequence, row) => {
    let current = new Map(cell.states.map((name, index) => [name, [...(state[index]?.[row] ?? [])]]));
    const steps: number[][] = [];
    for (const x of sequence) {
      const scope = new Map<string, readonly number[]>(current);
      for (const { name, expression } of cell.equations) {
        const value = evaluate(expression, x, scope);
        scope.set(name, value);
        values.get(name)?.[row]?.push(value);
      }
      current = new Map(cell.states.map((name) => [name, [...(scope.get(`${name}'`) ?? [])]]));
      steps.push(current.get(cell.states[0] ?? '') ?? []);
    }
    output.push(steps);
    cell.states.forEach((name, index) => {
      last[index]?.push(current.get(name) ?? []);
    });
  });
  return { output, state: last, values };

  function evaluate(
    expression: Expression,
    x: readonly number[],
    scope: ReadonlyMap<string, readonly number[]>,
  ): number[] {
    const of = (term: Expression) => evaluate(term, x, scope);
    switch (expression.op) {
      case 'input':
        return [...x];
      case 'name':
        return [...(scope.get(expression.name) ?? [])];
      case 'number':
        return [expression.value];
      case 'sigmoid':
        return of(expression.of).map((value) => 1 / (1 + Math.exp(-value)));
      case 'tanh':
        return of(expression.of).map(Math.tanh);
      case 'relu':
        return of(expression.of).map((value) => Math.max(0, value));
      case 'linear': {
        const map = maps.get(expression);
        const sum = Array.from(weights.get(map?.bias ?? '')?.values ?? []);
        expression.of.forEach((argument, index) => {
          const { shape, values } = weights.get(map?.weights[index] ?? '') ?? { shape: [0, 0], values: [] };
          const columns = shape[1] ?? 0;
          of(argument).forEach((value, row) => {
            for (let column = 0; column < columns; column++) {
              sum[column] = (sum[column] ?? 0) + value * (values[row * columns + column] ?? 0);
            }
          });
        });
        return sum;
      }
      default: {
        const left = of(expression.left);
        const right = of(expression.right);
        const at = (values: number[], index: number) => values[values.length === 1 ? 0 : index] ?? 0;
        return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
          const [a, b] = [at(left, index), at(right, index)];
          return expression.op === 'add' ? a + b : expression.op === 'subtract' ? a - b : a * b;
        });
      }
    }
  }
}
