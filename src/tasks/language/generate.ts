import type { Random } from '../../base/random';
import type { Model } from '../../models/model';

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
  let input = options.prompt.slice(-longestPrompt);
  const reader = model.reader(input.length + options.length);
  try {
    while (generated.length < options.length) {
      const id = draw(reader.read(input), options);
      generated.push(id);
      input = [id];
      if (generated.length % stride === 0) await options.breathe();
    }
  } finally {
    reader.end();
  }
  return generated;
}

/** The likeliest tokens after a prompt, the likeliest first, with what the model gives each of them; never the unknown one. */
export function candidates(
  model: Model,
  prompt: readonly number[],
  count: number,
): { readonly id: number; readonly probability: number }[] {
  const input = prompt.slice(-longestPrompt);
  const reader = model.reader(input.length);
  try {
    const logits = Float64Array.from(reader.read(input));
    logits[0] = Number.NEGATIVE_INFINITY;
    const highest = logits.reduce((a, b) => Math.max(a, b));
    const weights = logits.map((logit) => Math.exp(logit - highest));
    const total = weights.reduce((a, b) => a + b);
    return Array.from(weights, (weight, id) => ({ id, probability: weight / total }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, Math.min(count, logits.length - 1));
  } finally {
    reader.end();
  }
}

function draw(logits: Float32Array, { temperature, topK, random }: GenerateOptions): number {
  logits[0] = Number.NEGATIVE_INFINITY;
  let best = 0;
  for (let id = 1; id < logits.length; id++) if ((logits[id] ?? 0) > (logits[best] ?? 0)) best = id;
  if (temperature === 0) return best;
  // The lowest logit that is drawn from.
  const least = topK > 0 ? (logits.toSorted().at(-topK) ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const highest = logits[best] ?? 0;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 1; id < logits.length; id++) {
    const logit = logits[id] ?? 0;
    if (logit >= least) weights[id] = Math.exp((logit - highest) / temperature);
    total += weights[id] ?? 0;
  }
  let left = random.uniform() * total;
  for (let id = 0; id < weights.length; id++) {
    left -= weights[id] ?? 0;
    if (left < 0) return id;
  }
  return best;
}
