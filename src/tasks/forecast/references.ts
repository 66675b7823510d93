import type { Baseline } from '../../protocol/dataset';
import type { ForecastComparison } from '../../protocol/run';
import { forecastScores, naiveError, type Outcome } from './errors';
import { type ColumnForm, changeOver, innerValue, outerValue } from './form';
import { type Aim, aimsOf, type ForecastHead, lossOf } from './head';
import { continueLinear, fitLinear, lagsOf } from './linear';
import { quantileOf } from './quantiles';
import { validated, validationEnd } from './segments';
import type { Series, SeriesGroup } from './series';

/** The values of a column from a row of a series on, in the file's own units, told from the rows before. */
type Ahead = (group: SeriesGroup, origin: number, steps: number, column: number) => readonly number[];

/** Forecasts that the network is compared with. */
export interface References {
  readonly lastValue: Ahead;
  readonly seasonalNaive: { readonly ahead: Ahead; readonly period: number } | undefined;
  /** An autoregression of each column on its own, fitted to the training part of all series, scaled. */
  readonly linear: { readonly ahead: Ahead; readonly lags: number } | undefined;
  /** Mean absolute error of the naive forecast, seasonal where there is a season, of the target in the training part. */
  naive(group: SeriesGroup): number;
}

export function referencesOf(series: Series, period: number | undefined): References {
  const { valueAt, groups, target } = series;
  const lag = period ?? 1;
  // What comes before a series' beginning is not known: its first value stands for that.
  const seasonal: Ahead = ({ start }, origin, steps, column) =>
    Array.from({ length: steps }, (_, step) => valueAt(Math.max(start, origin - lag + (step % lag)), column));
  const naive = new Map(
    groups.map((group) => {
      const rows = group.boundary - group.start;
      return [group.start, naiveError(rows, Math.min(lag, rows - 1), (row) => valueAt(group.start + row, target))];
    }),
  );
  return {
    lastValue: (_, origin, steps, column) => Array<number>(steps).fill(valueAt(origin - 1, column)),
    seasonalNaive: period === undefined ? undefined : { ahead: seasonal, period },
    linear: linearOf(series, period),
    naive: (group) => naive.get(group.start) ?? 0,
  };
}

function linearOf({ groups, columns, valueAt }: Series, period: number | undefined): References['linear'] {
  const lags = lagsOf(Math.max(...groups.map(({ start, boundary }) => boundary - start)), period);
  if (lags === undefined) return undefined;
  const inner = ({ forms }: SeriesGroup, row: number, column: number) => {
    const form = forms[column] as ColumnForm;
    return (innerValue(form, valueAt(row, column)) - form.mean) / (form.deviation || 1);
  };
  const models = columns.map((_, column) =>
    fitLinear(
      lags,
      groups.map((group) => ({
        rows: group.boundary - group.start,
        valueAt: (row) => inner(group, group.start + row, column),
      })),
    ),
  );
  return {
    lags: Math.max(...lags),
    ahead(group, origin, steps, column) {
      const form = group.forms[column] as ColumnForm;
      const before = (rows: number) => inner(group, Math.max(group.start, origin - rows), column);
      const model = models[column];
      const ahead = model ? continueLinear(model, steps, before) : [];
      return ahead.map((value) => outerValue(form, form.mean + value * (form.deviation || 1)));
    },
  };
}

/** What was said of the target from a row of a series on, in the file's own units. */
export interface Forecast {
  readonly group: SeriesGroup;
  /** The first row that is forecast. */
  readonly origin: number;
  readonly ahead: readonly number[];
}

/** Errors of forecasts beside those of the references from the same rows. */
export function compared(
  series: Series,
  { lastValue, seasonalNaive, linear, naive }: References,
  forecasts: readonly Forecast[],
): ForecastComparison {
  const scores = (aheadOf: (forecast: Forecast) => readonly number[]) =>
    forecastScores(outcomes(series, naive, forecasts, aheadOf));
  const of = (ahead: Ahead) =>
    scores(({ group, origin, ahead: own }) => ahead(group, origin, own.length, series.target));
  return {
    ...scores(({ ahead }) => ahead),
    lastValue: of(lastValue),
    ...(seasonalNaive && { seasonalNaive: { ...of(seasonalNaive.ahead), period: seasonalNaive.period } }),
    ...(linear && { linear: { ...of(linear.ahead), lags: linear.lags } }),
  };
}

function* outcomes(
  { valueAt, target }: Series,
  naive: References['naive'],
  forecasts: readonly Forecast[],
  aheadOf: (forecast: Forecast) => readonly number[],
): Iterable<Outcome> {
  for (const forecast of forecasts)
    for (const [step, said] of aheadOf(forecast).entries())
      yield { forecast: said, truth: valueAt(forecast.origin + step, target), naive: naive(forecast.group) };
}

/** Rows of training parts from whose errors a reference's quantiles are made. */
const mostErrors = 10_000;

/**
 * Losses over the validation part, in the unit of the training loss: mean over all that is said. Where quantiles are
 * asked for, a reference adds those of its own errors in the training part to what it says.
 */
export function baselineLosses(
  series: Series,
  { lastValue, seasonalNaive, linear }: References,
  head: ForecastHead,
): Baseline[] {
  const groups = validated(series);
  const aims = aimsOf(head, series.columns.length, series.target);
  const furthest = Math.max(...aims.map(({ ahead }) => ahead));
  // Said from a row on once, however many of the rows ahead are aimed at.
  const errorsAt = (ahead: Ahead, group: SeriesGroup, row: number) => {
    const said = new Map(
      [...new Set(aims.map(({ column }) => column))].map((column) => [column, ahead(group, row, furthest, column)]),
    );
    return ({ column, ahead: rows }: Aim) => {
      const form = group.forms[column] as ColumnForm;
      const told = innerValue(form, said.get(column)?.[rows - 1] ?? Number.NaN);
      return (innerValue(form, series.valueAt(row + rows - 1, column)) - told) / changeOver(form.change, rows);
    };
  };
  const spreadsOf = (ahead: Ahead) => {
    if (head.quantiles.length === 0) return aims.map(() => [0]);
    const errors = aims.map((): number[] => []);
    for (const group of groups) {
      const rows = Math.min(group.boundary - group.start - furthest, Math.ceil(mostErrors / groups.length));
      for (let row = group.boundary - rows - furthest + 1; row <= group.boundary - furthest; row++) {
        const errorOf = errorsAt(ahead, group, row);
        for (const [place, aim] of aims.entries()) errors[place]?.push(errorOf(aim));
      }
    }
    return errors.map((own) => {
      const sorted = Float64Array.from(own).sort();
      return head.quantiles.map((level) => quantileOf(sorted, level));
    });
  };
  const loss = (ahead: Ahead) => {
    const spreads = spreadsOf(ahead);
    let [sum, count] = [0, 0];
    for (const group of groups) {
      const end = validationEnd(group, groups.length);
      for (let row = group.boundary; row < end; row++) {
        const errorOf = errorsAt(ahead, group, row);
        for (const [place, aim] of aims.entries()) {
          if (row + aim.ahead > end) continue;
          sum += lossOf(head, spreads[place] ?? [0], errorOf(aim));
          count += 1;
        }
      }
    }
    return sum / count;
  };
  return [
    { name: 'last value', loss: loss(lastValue) },
    ...(seasonalNaive ? [{ name: `seasonal naive (${seasonalNaive.period})`, loss: loss(seasonalNaive.ahead) }] : []),
    ...(linear ? [{ name: `linear (${linear.lags} rows back)`, loss: loss(linear.ahead) }] : []),
  ];
}
