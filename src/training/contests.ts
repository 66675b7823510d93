import type { Reading } from '../configuration/run';
import type { Backtest, ForecastComparison, FrameScores, RunResult, ValidationScores } from '../protocol/run';

/** The network's error beside that of what learns less. */
export interface Contest {
  /** "on the test part" */
  readonly where: string;
  /** "RMSE" */
  readonly measure: string;
  readonly own: number;
  /** Of the strongest that the network is compared with. */
  readonly name: string;
  readonly reference: number;
}

type ForecastLoss = Reading['loss'];

/**
 * What the network is measured by besides the loss of the validation part: several steps ahead there, and on the test part.
 *
 * @param best what the validation of the best weights found
 * @param loss of a forecast, which says what its errors are measured in
 */
export function contestsOf(best: ValidationScores, test: RunResult['test'], loss: ForecastLoss): readonly Contest[] {
  const ahead = best.validationError?.backtest;
  const { validationError, classification, score, frames } = test ?? {};
  const onTest = 'on the test part';
  return [
    ...(ahead ? [aheadContest(ahead, 'validation', loss)] : []),
    ...(best.frames ? [framesContest(best.frames, '')] : []),
    ...(validationError ? [forecastContest(validationError, onTest, loss)] : []),
    ...(validationError?.backtest ? [aheadContest(validationError.backtest, 'test', loss)] : []),
    ...(classification
      ? [
          {
            ...{ where: onTest, measure: 'share of errors', name: 'the most frequent class' },
            ...{ own: 1 - classification.accuracy, reference: 1 - classification.mostFrequent },
          },
        ]
      : []),
    ...(score
      ? [{ where: onTest, measure: 'RMSE', name: 'the mean', own: score.rmse, reference: score.average.rmse }]
      : []),
    ...(frames ? [framesContest(frames, `${onTest}, `)] : []),
  ];
}

function aheadContest(backtest: Backtest, part: 'validation' | 'test', loss: ForecastLoss): Contest {
  const rows = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;
  const where = `over ${rows(backtest.horizon)} ahead from ${rows(backtest.origins)} of the ${part} part`;
  return forecastContest(backtest, where, loss);
}

function framesContest({ network, lastFrame, meanFrame, ahead }: FrameScores, place: string): Contest {
  const strongest = lastFrame.mse < meanFrame.mse ? 'last' : 'mean';
  return {
    where: `${place}over ${ahead.length} frames ahead`,
    measure: 'MSE',
    own: network.mse,
    name: `the ${strongest} frame`,
    reference: Math.min(lastFrame.mse, meanFrame.mse),
  };
}

function forecastContest(errors: ForecastComparison, where: string, loss: ForecastLoss = 'mse'): Contest {
  const by = loss === 'mse' ? 'rmse' : 'mae';
  const { lastValue, seasonalNaive, linear } = errors;
  const others = [
    ...(seasonalNaive ? [{ name: `seasonal naive (${seasonalNaive.period})`, reference: seasonalNaive[by] }] : []),
    ...(linear ? [{ name: `linear (${linear.lags} rows back)`, reference: linear[by] }] : []),
  ];
  const strongest = others.reduce((a, b) => (b.reference < a.reference ? b : a), {
    name: 'last value',
    reference: lastValue[by],
  });
  return { where, measure: by.toUpperCase(), own: errors[by], ...strongest };
}
