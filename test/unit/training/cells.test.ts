import { beforeEach, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { type CellName, cells, runConfigurationSchema } from '../../../src/configuration/run';
import { tf } from '../../../src/engine/tensors';
import { language } from '../../../src/tasks/language/language';
import { Training } from '../../../src/training/training';
import { onEveryEngine } from '../engine/engines';

beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

// After "ab" comes c or d in turn, so that it takes a memory to know. Windows are no multiple of the period: those that
// begin with a or b need what the last one carried over.
const letters = [0, 1, 2, 0, 1, 3];
const timeSteps = 5;
/** Nats a letter, at best, of a guess that knows the window alone: at four of thirty letters it is c or d. */
const withoutCarriedState = (4 * Math.log(2)) / 30;

function trainingOf(cell: CellName): Training {
  const rows = [0, 2];
  return new Training({
    task: language,
    prepared: {
      windows: () => ({
        batchSize: rows.length,
        tokensPerStep: rows.length * timeSteps,
        at: (step) => {
          const from = (first: number) =>
            tf.tensor2d(
              rows.map((row) =>
                Array.from({ length: timeSteps }, (_, at) => letters[(row + first + at) % letters.length] ?? 0),
              ),
              undefined,
              'int32',
            );
          return { input: from((step - 1) * timeSteps), targets: from((step - 1) * timeSteps + 1), reset: false };
        },
      }),
      evaluate: async () => ({ validationLoss: 0 }),
    },
    spec: {
      cell: builtinCell(cell),
      units: 8,
      layers: 1,
      dropout: 0,
      input: { kind: 'tokens', vocabularySize: 4, embeddingSize: 4 },
      outputs: 4,
    },
    configuration: runConfigurationSchema.parse({ training: { learningRate: 0.02, clipNorm: 1, steps: 1000 } }),
    now: () => 0,
    breathe: async () => undefined,
  });
}

/** Trains until the loss over a whole round of windows is low, or for so many steps; that loss. */
async function train(training: Training, low: number, most: number): Promise<number> {
  const losses: number[] = [];
  const recent = () => losses.slice(-letters.length).reduce((sum, loss) => sum + loss, 0) / letters.length;
  while (losses.length < letters.length || (recent() > low && losses.length < most)) {
    await training.step();
    losses.push(training.position.loss);
  }
  return recent();
}

onEveryEngine(() => {
  test.each(cells)('%s learns what takes its carried state', async (cell) => {
    const training = trainingOf(cell);
    const low = withoutCarriedState / 2;
    const loss = await train(training, low, 600);
    training.dispose();
    expect(loss).toBeLessThan(low);
  });

  test('weights that are not trained stay as they were drawn, and the others do not', async () => {
    const training = trainingOf('echo-state');
    const before = await training.model.toArrays();
    await train(training, 0, 6);
    const after = await training.model.toArrays();
    training.dispose();
    const changed = [...before.keys()].filter(
      (name) => before.get(name)?.values.join() !== after.get(name)?.values.join(),
    );
    expect(changed).toEqual(['embedding', 'head.W', 'head.b']);
  });
});
