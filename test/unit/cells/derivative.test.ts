import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Algebra,
  binaryDerivatives,
  type InternalBinary,
  type InternalUnary,
  unaryDerivatives,
} from '../../../src/cells/derivative';
import {
  type BinaryOperation,
  binaryOperations,
  type Cell,
  type UnaryOperation,
  unaryOperations,
} from '../../../src/cells/expression';
import { binaryFunctions, unaryFunctions } from '../../../src/engine/check/float64';
import { recurrent } from '../../../src/engine/recurrent';
import { tf } from '../../../src/engine/tensors';
import { onEveryEngine } from '../engine/engines';
import { binary, linear, unary, x } from './terms';

const unaryNumbers: Readonly<Record<UnaryOperation | InternalUnary, (a: number) => number>> = {
  ...unaryFunctions,
  step: (a) => (a > 0 ? 1 : 0),
  sign: Math.sign,
};
const binaryNumbers: Readonly<Record<BinaryOperation | InternalBinary, (a: number, b: number) => number>> = {
  ...binaryFunctions,
  less: (a, b) => (a < b ? 1 : 0),
};
const numbers: Algebra<number> = {
  number: (value) => value,
  unary: (op, of) => unaryNumbers[op](of),
  binary: (op, left, right) => binaryNumbers[op](left, right),
};

const ofUnary = (op: UnaryOperation, a: number) => unaryDerivatives[op](numbers, a, unaryFunctions[op](a));
const ofBinary = (op: BinaryOperation, a: number, b: number) =>
  binaryDerivatives[op](numbers, a, b, binaryFunctions[op](a, b));

const step = 1e-5;
const slope = (f: (a: number) => number, a: number) => (f(a + step) - f(a - step)) / (2 * step);
function expectSame(actual: number, expected: number): void {
  expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-6);
}
const number = fc.double({ min: -6, max: 6, noNaN: true });

describe('the derivative in double precision is that of central differences:', () => {
  test.each(unaryOperations)('%s', (op) => {
    const isPositive = op === 'log' || op === 'sqrt';
    const hasKink = op === 'relu' || op === 'abs' || op === 'elu' || op === 'softsign';
    const argument = isPositive
      ? fc.double({ min: 0.3, max: 9, noNaN: true })
      : number.filter((a) => !hasKink || Math.abs(a) > 2 * step);
    fc.assert(fc.property(argument, (a) => expectSame(ofUnary(op, a), slope(unaryFunctions[op], a))));
  });

  test.each(binaryOperations)('%s', (op) => {
    const two = fc
      .tuple(number, number)
      .filter(([a, b]) => (op === 'divide' ? Math.abs(b) > 0.5 : Math.abs(a - b) > 2 * step));
    fc.assert(
      fc.property(two, ([a, b]) => {
        const [left, right] = ofBinary(op, a, b);
        expectSame(
          left,
          slope((value) => binaryFunctions[op](value, b), a),
        );
        expectSame(
          right,
          slope((value) => binaryFunctions[op](a, value), b),
        );
      }),
    );
  });
});

onEveryEngine(() => {
  describe('where there is no derivative, the engine takes the same one:', () => {
    /** Gradients of h' by the states that it reads, from this start. */
    function engineGradients(expression: Cell['equations'][number]['expression'], start: readonly number[]): number[] {
      const states = ['a', 'b'].slice(0, start.length);
      const cell: Cell = {
        name: 'kink',
        paper: '',
        states,
        params: [],
        equations: [
          { name: 'read', expression: linear([x]) },
          ...states.map((name) => ({
            name: `${name}'`,
            expression: name === 'a' ? expression : ({ op: 'name', name } as const),
          })),
        ],
      };
      return tf.tidy(() => {
        const gradients = tf.grads((...state: tf.Tensor[]) =>
          tf.sum(recurrent(cell, tf.zeros([2]), tf.zeros([1, 1, 1]), state as tf.Tensor2D[]).output),
        )(start.map((value) => tf.tensor2d([[value]])));
        return gradients.map((gradient) => gradient.dataSync()[0] ?? Number.NaN);
      });
    }

    test.each(['relu', 'abs', 'elu', 'softsign'] as const)('%s at 0', (op) => {
      expect(engineGradients(unary(op)('a'), [0])).toEqual([ofUnary(op, 0)]);
    });

    test.each(['min', 'max'] as const)('%s of equal numbers', (op) => {
      for (const both of [-1, 0, 2]) {
        expect(engineGradients(binary(op)('a', 'b'), [both, both])).toEqual([...ofBinary(op, both, both)]);
      }
    });
  });
});
