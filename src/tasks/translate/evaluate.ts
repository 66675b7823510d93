import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { Baseline } from '../../protocol/dataset';
import type { TranslationScores } from '../../protocol/run';
import type { Evaluation, WindowSize } from '../task';
import { batchOf, fits } from './batches';
import { bleu } from './bleu';
import { chrf } from './chrf';
import { boundary, type Pairs, textOf } from './pairs';
import { greedy } from './search';

/** A validation looks at no more pairs, and translates no more of them, so that it stays a small part of a training's time. */
const mostPairs = 1024;
const mostTranslated = 128;

/**
 * Loss over the validation part, in nats per token with the true ones before it, and how near translations of some of it come:
 * each token the likeliest one.
 */
export async function evaluatePairs(
  model: Model,
  pairs: Pairs,
  { timeSteps, batchSize }: WindowSize,
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const chosen = validated(pairs, timeSteps);
  const byLength = [...chosen].sort((a, b) => pairs.sources.lengthOf(a) - pairs.sources.lengthOf(b));
  let [sum, tokens] = [0, 0];
  for (let from = 0; from < byLength.length; from += batchSize) {
    const some = byLength.slice(from, from + batchSize);
    const { input, lengths, written, targets } = batchOf(pairs, some);
    const loss = tf.tidy(() => {
      const state = model.zeroState(input.shape[0] ?? 0);
      return model.forward(input, state, { lengths, written }).crossEntropy(targets);
    });
    const count = some.reduce((all, pair) => all + pairs.targets.lengthOf(pair) + 1, 0);
    sum += ((await loss.data())[0] ?? Number.NaN) * count;
    tokens += count;
    tf.dispose([loss, input, targets, written]);
    await breathe();
  }
  const translated = evenly(chosen, mostTranslated);
  return { validationLoss: sum / tokens, translation: await scoresOf(model, pairs, translated, batchSize, breathe) };
}

async function scoresOf(
  model: Model,
  pairs: Pairs,
  chosen: readonly number[],
  batchSize: number,
  breathe: () => Promise<void>,
): Promise<TranslationScores> {
  const outputs: string[] = [];
  for (let from = 0; from < chosen.length; from += batchSize) {
    const some = chosen.slice(from, from + batchSize);
    const lengths = some.map((pair) => pairs.sources.lengthOf(pair));
    const input = pairs.sources.tensor(some, Math.max(...lengths)) as tf.Tensor2D;
    for (const { ids } of await greedy(model, input, lengths, breathe)) {
      const { vocabulary, unit } = pairs.target;
      outputs.push(
        textOf(
          ids.map((id) => vocabulary[id] ?? ''),
          unit,
        ),
      );
    }
    input.dispose();
  }
  const references = chosen.map((pair) => pairs.text('target', pair));
  const hits = outputs.filter((output, at) => output === references[at]).length;
  return {
    bleu: bleu(outputs, references),
    chrf: chrf(outputs, references),
    exactMatch: hits / chosen.length,
    pairs: chosen.length,
  };
}

/** What predicting nothing but the training part's frequencies would reach on the validation part, in nats per token. */
export function pairBaselines(pairs: Pairs): Baseline[] {
  const { targets, target, training, validation } = pairs;
  const counts = new Float64Array(target.vocabulary.length).fill(1);
  const withEnd = (pair: number) => [...targets.idsOf(pair), boundary];
  for (const pair of training) for (const id of withEnd(pair)) counts[id] = (counts[id] ?? 0) + 1;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const losses = evenly([...validation], mostPairs).flatMap((pair) =>
    withEnd(pair).map((id) => -Math.log((counts[id] ?? 0) / all)),
  );
  return [{ name: 'token frequencies', loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length }];
}

function validated(pairs: Pairs, timeSteps: number): readonly number[] {
  const fitting = [...pairs.validation].filter((pair) => fits(pairs, pair, timeSteps));
  // A validation part of long pairs alone is better cut than not looked at.
  return evenly(fitting.length > 0 ? fitting : [...pairs.validation], mostPairs);
}

/** At most so many, throughout. */
function evenly(list: readonly number[], most: number): number[] {
  const count = Math.min(list.length, most);
  return Array.from({ length: count }, (_, at) => list[Math.floor((at * list.length) / count)] ?? 0);
}
