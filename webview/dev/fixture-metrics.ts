import type { MetricsColumns } from '../../src/protocol/panel';
import type { FrameScores, MetricsPoint, TaskName } from '../../src/protocol/run';

const evaluateEvery = 20;

/** Between 0 and 1, the same for the same number. */
export function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
}

const scores = (rmse: number) => ({ rmse, mae: 0.73 * rmse, mase: 0.08 * rmse, smape: 0.55 * rmse });

export function pointAt(task: TaskName, step: number): MetricsPoint {
  const language = task === 'language';
  const fall = Math.exp(-step / (language ? 120 : 60));
  const wobble = (noise(step) + noise(step + 0.5) - 1) * (language ? 0.09 : 0.02);
  const loss = language ? 1.62 + 2.4 * fall + wobble : 0.05 + 0.9 * fall + Math.abs(wobble);
  const evaluated = step % evaluateEvery === 0;
  const validationLoss = language
    ? 1.78 + 2.25 * fall + step / 9000 + wobble / 3
    : 0.061 + 0.85 * fall + wobble / 4 + 0.005;
  return {
    step,
    loss,
    ...(evaluated ? { validationLoss } : {}),
    ...(evaluated && language
      ? { language: { perplexity: Math.exp(validationLoss), bitsPerCharacter: validationLoss / Math.LN2 } }
      : {}),
    ...(evaluated && task === 'classify'
      ? {
          classification: {
            accuracy: 0.9 - 0.5 * fall,
            macroF1: 0.88 - 0.5 * fall,
            mostFrequent: 0.44,
            confusion: [
              [41, 3, 2],
              [4, 38, 1],
              [2, 5, 30],
            ],
          },
        }
      : {}),
    ...(evaluated && task === 'translate'
      ? { translation: { bleu: 100 - 70 * fall, chrf: 98 - 60 * fall, exactMatch: 0.97 * (1 - fall), pairs: 128 } }
      : {}),
    ...(evaluated && task === 'speech'
      ? { transcription: { characterErrorRate: 0.02 + 0.9 * fall, wordErrorRate: 0.05 + 0.95 * fall, recordings: 40 } }
      : {}),
    ...(evaluated && task === 'frames' ? { frames: frameScores(fall) } : {}),
    ...(evaluated && task === 'forecast'
      ? {
          validationError: {
            ...scores(41.2 * Math.sqrt(validationLoss)),
            lastValue: scores(17.6),
            seasonalNaive: { ...scores(12.6), period: 24 },
            linear: { ...scores(11.3), lags: 25 },
            interval: { share: 0.8, covered: 0.78 },
            backtest: {
              ...{ horizon: 48, origins: 24 },
              ...scores(52.4 * Math.sqrt(validationLoss)),
              lastValue: scores(38.2),
              seasonalNaive: { ...scores(14.1), period: 24 },
              linear: { ...scores(16.9), lags: 25 },
            },
          },
        }
      : {}),
    gradientNorm: 0.4 + 3 * fall + 0.5 * noise(step + 0.25),
    stepsPerSecond: 11.8 + noise(step),
    tokensPerSecond: 6040,
  };
}

function frameScores(fall: number): FrameScores {
  const at = (mse: number) => ({ mse, ssim: 1 / (1 + 20 * mse) });
  const ahead = Array.from({ length: 10 }, (_, step) => ({
    network: at(0.004 + 0.06 * fall + 0.004 * step),
    lastFrame: at(0.062 + 0.011 * step),
    meanFrame: at(0.11),
  }));
  return { network: at(0.022 + 0.06 * fall), lastFrame: at(0.112), meanFrame: at(0.11), ahead };
}

/** Points of the steps from `first` to `last`, both inclusive. */
export function metricsBetween(task: TaskName, first: number, last: number): MetricsColumns {
  const length = Math.max(0, last - first + 1);
  const points = Array.from({ length }, (_, i) => pointAt(task, first + i));
  return {
    step: Float64Array.from(points, (p) => p.step),
    loss: Float64Array.from(points, (p) => p.loss),
    validationLoss: Float64Array.from(points, (p) => p.validationLoss ?? Number.NaN),
    gradientNorm: Float64Array.from(points, (p) => p.gradientNorm),
  };
}
