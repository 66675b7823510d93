import type { Cell, Expression } from './expression';

/** A weight of a cell. `W` maps the input, `U` a state or gate, `b` is a bias. */
export interface Parameter {
  readonly name: string;
  readonly kind: 'input' | 'recurrent' | 'bias';
  /** [inputSize, units], [units, units] or [units]. */
  readonly shape: readonly number[];
  /** First value of a bias. */
  readonly fill: number;
}

/** A `linear` of an equation with the names of its weights: one for each argument, then its bias. */
export interface LinearMap {
  readonly node: Extract<Expression, { op: 'linear' }>;
  readonly weights: readonly string[];
  readonly bias: string;
}

/**
 * The learned maps of a cell, in the order of its equations. Weights are named after the equation they stand in:
 * `i.W`, `i.U`, `i.b`; a second map of the same kind in one equation adds a number: `n.b2`.
 */
export function linearMaps(cell: Cell): readonly LinearMap[] {
  return cell.equations.flatMap(({ name, expression }) => {
    const taken = new Map<string, number>();
    const fresh = (letter: string) => {
      const count = (taken.get(letter) ?? 0) + 1;
      taken.set(letter, count);
      return `${name.replace("'", '')}.${letter}${count > 1 ? count : ''}`;
    };
    return linearsIn(expression).map((node) => ({
      node,
      weights: node.of.map((argument) => fresh(argument.op === 'input' ? 'W' : 'U')),
      bias: fresh('b'),
    }));
  });
}

export function cellParameters(cell: Cell, inputSize: number, units: number): readonly Parameter[] {
  return linearMaps(cell).flatMap(({ node, weights, bias }): Parameter[] => [
    ...weights.map(
      (name, index): Parameter =>
        node.of[index]?.op === 'input'
          ? { name, kind: 'input', shape: [inputSize, units], fill: 0 }
          : { name, kind: 'recurrent', shape: [units, units], fill: 0 },
    ),
    { name: bias, kind: 'bias', shape: [units], fill: node.bias },
  ]);
}

function linearsIn(expression: Expression): Extract<Expression, { op: 'linear' }>[] {
  switch (expression.op) {
    case 'linear':
      return [...expression.of.flatMap(linearsIn), expression];
    case 'input':
    case 'name':
    case 'number':
      return [];
    case 'add':
    case 'subtract':
    case 'multiply':
      return [...linearsIn(expression.left), ...linearsIn(expression.right)];
    default:
      return linearsIn(expression.of);
  }
}
