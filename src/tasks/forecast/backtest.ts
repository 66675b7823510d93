import type { Model } from '../../models/model';
import type { Backtest } from '../../protocol/run';
import { pointsAhead } from './ahead';
import { innerValue } from './form';
import type { ForecastHead } from './head';
import { compared, type Forecast, type References } from './references';
import { segmentBatches, validated, validationEnd } from './segments';
import type { Series, SeriesGroup } from './series';

/** As many forecasts say how good they are, and take little of the time between two validations. */
const mostOrigins = 24;
/** Series that are forecast, of many. */
const mostSeries = 48;

/**
 * Rows from which a backtest begins to forecast, each as far from the next, the last one so that all of its horizon is known
 * (Tashman 2000).
 */
export function rollingOrigins(boundary: number, end: number, horizon: number, most = mostOrigins): number[] {
  const last = end - horizon;
  const count = Math.max(1, Math.min(most, last - boundary + 1));
  return Array.from({ length: count }, (_, at) =>
    count === 1 ? last : boundary + Math.round((at * (last - boundary)) / (count - 1)),
  );
}

/** Forecasts of several steps from rolling origins in the validation part of each series. */
export async function backtest(
  model: Model,
  series: Series,
  references: References,
  { horizon, warmUp, head }: { readonly horizon: number; readonly warmUp: number; readonly head: ForecastHead },
): Promise<Backtest> {
  const all = validated(series);
  const rowsOf = (group: SeriesGroup) => validationEnd(group, all.length) - group.boundary;
  // At least half of the series have as many rows.
  const usual = all.map(rowsOf).toSorted((a, b) => b - a)[Math.floor((all.length - 1) / 2)] ?? 1;
  // Half of the part at most, or there would be nothing to roll through.
  const steps = Math.min(horizon, Math.ceil(usual / 2));
  const long = all.filter((group) => rowsOf(group) >= steps);
  const groups = long.filter((_, at) => at % Math.ceil(long.length / mostSeries) === 0);
  const each = Math.max(1, Math.floor((groups.length > 1 ? 2 * mostOrigins : mostOrigins) / groups.length));
  const origins = groups.flatMap((group) =>
    rollingOrigins(group.boundary, group.boundary + rowsOf(group), steps, each).map((start) => ({
      ...{ group, start },
      end: start + steps,
    })),
  );
  const forecasts: Forecast[] = [];
  for (const { warmUp: rows, segments } of segmentBatches(origins, warmUp, 2 * mostSeries)) {
    const read = rows + 1;
    const histories = segments.map(({ group, start }) => {
      const { period } = series;
      const lookedBack = period === undefined ? 0 : period * Math.ceil(steps / period);
      const known = Math.min(start - group.start, read + lookedBack);
      return {
        forms: group.forms,
        rows: Array.from({ length: known }, (_, at) =>
          group.forms.map((form, column) => innerValue(form, series.valueAt(start - known + at, column))),
        ),
        read,
      };
    });
    const ahead = await pointsAhead(model, histories, head, { steps, target: series.target });
    segments.forEach(({ group, start }, at) => {
      forecasts.push({ group, origin: start, ahead: ahead[at] ?? [] });
    });
  }
  return { horizon: steps, origins: forecasts.length, ...compared(series, references, forecasts) };
}
