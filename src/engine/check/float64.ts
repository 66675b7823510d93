import type { BinaryOperation, Cell, Expression, UnaryOperation } from '../../cells/expression';
import { learnedTerms } from '../../cells/parameters';

export type Matrix = readonly (readonly number[])[];

/** Functions with a point where they have no derivative: at 0, or where both arguments are equal. */
export const kinkedOperations = ['relu', 'abs', 'min', 'max'] as const;
export type KinkedOperation = (typeof kinkedOperations)[number];

/** Told of every value of such a function how far, and on which side, that point is. */
export type OnKinked = (operation: KinkedOperation, equation: string, distance: number) => void;

/**
 * A cell in double precision and plain loops: what the engine is differentiated against. Shapes as in `recurrent`;
 * `values` has what each equation defines, row by row of the batch, at every step.
 */
export function runInFloat64(
  cell: Cell,
  weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>,
  input: readonly Matrix[],
  state: readonly Matrix[],
  onKinked?: OnKinked,
): {
  readonly output: readonly Matrix[];
  readonly state: readonly Matrix[];
  readonly values: ReadonlyMap<string, readonly Matrix[]>;
} {
  const { linears, scales, norms } = learnedTerms(cell);
  const vector = (name: string | undefined) => weights.get(name ?? '')?.values ?? [];
  const output: number[][][] = [];
  const last: number[][][] = cell.states.map(() => []);
  const values = new Map(cell.equations.map(({ name }): [string, number[][][]] => [name, input.map(() => [])]));
  input.forEach((sequence, row) => {
    let current = new Map(cell.states.map((name, index) => [name, [...(state[index]?.[row] ?? [])]]));
    const steps: number[][] = [];
    for (const x of sequence) {
      const scope = new Map<string, readonly number[]>(current);
      for (const { name, expression } of cell.equations) {
        const value = evaluate(expression, name, x, scope);
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
    equation: string,
    x: readonly number[],
    scope: ReadonlyMap<string, readonly number[]>,
  ): number[] {
    const of = (term: Expression) => evaluate(term, equation, x, scope);
    switch (expression.op) {
      case 'input':
        return [...x];
      case 'name':
        return [...(scope.get(expression.name) ?? [])];
      case 'number':
        return [expression.value];
      case 'param':
        return Array.from(vector(expression.name));
      case 'scale': {
        const scale = vector(scales.get(expression));
        return of(expression.of).map((value, unit) => value * (scale[unit] ?? 0));
      }
      case 'norm': {
        const names = norms.get(expression);
        const values = of(expression.of);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        const [gain, shift] = [vector(names?.gain), vector(names?.shift)];
        return values.map(
          (value, unit) => ((value - mean) / Math.sqrt(variance + 1e-5)) * (gain[unit] ?? 0) + (shift[unit] ?? 0),
        );
      }
      case 'linear': {
        const map = linears.get(expression);
        const bias = Array.from(vector(map?.bias));
        const units = weights.get(map?.weights[0] ?? '')?.shape[1] ?? 0;
        const sum = bias.length > 0 ? bias : Array<number>(units).fill(0);
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
        const kinked = onKinked && kinkedOperations.find((op) => op === expression.op);
        if ('of' in expression) {
          const argument = of(expression.of);
          if (kinked) for (const distance of argument) onKinked(kinked, equation, distance);
          return argument.map(unaryFunctions[expression.op]);
        }
        const left = of(expression.left);
        const right = of(expression.right);
        const at = (values: number[], index: number) => values[values.length === 1 ? 0 : index] ?? 0;
        return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
          const [a, b] = [at(left, index), at(right, index)];
          if (kinked) onKinked(kinked, equation, a - b);
          return binaryFunctions[expression.op](a, b);
        });
      }
    }
  }
}

/** Functions of one number in double precision. */
export const unaryFunctions: Readonly<Record<UnaryOperation, (x: number) => number>> = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  square: (x) => x * x,
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  sin: Math.sin,
  cos: Math.cos,
};

export const binaryFunctions: Readonly<Record<BinaryOperation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
};
