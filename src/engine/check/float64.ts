import type { BinaryOperation, Cell, Expression, UnaryOperation } from '../../cells/expression';
import { learnedTerms } from '../../cells/parameters';
import { type ImageSize, singlePixel, tapsOf } from '../wasm/images';

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
  { onKinked, image = singlePixel }: { readonly onKinked?: OnKinked; readonly image?: ImageSize | undefined } = {},
): {
  readonly output: readonly Matrix[];
  readonly state: readonly Matrix[];
  readonly values: ReadonlyMap<string, readonly Matrix[]>;
} {
  const { linears, scales, norms } = learnedTerms(cell);
  const vector = (name: string | undefined) => weights.get(name ?? '')?.values ?? [];
  const output: number[][][] = input.map(() => []);
  const values = new Map(cell.equations.map(({ name }): [string, number[][][]] => [name, input.map(() => [])]));
  let current = new Map(cell.states.map((name, index) => [name, (state[index] ?? []).map((row) => [...row])]));
  const timeSteps = input[0]?.length ?? 0;
  for (let step = 0; step < timeSteps; step++) {
    const x = input.map((sequence) => [...(sequence[step] ?? [])]);
    const scope = new Map(current);
    for (const { name, expression } of cell.equations) {
      const value = evaluate(expression, name, x, scope);
      scope.set(name, value);
      value.forEach((own, row) => {
        values.get(name)?.[row]?.push(own);
      });
    }
    current = new Map(cell.states.map((name) => [name, scope.get(`${name}'`) ?? []]));
    current.get(cell.states[0] ?? '')?.forEach((own, row) => {
      output[row]?.push(own);
    });
  }
  return { output, state: cell.states.map((name) => current.get(name) ?? []), values };

  function evaluate(
    expression: Expression,
    equation: string,
    x: number[][],
    scope: ReadonlyMap<string, number[][]>,
  ): number[][] {
    const of = (term: Expression) => evaluate(term, equation, x, scope);
    switch (expression.op) {
      case 'input':
        return x;
      case 'name':
        return scope.get(expression.name) ?? [];
      case 'number':
        return x.map(() => [expression.value]);
      case 'param':
        return x.map(() => Array.from(vector(expression.name)));
      case 'scale': {
        const scale = vector(scales.get(expression));
        return of(expression.of).map((row) => Array.from(scale, (own, unit) => own * at(row, unit)));
      }
      case 'norm': {
        const names = norms.get(expression);
        const [gain, shift] = [vector(names?.gain), vector(names?.shift)];
        return of(expression.of).map((row) => {
          const values = Array.from(gain, (_, unit) => at(row, unit));
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
          return values.map(
            (value, unit) => ((value - mean) / Math.sqrt(variance + 1e-5)) * (gain[unit] ?? 0) + (shift[unit] ?? 0),
          );
        });
      }
      case 'linear': {
        const map = linears.get(expression);
        const bias = Array.from(vector(map?.bias));
        const units = weights.get(map?.weights[0] ?? '')?.shape[1] ?? 0;
        const sums = x.map(() => (bias.length > 0 ? [...bias] : Array<number>(units).fill(0)));
        expression.of.forEach((argument, index) => {
          const { shape, values } = weights.get(map?.weights[index] ?? '') ?? { shape: [0, 0], values: [] };
          const [rows = 0, columns = 0] = shape;
          const taps = tapsOf(expression.size);
          const k = rows / taps.length;
          const read = of(argument);
          sums.forEach((sum, row) => {
            taps.forEach(({ dy, dx }, tap) => {
              const near = read[neighbour(row, dy, dx) ?? Number.NaN];
              if (!near) return;
              for (let inner = 0; inner < k; inner++) {
                for (let column = 0; column < columns; column++) {
                  sum[column] =
                    (sum[column] ?? 0) + at(near, inner) * (values[(tap * k + inner) * columns + column] ?? 0);
                }
              }
            });
          });
        });
        return sums;
      }
      default: {
        const kinked = onKinked && kinkedOperations.find((op) => op === expression.op);
        if ('of' in expression) {
          const unary = unaryFunctions[expression.op];
          return of(expression.of).map((row) => {
            if (kinked) for (const distance of row) onKinked(kinked, equation, distance);
            return row.map(unary);
          });
        }
        const right = of(expression.right);
        return of(expression.left).map((left, row) => {
          const other = right[row] ?? [];
          return Array.from({ length: Math.max(left.length, other.length) }, (_, index) => {
            const [a, b] = [at(left, index), at(other, index)];
            if (kinked) onKinked(kinked, equation, a - b);
            return binaryFunctions[expression.op](a, b);
          });
        });
      }
    }
  }

  /** The row of the pixel at dy, dx from that of a row; undefined beyond the edge. */
  function neighbour(row: number, dy: number, dx: number): number | undefined {
    if (dy === 0 && dx === 0) return row;
    const { height, width } = image;
    const [y, x] = [(Math.floor(row / width) % height) + dy, (row % width) + dx];
    return y >= 0 && y < height && x >= 0 && x < width ? row + dy * width + dx : undefined;
  }
}

/** A number that is the same for each unit stands alone. */
const at = (row: readonly number[], index: number) => row[row.length === 1 ? 0 : index] ?? 0;

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
