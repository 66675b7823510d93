import type { Reading } from '../configuration/run';
import type { DatasetReport } from '../protocol/dataset';
import type { ForecastComparison, FrameScores, RunResult, ValidationError, ValidationScores } from '../protocol/run';

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
  const { backtest } = best.validationError ?? {};
  const further = backtest ? aheadContests(backtest, 'validation', reading.loss) : [];
  const contests = [
    ...further,
    ...(best.frames ? [framesContest(best.frames)] : []),
    ...testContests(test, reading.loss),
  ];
  for (const contest of contests) {
    if (contest.own >= contest.reference) sentences.push(`${started(contest)} it does not beat ${against(contest)}.`);
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

/** The network's error beside that of what learns less. */
interface Contest {
  readonly where: readonly string[];
  readonly measure: string;
  readonly own: number;
  readonly name: string;
  readonly reference: number;
}

const started = ({ where }: Contest) => {
  const [first = '', ...rest] = where.join(', ');
  return `${first.toUpperCase()}${rest.join('')},`;
};
const against = ({ measure, own, name, reference }: Contest) =>
  `"${name}": its ${measure} is ${number(own)}, against ${number(reference)}`;

function testContests(test: RunResult['test'], loss: ForecastLoss): Contest[] {
  const where = ['on the test part'];
  const { validationError, classification, score, frames } = test ?? {};
  return [
    ...(validationError ? [forecastContest(validationError, where, loss)] : []),
    ...(validationError?.backtest ? aheadContests(validationError.backtest, 'test', loss) : []),
    ...(classification
      ? [
          {
            ...{ where, measure: 'share of errors', name: 'the most frequent class' },
            own: 1 - classification.accuracy,
            reference: 1 - classification.mostFrequent,
          },
        ]
      : []),
    ...(score ? [{ where, measure: 'RMSE', name: 'the mean', own: score.rmse, reference: score.average.rmse }] : []),
    ...(frames ? [framesContest(frames, where)] : []),
  ];
}

type ForecastLoss = Reading['loss'];

function aheadContests(
  backtest: NonNullable<ValidationError['backtest']>,
  part: 'validation' | 'test',
  loss: ForecastLoss,
) {
  const { horizon, origins } = backtest;
  const over = `over ${horizon} ${horizon === 1 ? 'row' : 'rows'} ahead from ${origins} ${origins === 1 ? 'row' : 'rows'} of the ${part} part`;
  return [forecastContest(backtest, [over], loss)];
}

function framesContest({ network, lastFrame, meanFrame, ahead }: FrameScores, where: readonly string[] = []): Contest {
  const [name, { mse }] =
    lastFrame.mse < meanFrame.mse ? (['the last frame', lastFrame] as const) : (['the mean frame', meanFrame] as const);
  const over = `over ${ahead.length} frames ahead`;
  return { where: [...where, over], measure: 'MSE', name, own: network.mse, reference: mse };
}

/** Beside the strongest reference, in the measure that the loss goes by. */
function forecastContest(errors: ForecastComparison, where: readonly string[], loss: ForecastLoss = 'mse'): Contest {
  const by = loss === 'mse' ? 'rmse' : 'mae';
  const { lastValue, seasonalNaive, linear } = errors;
  const references = [
    { name: 'last value', reference: lastValue[by] },
    ...(seasonalNaive ? [{ name: `seasonal naive (${seasonalNaive.period})`, reference: seasonalNaive[by] }] : []),
    ...(linear ? [{ name: `linear (${linear.lags} rows back)`, reference: linear[by] }] : []),
  ];
  const [strongest] = references.toSorted((a, b) => a.reference - b.reference);
  return { where, measure: by.toUpperCase(), own: errors[by], ...(strongest ?? { name: '', reference: Number.NaN }) };
}

const number = (value: number) => String(Number(value.toPrecision(4)));
