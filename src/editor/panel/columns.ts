import type { MetricsColumns } from '../../protocol/panel';
import type { MetricsPoint } from '../../protocol/run';

/** Points as columns in buffers of their own; `NaN` where a point has no value. */
export function columnsOf(points: readonly MetricsPoint[]): MetricsColumns {
  return {
    step: Float64Array.from(points, ({ step }) => step),
    loss: Float64Array.from(points, ({ loss }) => loss),
    validationLoss: Float64Array.from(points, ({ validationLoss }) => validationLoss ?? Number.NaN),
    gradientNorm: Float64Array.from(points, ({ gradientNorm }) => gradientNorm),
  };
}
