import type { ForecastScores } from '../../protocol/run';

/** A forecast and what came, in the file's own units. */
export interface Outcome {
  readonly forecast: number;
  readonly truth: number;
  /** Mean absolute error of the naive forecast on its series' training part; 0 where that is never wrong. */
  readonly naive: number;
}

/**
 * RMSE, MAE; MASE, the MAE in units of the naive forecast's on the training part (Hyndman and Koehler 2006); and sMAPE in
 * percent, from 0 to 200 (as in the M4 competition, Makridakis et al. 2020), where two zeros are no error.
 * A series whose naive forecast is never wrong has no part in the MASE.
 */
export function forecastScores(outcomes: Iterable<Outcome>): ForecastScores {
  let [count, squares, absolute, relative, scaled, scalable] = [0, 0, 0, 0, 0, 0];
  for (const { forecast, truth, naive } of outcomes) {
    const error = Math.abs(forecast - truth);
    const size = Math.abs(forecast) + Math.abs(truth);
    count += 1;
    squares += error ** 2;
    absolute += error;
    relative += size > 0 ? error / size : 0;
    if (naive > 0) {
      scaled += error / naive;
      scalable += 1;
    }
  }
  return {
    rmse: Math.sqrt(squares / count),
    mae: absolute / count,
    ...(scalable > 0 && { mase: scaled / scalable }),
    smape: (200 * relative) / count,
  };
}

/** Mean absolute error, over the first `rows`, of who says the value of `lag` rows before. */
export function naiveError(rows: number, lag: number, valueAt: (row: number) => number): number {
  let sum = 0;
  for (let row = lag; row < rows; row++) sum += Math.abs(valueAt(row) - valueAt(row - lag));
  return sum / (rows - lag);
}
