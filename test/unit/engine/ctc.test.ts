import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { ctcLoss, fewestSteps } from '../../../src/engine/ctc';
import { tf } from '../../../src/engine/tensors';
import parity from '../../parity/ctc.json';
import { expectClose } from './close';
import { begin, engines, onEveryEngine } from './engines';

type Logits = readonly (readonly (readonly number[])[])[];

/** Loss and gradient of logits, both as sums over the batch. */
function computed(logits: Logits, labels: readonly (readonly number[])[], lengths: readonly number[]) {
  const input = tf.tensor3d(logits as number[][][]);
  const count = Math.max(
    1,
    labels.reduce((sum, { length }) => sum + length, 0),
  );
  const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => ctcLoss(x as tf.Tensor3D, labels, lengths))(input);
  const result = {
    loss: (value.dataSync()[0] ?? Number.NaN) * count,
    gradient: Array.from(grad.dataSync(), (slope) => slope * count),
  };
  tf.dispose([input, value, grad]);
  return result;
}

/** A batch in which some labels repeat, and some rows are shorter than others. */
function drawn(seed: number, [batch, time, classes]: readonly [number, number, number]) {
  const random = randomFromSeed(seed);
  const logits = Array.from({ length: batch }, () =>
    Array.from({ length: time }, () => Array.from({ length: classes }, () => 2 * random.normal())),
  );
  const lengths = Array.from({ length: batch }, () => 1 + random.integer(time));
  const labels = lengths.map((length) =>
    Array.from({ length: random.integer(1 + Math.floor(length / 2)) }, () => 1 + random.integer(classes - 1)),
  );
  return { logits, lengths, labels };
}

/** Every path of so many steps. */
function* paths(steps: number, classes: number): Generator<number[]> {
  if (steps === 0) yield [];
  else for (const path of paths(steps - 1, classes)) for (let own = 0; own < classes; own++) yield [...path, own];
}

/** What a path says when what repeats is joined and blanks are dropped. */
const joined = (path: readonly number[]) => path.filter((own, at) => own !== 0 && own !== path[at - 1]);

onEveryEngine(({ variant }) => {
  test.each(parity.cases)("loss and gradient of $name are PyTorch's", ({ logits, labels, lengths, loss, gradient }) => {
    const found = computed(logits, labels, lengths);
    expectClose([found.loss], [loss], 1e-5, 'loss');
    expectClose(found.gradient, gradient.flat(2), 1e-5, 'gradient');
  });

  test('the loss is that of all paths one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 3 }),
        fc.nat(1000),
        (time, classes, seed) => {
          const { logits, lengths, labels } = drawn(seed, [1, time, classes]);
          const steps = (logits[0] ?? []).map((step) => {
            const sum = step.reduce((all, x) => all + Math.exp(x), 0);
            return step.map((x) => Math.exp(x) / sum);
          });
          let probability = 0;
          for (const path of paths(lengths[0] ?? 0, classes)) {
            if (joined(path).join() !== labels[0]?.join()) continue;
            probability += path.reduce((product, own, at) => product * (steps[at]?.[own] ?? 0), 1);
          }
          const expected = probability > 0 ? -Math.log(probability) : 0;
          expect(probability > 0).toBe(fewestSteps(labels[0] ?? []) <= (lengths[0] ?? 0));
          expect(Math.abs(computed(logits, labels, lengths).loss - expected)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: variant === undefined ? 20 : 60, seed: 4 },
    );
  });

  test('padding more changes neither the loss nor the gradient, which is 0 beyond the end', () => {
    const { logits, lengths, labels } = drawn(5, [3, 7, 9]);
    const padded = logits.map((row) => [...row, ...Array.from({ length: 4 }, () => row[0]?.map(() => 50) ?? [])]);
    const [short, long] = [computed(logits, labels, lengths), computed(padded, labels, lengths)];
    expect(long.loss).toBe(short.loss);
    for (let row = 0; row < 3; row++) {
      const end = 9 * (lengths[row] ?? 0);
      expect(long.gradient.slice(row * 99, row * 99 + 63)).toEqual(short.gradient.slice(row * 63, row * 63 + 63));
      expect(long.gradient.slice(row * 99 + end, (row + 1) * 99).every((slope) => slope === 0)).toBe(true);
    }
  });

  test('labels that the logits deny everywhere have a large loss, and a gradient that is finite', () => {
    const logits = [Array.from({ length: 400 }, () => [30, -30, -30, 0])];
    const labels = [Array.from({ length: 150 }, (_, at) => 1 + (at % 2))];
    const { loss, gradient } = computed(logits, labels, [400]);
    expect(loss).toBeGreaterThan(5000);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('the same bits come out', () => {
  test('however wide the instructions are and however many threads there are', async () => {
    const alike = engines.filter(({ variant }) => variant === 'wide' || variant === 'relaxed');
    const { logits, lengths, labels } = drawn(8, [7, 30, 21]);
    const found: ReturnType<typeof computed>[] = [];
    for (const engine of alike) {
      const end = await begin(engine);
      found.push(computed(logits, labels, lengths));
      await end();
    }
    for (const other of found) expect(other).toEqual(found[0]);
  });
});
