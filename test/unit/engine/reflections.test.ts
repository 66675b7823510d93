import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { engineBackend } from '../../../src/engine/tensors';
import { orthogonal } from '../../../src/models/initialise';
import { onEveryEngine } from './engines';

/** What JavaScript drew, which is the first of the engines. */
const drawn = new Map<number, Float32Array>();

onEveryEngine(({ variant }) => {
  test('orthogonal weights are the same to the bit, and no memory is kept', () => {
    const heap = engineBackend()?.machine.heap;
    expect(heap !== undefined).toBe(variant !== undefined && variant !== 'tensorflow');
    const used = heap?.bytes;
    for (const size of [1, 2, 3, 8, 17, 33, 64, 129]) {
      const matrix = orthogonal([size, size], randomFromSeed(size));
      expect(matrix, `${size}`).toEqual(drawn.get(size) ?? matrix);
      if (variant === undefined) drawn.set(size, matrix);
    }
    expect(drawn.size).toBe(8);
    expect(heap?.bytes).toBe(used);
  });
});
