import type { DatasetReport } from '../protocol/dataset';
import type { RunResult } from '../protocol/run';

/** A validation loss that has risen by as much since its lowest one is no chance. */
const rise = 1.05;
/** How late in a training the lowest one still counts as at its end. */
const lately = 0.7;
/** Fewer steps say nothing yet. */
const fewestSteps = 50;
/** With fewer to validate on, numbers are much chance. */
const fewest = 20;

/**
 * What a person should know of a training besides its numbers, in sentences with what to try: whether it beats what learns
 * nothing, whether it overfits, whether there is enough to tell. Empty where all is well.
 */
export function verdict(
  { step, validationLoss, bestValidationLoss, bestStep = step }: Omit<RunResult, 'verdict'>,
  { baselines, split }: Pick<DatasetReport, 'baselines' | 'split'>,
): string[] {
  if (step < fewestSteps || bestValidationLoss === undefined || validationLoss === undefined) return [];
  const sentences: string[] = [];
  const [strongest] = baselines.toSorted((a, b) => a.loss - b.loss);
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
    bestValidationLoss >= strongest.loss * (1 - 1 / Math.sqrt(split.validation))
  ) {
    sentences.push(
      `It hardly beats "${strongest.name}": its best validation loss is ${number(bestValidationLoss)}, against ${number(strongest.loss)}, which with ${split.validation} to validate on may be chance.`,
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

const number = (value: number) => String(Number(value.toPrecision(4)));
