import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { ClippedAdam } from '../../../src/engine/adam';
import { engineBackend, tf } from '../../../src/engine/tensors';
import type { ModelState } from '../../../src/models/forward';
import { Model } from '../../../src/models/model';
import { onEveryEngine } from './engines';
import { heldByTensorFlow } from './held';

onEveryEngine(({ variant }) => {
  for (const dropout of [0, 0.3]) {
    test(`training with dropout ${dropout} holds after 600 steps, samples and validations what it held after 100`, async () => {
      const before = { tensors: tf.memory().numTensors, bytes: engineBackend()?.machine.heap.bytes };
      const input = { kind: 'tokens', vocabularySize: 12, embeddingSize: 5 } as const;
      const spec = { cell: builtinCell('gru'), units: 9, layers: 2, dropout, input, outputs: 12 };
      const model = Model.initialise(spec, randomFromSeed(1));
      const optimizer = new ClippedAdam(model.parameters);
      const random = randomFromSeed(2);
      const ids = tf.tensor2d(
        Int32Array.from({ length: 24 }, (_, index) => index % 12),
        [3, 8],
        'int32',
      );
      let state: ModelState = model.zeroState(3);
      const held = () => ({
        tensors: tf.memory().numTensors,
        bytes: engineBackend()?.machine.heap.bytes,
        ofTensorFlow: heldByTensorFlow(),
      });
      let early: ReturnType<typeof held> | undefined;
      const steps = variant === undefined || variant === 'tensorflow' ? 150 : 600;
      for (let step = 1; step <= steps; step++) {
        const { loss, gradients, next } = model.crossEntropyGradients(ids, ids, state, random);
        await optimizer.apply(step, gradients, { learningRate: 0.01, clipNorm: 5 });
        tf.dispose([loss, gradients, ...state]);
        state = next;
        if (step % 50 === 0) {
          const validation = tf.tidy(() => model.forward(ids, state).output);
          await validation.data();
          validation.dispose();
        }
        if (step === 100) early = held();
      }
      expect(held().tensors).toBe(early?.tensors);
      expect(held().ofTensorFlow).toBe(early?.ofTensorFlow);
      // A few programs of other addresses may be kept; one block a step would be 32,000 bytes.
      expect(held().bytes ?? 0).toBeLessThan((early?.bytes ?? 0) + 8192 + 1);
      tf.dispose([ids, ...state]);
      optimizer.dispose();
      model.dispose();
      expect(tf.memory().numTensors).toBe(before.tensors);
      // Compiled cells, programs and their constants stay for the next model.
      expect(engineBackend()?.machine.heap.bytes ?? 0).toBeLessThan((before.bytes ?? 0) + 200_000);
    });
  }

  test.runIf(variant === 'tensorflow')(
    '10,000 steps of an LSTM hold what 1,000 held',
    async () => {
      const input = { kind: 'tokens', vocabularySize: 12, embeddingSize: 5 } as const;
      const spec = { cell: builtinCell('lstm'), units: 9, layers: 1, dropout: 0, input, outputs: 12 };
      const model = Model.initialise(spec, randomFromSeed(1));
      const optimizer = new ClippedAdam(model.parameters);
      const ids = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 6], 'int32');
      const state = model.zeroState(2);
      const held: { tensors: number; ofTensorFlow: number | undefined; megabytes: number }[] = [];
      for (let step = 1; step <= 10_000; step++) {
        const { loss, gradients, next } = model.crossEntropyGradients(ids, ids, state, randomFromSeed(step));
        await optimizer.apply(step, gradients, { learningRate: 0.01, clipNorm: 5 });
        tf.dispose([loss, gradients, ...next]);
        if (step % 1000 !== 0) continue;
        collectGarbage();
        const { numTensors: tensors } = tf.memory();
        held.push({ tensors, ofTensorFlow: heldByTensorFlow(), megabytes: process.memoryUsage.rss() / 1e6 });
      }
      const [first, last] = [held[0], held.at(-1)];
      expect([last?.tensors, last?.ofTensorFlow]).toEqual([first?.tensors, first?.ofTensorFlow]);
      // A thousand numbers a step would be 36 MB.
      expect((last?.megabytes ?? 0) - (first?.megabytes ?? 0)).toBeLessThan(30);
      tf.dispose([ids, ...state]);
      optimizer.dispose();
      model.dispose();
    },
    120_000,
  );
});

/** Else V8 lets garbage lie until its heap is several times as large. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
}
