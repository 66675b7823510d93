import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { cellParameters } from '../../../src/cells/parameters';
import { type CellName, cells as cellNames, runConfigurationSchema } from '../../../src/configuration/run';
import { recurrent } from '../../../src/engine/recurrent';
import { tf } from '../../../src/engine/tensors';
import type { ImageSize } from '../../../src/engine/wasm/images';
import { language } from '../../../src/tasks/language/language';
import { Training } from '../../../src/training/training';
import cells from '../../parity/cells.json';
import training from '../../parity/training.json';
import { expectClose } from './close';
import { onEveryEngine } from './engines';

interface Stored {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const entries = (record: object) => Object.entries(record) as [string, Stored][];
const tensor = ({ shape, values }: Stored) => tf.tensor(Float32Array.from(values), [...shape]);
const arraysOf = (record: object) =>
  new Map(entries(record).map(([name, { shape, values }]) => [name, { shape, values: Float32Array.from(values) }]));

onEveryEngine(() =>
  describe('PyTorch with the same weights has the same', () => {
    test('for every cell', () => {
      expect(new Set(cells.cases.map(({ cell }) => cell))).toEqual(new Set(cellNames));
    });

    for (const stored of cells.cases) {
      const cell = builtinCell(stored.cell as CellName);
      test(`outputs, last states and gradients: ${stored.cell}, ${stored.layers} layers`, () => {
        const weights = entries(stored.weights);
        const starts = cell.states.map((name) => (stored.start as unknown as Record<string, Stored>)[name] as Stored);
        const inputs = [...weights.map(([, value]) => tensor(value)), tensor(stored.input), ...starts.map(tensor)];
        let last: tf.Tensor[] = [];
        let output: ArrayLike<number> = [];
        const gradients = tf.grads((...values: tf.Tensor[]) => {
          const named = new Map(weights.map(([name], index) => [name, values[index] as tf.Tensor]));
          let sequence = values[weights.length] as tf.Tensor3D;
          const states: tf.Tensor[][] = [];
          for (let layer = 0; layer < stored.layers; layer++) {
            const prefix = `layers.${layer}.`;
            const sizes = cellParameters(cell, sequence.shape[2], stored.output.shape[2] ?? 0);
            const own = sizes.map(({ name }) => named.get(`${prefix}${name}`) as tf.Tensor);
            const state = cell.states.map((_, index) => {
              const all = values[weights.length + 1 + index] as tf.Tensor3D;
              return tf.reshape(tf.slice(all, [layer, 0, 0], [1, -1, -1]), [all.shape[1], all.shape[2]]) as tf.Tensor2D;
            });
            const flat = tf.concat(own.map((value) => tf.reshape(value, [-1]))) as tf.Tensor1D;
            const result = recurrent(cell, flat, sequence, state, {
              image: 'image' in stored ? (stored.image as ImageSize) : undefined,
            });
            sequence = result.output;
            states.push([...result.state]);
          }
          last = cell.states.map((_, index) => tf.keep(tf.stack(states.map((state) => state[index] as tf.Tensor))));
          output = sequence.dataSync();
          const loss = tf.sum(tf.mul(sequence, tensor(stored.lossWeight)));
          // Some cells carry their output without reading it, and TF.js refuses a gradient that is zero everywhere.
          return values.reduce((sum: tf.Tensor, value) => tf.add(sum, tf.mul(0, tf.sum(value))), loss) as tf.Scalar;
        })(inputs);

        expectClose(output, stored.output.values, 1e-5, 'output');
        cell.states.forEach((name, index) => {
          const expected = (stored.last as unknown as Record<string, Stored>)[name]?.values ?? [];
          expectClose(last[index]?.dataSync() ?? [], expected, 1e-5, `last ${name}`);
          const gradient = (stored.startGradient as unknown as Record<string, Stored>)[name]?.values ?? [];
          expectClose(
            gradients[weights.length + 1 + index]?.dataSync() ?? [],
            gradient,
            1e-4,
            `gradient of the first ${name}`,
          );
        });
        expectClose(
          gradients[weights.length]?.dataSync() ?? [],
          stored.inputGradient.values,
          1e-4,
          'gradient of the input',
        );
        entries(stored.gradients).forEach(([name, { values }], index) => {
          expect(weights[index]?.[0]).toBe(name);
          expectClose(gradients[index]?.dataSync() ?? [], values, 1e-4, `gradient of ${name}`);
        });
        tf.dispose([inputs, gradients, last]);
      });
    }

    test('losses, gradient norms and weights over training steps with truncated gradients, carried state, clipping and Adam', async () => {
      const { vocabularySize, embeddingSize, units, learningRate, clipNorm, steps } = training;
      const batchSize = steps[0]?.ids.length ?? 0;
      const weights = arraysOf(training.before);
      const zeros = new Map(
        ['h', 'c'].map((name) => [
          `layers.0.${name}`,
          { shape: [batchSize, units], values: new Float32Array(batchSize * units) },
        ]),
      );
      const position = { step: 0, random: randomFromSeed(1).state(), loss: 0, pendingLoss: 0, pendingSteps: 0 };
      const subject = new Training(
        {
          task: language,
          prepared: {
            windows: () => ({
              batchSize,
              tokensPerStep: 1,
              at: (step) => {
                const ids = steps[step - 1]?.ids ?? [];
                return {
                  input: tf.tensor2d(
                    ids.map((row) => row.slice(0, -1)),
                    undefined,
                    'int32',
                  ),
                  targets: tf.tensor2d(
                    ids.map((row) => row.slice(1)),
                    undefined,
                    'int32',
                  ),
                  reset: false,
                };
              },
            }),
            evaluate: async () => ({ validationLoss: 0 }),
          },
          spec: {
            cell: builtinCell('lstm'),
            units,
            layers: 1,
            dropout: 0,
            input: { kind: 'tokens', vocabularySize, embeddingSize },
            outputs: vocabularySize,
          },
          configuration: runConfigurationSchema.parse({
            training: { learningRate, schedule: 'constant', clipNorm, steps: steps.length },
          }),
          now: () => 0,
          breathe: async () => undefined,
        },
        { weights, firstMoments: new Map(), secondMoments: new Map(), state: zeros, position },
      );
      for (const { loss, gradientNorm } of steps) {
        const { metrics } = await subject.step();
        expect(metrics?.loss).toBeCloseTo(loss, 5);
        expect(metrics?.gradientNorm).toBeCloseTo(gradientNorm, 5);
      }
      const after = (await subject.snapshot()).weights;
      for (const [name, { values }] of entries(training.after))
        expectClose(after.get(name)?.values ?? [], values, 1e-4, name);
      subject.dispose();
    });
  }),
);
