import { duration } from '../base/duration';
import { visible } from '../base/visible';
import type { Progress } from '../protocol/panel';
import type { MetricsPoint, RunRecord } from '../protocol/run';

/** Where a training stands after `point`, of `steps` in all. */
export function progressOf(point: MetricsPoint, steps: number): Progress {
  const left = Math.max(0, steps - point.step);
  return {
    step: point.step,
    steps,
    stepsPerSecond: point.stepsPerSecond,
    tokensPerSecond: point.tokensPerSecond,
    secondsLeft: point.stepsPerSecond > 0 ? left / point.stepsPerSecond : 0,
  };
}

/** "120/600 · 12.3 steps/s · 40 s left". */
export function progressText({ step, steps, stepsPerSecond, secondsLeft }: Progress): string {
  const parts = [`${step}/${steps}`];
  if (stepsPerSecond > 0) {
    parts.push(`${rate(stepsPerSecond)} steps/s`);
  }
  if (step < steps && stepsPerSecond > 0) {
    parts.push(`${duration(secondsLeft)} left`);
  }
  return parts.join(' · ');
}

function rate(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);
}

/** "lstm 64" or "gru 2×128". */
export function modelText({ cell, configuration: { model } }: RunRecord): string {
  return `${visible(cell ?? model.cell)} ${model.layers > 1 ? `${model.layers}×` : ''}${model.units}`;
}

/** A loss as it is shown everywhere: four significant digits. */
export function lossText(loss: number | undefined): string | undefined {
  return loss === undefined ? undefined : Number.isFinite(loss) ? loss.toPrecision(4) : String(loss);
}
