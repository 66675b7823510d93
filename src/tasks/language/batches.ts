import { tf } from '../../engine/tensors';
import type { ModelState } from '../../models/forward';
import type { Model } from '../../models/model';
import type { Evaluation, TrainingWindows } from '../task';
import type { TokenIds } from '../tokens/ids';
import { windowsOf } from '../windows';

interface WindowSize {
  readonly timeSteps: number;
  readonly batchSize: number;
}

/** A validation looks at no more windows than this, so that it stays a small part of a training's time. */
const mostWindows = 16;

/** Windows of ids; each target is the next id. */
export function languageWindows(ids: TokenIds, { timeSteps, batchSize }: WindowSize, name?: string): TrainingWindows {
  const windows = windowsOf(ids.length - 1, { timeSteps, batchSize, unit: 'tokens', name });
  return {
    batchSize: windows.batchSize,
    tokensPerStep: windows.batchSize * timeSteps,
    at(step) {
      const { starts, reset } = windows.at(step);
      return { ...idWindows(ids, starts, timeSteps), reset };
    },
  };
}

/**
 * Mean cross-entropy over the validation part in nats per token: parallel streams from its beginning on, state carried
 * from window to window, at most 16 windows of each. A part shorter than a window is read in one.
 *
 * @param tokensPerCharacter of the validation part
 */
export async function evaluateLanguage(
  model: Model,
  ids: TokenIds,
  size: WindowSize,
  tokensPerCharacter: number,
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const positions = ids.length - 1;
  if (positions < 1) return { validationLoss: Number.NaN };
  const timeSteps = Math.min(size.timeSteps, positions);
  const { batchSize, at } = windowsOf(positions, { timeSteps, batchSize: size.batchSize, unit: 'tokens' });
  const perStream = Math.floor(Math.floor(positions / batchSize) / timeSteps);
  const count = Math.min(perStream, mostWindows);
  let state: ModelState = model.zeroState(batchSize);
  let total = 0;
  for (let step = 1; step <= count; step++) {
    const { input, targets } = idWindows(ids, at(step).starts, timeSteps);
    const [loss, ...next] = tf.tidy(() => {
      const forward = model.forward(input, state);
      return [forward.crossEntropy(targets), ...forward.state];
    });
    tf.dispose([...state, input, targets]);
    state = next as tf.Tensor2D[];
    total += (await loss?.data())?.[0] ?? Number.NaN;
    loss?.dispose();
    await breathe();
  }
  tf.dispose([...state]);
  const validationLoss = total / count;
  const language = {
    perplexity: Math.exp(validationLoss),
    bitsPerCharacter: (validationLoss * tokensPerCharacter) / Math.LN2,
  };
  return { validationLoss, language };
}

function idWindows(
  ids: TokenIds,
  starts: readonly number[],
  timeSteps: number,
): { input: tf.Tensor2D; targets: tf.Tensor2D } {
  const input = new Int32Array(starts.length * timeSteps);
  const targets = new Int32Array(starts.length * timeSteps);
  starts.forEach((start, stream) => {
    const window = ids.read(start, timeSteps + 1);
    input.set(window.subarray(0, timeSteps), stream * timeSteps);
    targets.set(window.subarray(1), stream * timeSteps);
  });
  const shape: [number, number] = [starts.length, timeSteps];
  return { input: tf.tensor2d(input, shape, 'int32'), targets: tf.tensor2d(targets, shape, 'int32') };
}
