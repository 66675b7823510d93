import type { Reading } from '../configuration/run';
import type { DatasetReport } from '../protocol/dataset';
import type { RunResult, ValidationScores } from '../protocol/run';
import { contestsOf } from './contests';

/** A validation loss that has risen by as much since its lowest one is no chance. */
const rise = 1.05;
/** How late in a training the lowest one still counts as at its end. */
const lately = 0.7;
/** Fewer steps say nothing yet. */
const fewestSteps = 50;
/** With fewer to validate on, numbers are much chance. */
const fewest = 20;

type Told = Pick<DatasetReport, 'baselines' | 'split'> & { readonly reading?: Partial<Reading> };

/**
 * What a person should know of a training besides its numbers, in sentences with what to try: whether it beats what learns
 * nothing, on the validation part, further ahead and on the test part; whether it overfits, whether there is enough to
 * tell. Empty where all is well.
 *
 * @param best what the validation of the best weights found besides the loss
 */
export function verdict(
  { step, validationLoss, bestValidationLoss, bestStep = step, test }: Omit<RunResult, 'verdict'>,
  { baselines, split, reading = {} }: Told,
  best: ValidationScores = {},
): string[] {
  if (step < fewestSteps || bestValidationLoss === undefined || validationLoss === undefined) return [];
  const sentences: string[] = [];
  const [strongest] = baselines.toSorted((a, b) => a.loss - b.loss);
  // What is said of the same row from several rows before it does not say it anew.
  const apart = split.validation / (reading.strategy === 'direct' ? (reading.horizon ?? 1) : 1);
  const isOver = bestStep < lately * step && validationLoss > rise * bestValidationLoss;
  if (strongest && bestValidationLoss >= strongest.loss) {
    const way =
      bestStep >= lately * step
        ? 'It was lowest near the end: more steps may help.'
        : 'There may be nothing more to learn here; a longer window, another cell or more data would show.';
    sentences.push(
      `It does not beat "${strongest.name}": its best validation loss is ${number(bestValidationLoss)}, against ${number(strongest.loss)}. ${way}`,
    );
  }
  if (
    strongest &&
    split.validation >= fewest &&
    bestValidationLoss < strongest.loss &&
    bestValidationLoss >= strongest.loss * chanceOf(apart)
  ) {
    sentences.push(
      `It hardly beats "${strongest.name}": its best validation loss is ${number(bestValidationLoss)}, against ${number(strongest.loss)}, which with ${split.validation} to validate on may be chance.`,
    );
  }
  for (const { where, measure, own, name, reference } of contestsOf(best, test, reading.loss)) {
    if (own < reference) continue;
    const place = where.slice(0, 1).toUpperCase() + where.slice(1);
    sentences.push(
      `${place}, it does not beat "${name}": its ${measure} is ${number(own)}, against ${number(reference)}.`,
    );
  }
  if (isOver) {
    sentences.push(
      `It overfits: the validation loss was lowest at step ${bestStep} (${number(bestValidationLoss)}) and is ${number(validationLoss)} now. The weights of that step are kept as the best; a smaller network, dropout or more data may help.`,
    );
  }
  if (split.validation < fewest)
    sentences.push(`Only ${split.validation} were there to validate on, so these numbers may be chance.`);
  return sentences;
}

/** How much of a loss must be left to be a lead that so many may have by chance. */
const chanceOf = (count: number) => 1 - 1 / Math.sqrt(Math.max(1, count));

const number = (value: number) => String(Number(value.toPrecision(4)));
