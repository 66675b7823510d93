import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { Baseline } from '../../protocol/dataset';
import type { ClassificationScores, ForecastError } from '../../protocol/run';
import { IdSequences } from '../sequences';
import type { Evaluation, WindowSize } from '../task';
import { type BagOfWords, fitBagOfWords } from './bag-of-words';
import { batchOf } from './batches';
import type { Examples } from './examples';
import { softmax } from './softmax';

/** A validation looks at no more examples, so that it stays a small part of a training's time. */
const mostExamples = 2048;

/** Examples that the baseline of counted words is fit to. */
const mostCounted = 10_000;

/** Loss and scores over the validation part: nats per example, or mean squared error in scaled units. */
export async function evaluateExamples(
  model: Model,
  examples: Examples,
  { timeSteps, batchSize }: WindowSize,
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const chosen = validated(examples);
  const { targets } = examples;
  const outputs = new Float64Array(chosen.length * model.spec.outputs);
  // In the order of their lengths, so that little is padded.
  const order = Array.from(chosen, (_, at) => at).sort(
    (a, b) => examples.sequences.lengthOf(chosen[a] ?? 0) - examples.sequences.lengthOf(chosen[b] ?? 0),
  );
  for (let from = 0; from < order.length; from += batchSize) {
    const places = order.slice(from, from + batchSize);
    const values = await outputsOf(
      model,
      examples,
      places.map((at) => chosen[at] ?? 0),
      timeSteps,
    );
    places.forEach((at, row) => {
      for (let output = 0; output < model.spec.outputs; output++)
        outputs[at * model.spec.outputs + output] = values[row * model.spec.outputs + output] ?? Number.NaN;
    });
    await breathe();
  }
  const wanted = Array.from(chosen, (example) => targets.of(example));
  if (targets.kind === 'class') {
    const rows = wanted.map((_, at) => outputs.subarray(at * targets.names.length, (at + 1) * targets.names.length));
    return { validationLoss: meanCrossEntropy(rows, wanted), classification: classificationScores(rows, wanted) };
  }
  const errors = wanted.map((value, at) => (outputs[at] ?? Number.NaN) - value);
  return {
    validationLoss: mean(errors.map((error) => error * error)),
    score: {
      ...errorOf(errors, targets.deviation),
      average: errorOf(
        wanted.map((value) => -value),
        targets.deviation,
      ),
    },
  };
}

async function outputsOf(
  model: Model,
  examples: Examples,
  chosen: readonly number[],
  longest: number,
): Promise<ArrayLike<number>> {
  const { input, targets, lengths } = batchOf(examples, chosen, longest);
  const output = tf.tidy(() => model.forward(input, model.zeroState(chosen.length), { lengths }).output);
  const values = await output.data();
  tf.dispose([input, targets, output]);
  return values;
}

/** Of a long validation part every so many, since a file may be sorted by class. */
function validated({ validation }: Examples): Int32Array {
  const every = Math.max(1, validation.length / mostExamples);
  return Int32Array.from(
    { length: Math.min(validation.length, mostExamples) },
    (_, at) => validation[Math.floor(at * every)] ?? 0,
  );
}

/** What predicting nothing but the training part's frequencies, or its mean, would reach on the validation part. */
export function exampleBaselines(examples: Examples): Baseline[] {
  const { targets, counts } = examples;
  const wanted = Array.from(validated(examples), (example) => targets.of(example));
  if (wanted.length === 0) return [];
  if (targets.kind === 'score') return [{ name: 'the mean', loss: mean(wanted.map((value) => value * value)) }];
  const all = counts.reduce((sum, count) => sum + count, 0);
  const share = (id: number) => ((counts[id] ?? 0) + 1) / (all + counts.length);
  const frequencies = { name: 'class frequencies', loss: mean(wanted.map((id) => -Math.log(share(id)))) };
  const words = bagOfWords(examples);
  if (!words) return [frequencies];
  const told = Array.from(validated(examples), (example) => words.probabilities(idsOf(examples, example)));
  return [
    frequencies,
    {
      name: 'TF-IDF and logistic regression',
      loss: mean(told.map((shares, at) => -Math.log(Math.max(1e-12, shares[wanted[at] ?? 0] ?? 0)))),
      accuracy: told.filter((shares, at) => likeliest(shares) === wanted[at]).length / told.length,
    },
  ];
}

/** Of rows of numbers there are no words to count. */
function bagOfWords(examples: Examples): BagOfWords | undefined {
  const { input, targets, training } = examples;
  if (input.kind !== 'tokens' || targets.kind !== 'class') return undefined;
  const every = Math.max(1, Math.ceil(training.length / mostCounted));
  const chosen = training.filter((_, at) => at % every === 0);
  return fitBagOfWords(
    Array.from(chosen, (example) => idsOf(examples, example)),
    Array.from(chosen, (example) => targets.of(example)),
    { vocabularySize: input.vocabulary.length, classes: targets.names.length },
  );
}

function idsOf({ sequences }: Examples, example: number): ArrayLike<number> {
  return sequences instanceof IdSequences ? sequences.idsOf(example) : [];
}

/** Mean of −log softmax(logits)[target], in nats. */
export function meanCrossEntropy(logits: readonly ArrayLike<number>[], wanted: readonly number[]): number {
  return mean(wanted.map((id, at) => -Math.log(softmax(logits[at] ?? [])[id] ?? Number.NaN)));
}

/**
 * Accuracy, the mean of all classes' F1 (a class that neither occurs nor is predicted counts 0, as in scikit-learn's
 * `f1_score(average='macro', labels=all, zero_division=0)`), and how often each class was taken for each.
 */
export function classificationScores(
  logits: readonly ArrayLike<number>[],
  wanted: readonly number[],
): ClassificationScores {
  const classes = logits[0]?.length ?? 0;
  const confusion = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  wanted.forEach((truth, at) => {
    const row = confusion[truth];
    const predicted = likeliest(logits[at] ?? []);
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  });
  const hits = confusion.map((row, id) => row[id] ?? 0);
  const f1 = hits.map((hit, id) => {
    const truths = (confusion[id] ?? []).reduce((a, b) => a + b, 0);
    const predictions = confusion.reduce((sum, row) => sum + (row[id] ?? 0), 0);
    return truths + predictions > 0 ? (2 * hit) / (truths + predictions) : 0;
  });
  const most = Math.max(...confusion.map((row) => row.reduce((a, b) => a + b, 0)));
  return {
    accuracy: hits.reduce((a, b) => a + b, 0) / wanted.length,
    macroF1: mean(f1),
    confusion,
    mostFrequent: most / wanted.length,
  };
}

export function likeliest(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if ((values[at] ?? 0) > (values[best] ?? 0)) best = at;
  return best;
}

function errorOf(scaled: readonly number[], deviation: number): ForecastError {
  const errors = scaled.map((error) => error * deviation);
  return { rmse: Math.sqrt(mean(errors.map((error) => error * error))), mae: mean(errors.map(Math.abs)) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
