import type { Random } from '../../base/random';
import { tf } from '../../engine/tensors';
import type { Model, ModelState } from '../../models/model';

export interface GenerateOptions {
  readonly prompt: readonly number[];
  readonly length: number;
  /** Divides the logits; 0 takes the most likely token. */
  readonly temperature: number;
  /** How many of the most likely tokens are drawn from; 0: all. */
  readonly topK: number;
  readonly random: Random;
  readonly breathe: () => Promise<void>;
}

/** Of a longer prompt the end is read. */
const longestPrompt = 1000;

/** Tokens between two breaths. */
const stride = 32;

/** Draws tokens one after another, each fed back as the next input. Never draws the unknown token. Returns ids. */
export async function generate(model: Model, options: GenerateOptions): Promise<number[]> {
  const generated: number[] = [];
  let state: ModelState = model.zeroState(1);
  let input = options.prompt.slice(-longestPrompt);
  while (generated.length < options.length) {
    const { logits, next } = stepWith(model, state, input);
    state = next;
    const values = Float64Array.from(await logits.data());
    logits.dispose();
    const id = draw(values, options);
    generated.push(id);
    input = [id];
    if (generated.length % stride === 0) await options.breathe();
  }
  tf.dispose([...state]);
  return generated;
}

function stepWith(
  model: Model,
  state: ModelState,
  input: readonly number[],
): { logits: tf.Tensor1D; next: ModelState } {
  const result = tf.tidy(() => {
    const forward = model.forward(tf.tensor2d([...input], [1, input.length], 'int32'), state);
    const last = tf.slice(forward.output, [0, input.length - 1, 0], [1, 1, -1]);
    return [tf.reshape(last, [-1]), ...forward.state];
  });
  tf.dispose([...state]);
  const [logits, ...next] = result;
  return { logits: logits as tf.Tensor1D, next: next as tf.Tensor2D[] };
}

function draw(logits: Float64Array, { temperature, topK, random }: GenerateOptions): number {
  logits[0] = Number.NEGATIVE_INFINITY;
  let best = 0;
  for (let id = 1; id < logits.length; id++) if ((logits[id] ?? 0) > (logits[best] ?? 0)) best = id;
  if (temperature === 0) return best;
  // The lowest logit that is drawn from.
  const least = topK > 0 ? (logits.toSorted().at(-topK) ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const highest = logits[best] ?? 0;
  const weights = logits.map((logit) => (logit < least ? 0 : Math.exp((logit - highest) / temperature)));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < weights.length; id++) {
    left -= weights[id] ?? 0;
    if (left < 0) return id;
  }
  return best;
}
