import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { tf } from '../../../src/engine/tensors';
import { relativeError } from './close';
import { onEveryEngine } from './engines';

const size = fc.integer({ min: 1, max: 70 });

onEveryEngine(() => {
  test('a matrix product and its gradients are those of sums in double precision, at any shape', () => {
    fc.assert(
      fc.property(size, size, size, fc.integer({ min: 1, max: 1000 }), (rows, inner, columns, seed) => {
        const random = randomFromSeed(seed);
        const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
        const [a, b, slope] = [draw(rows * inner), draw(inner * columns), draw(rows * columns)];
        const at = (values: Float32Array, index: number) => values[index] ?? 0;
        const sums = (
          height: number,
          width: number,
          depth: number,
          term: (i: number, j: number, k: number) => number,
        ) =>
          Array.from({ length: height * width }, (_, index) => {
            let sum = 0;
            for (let k = 0; k < depth; k++) sum += term(Math.floor(index / width), index % width, k);
            return sum;
          });
        const [x, y] = [tf.tensor2d(a, [rows, inner]), tf.tensor2d(b, [inner, columns])];
        let value: ArrayLike<number> = [];
        const gradients = tf.grads((left: tf.Tensor, right: tf.Tensor) => {
          const product = tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D);
          value = product.dataSync().slice();
          return tf.sum(tf.mul(product, tf.tensor2d(slope, [rows, columns])));
        })([x, y]);
        const [da, db] = gradients.map((gradient) => gradient.dataSync());
        expect(
          relativeError(
            value,
            sums(rows, columns, inner, (i, j, k) => at(a, i * inner + k) * at(b, k * columns + j)),
          ),
        ).toBeLessThan(1e-5);
        expect(
          relativeError(
            da ?? [],
            sums(rows, inner, columns, (i, j, k) => at(slope, i * columns + k) * at(b, j * columns + k)),
          ),
        ).toBeLessThan(1e-5);
        expect(
          relativeError(
            db ?? [],
            sums(inner, columns, rows, (i, j, k) => at(a, k * inner + i) * at(slope, k * columns + j)),
          ),
        ).toBeLessThan(1e-5);
        tf.dispose([x, y, gradients]);
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});
