import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { ForecastComparison, ForecastSample, ForecastScores } from '../../src/protocol/run';
import { forecastTitle } from '../../src/samples/forecast';
import { type ChartStyle, keyColors, lineWidth, useChartStyle } from '../chart-style';
import { LineChart, type LineSeries } from '../charts/line-chart';
import { extent, padded } from '../charts/ranges';
import { DataTable } from '../components/data-table';
import { count, measure, percent, shortCount } from '../format';
import { visibleLine } from '../visible-text';
import { ErrorTable } from './error-table';
import type { SampleViewProps } from './samples';

/** The forecast of a series against what came, and its errors against forecasts that learn nothing. */
export function ForecastView({ sample, view, table }: SampleViewProps) {
  if (sample.task !== 'forecast') return null;
  const error = view.validated?.validationError;
  const tested = view.run.result?.test?.validationError;
  return (
    <div class="forecast">
      {table ? <ForecastTable sample={sample} /> : <ForecastChart sample={sample} />}
      {error ? (
        <ErrorTable
          caption={`One row ahead, in the units of ${visibleLine(sample.target)}`}
          rows={comparedRows(error)}
        />
      ) : null}
      {error?.interval ? (
        <p class="note" data-interval>
          {`${percent(error.interval.covered)} of the validation rows lie between the outer quantiles, which should hold ${percent(error.interval.share)}.`}
        </p>
      ) : null}
      {error?.backtest ? (
        <ErrorTable
          caption={`${count(error.backtest.horizon)} rows ahead, from ${count(error.backtest.origins)} rows of the validation part`}
          rows={comparedRows(error.backtest)}
        />
      ) : null}
      {tested ? (
        <ErrorTable
          caption="Test part, seen by nothing before: the best weights, one row ahead"
          rows={comparedRows(tested)}
        />
      ) : null}
    </div>
  );
}

function comparedRows(own: ForecastComparison): (readonly [string, ForecastScores])[] {
  const { lastValue, seasonalNaive, linear } = own;
  return [
    ['this network', own],
    ['last value', lastValue],
    ...(seasonalNaive ? [[`same time last period (${seasonalNaive.period} rows)`, seasonalNaive] as const] : []),
    ...(linear ? [[`linear, ${linear.lags} rows back`, linear] as const] : []),
  ];
}

/** History, truth and forecast as columns over the same rows; the lines join where the forecast begins. */
function columnsOf({ history, forecast, truth, interval }: ForecastSample) {
  const rows = history.length + Math.max(forecast.length, truth.length);
  const column = () => new Float64Array(rows).fill(Number.NaN);
  const columns = {
    row: Float64Array.from({ length: rows }, (_, i) => i),
    past: column(),
    truth: column(),
    forecast: column(),
    low: column(),
    high: column(),
  };
  const put = (target: Float64Array, values: readonly (number | null)[], at: number) =>
    values.forEach((value, i) => {
      target[at + i] = value ?? Number.NaN;
    });
  put(columns.past, history, 0);
  put(columns.truth, truth, history.length);
  put(columns.forecast, forecast, history.length);
  put(columns.low, interval?.low ?? [], history.length);
  put(columns.high, interval?.high ?? [], history.length);
  return columns;
}

/** A column with the last past value before its first, so that its line starts where the past ends. */
function joined(column: Float64Array, past: Float64Array, at: number): Float64Array {
  const line = column.slice();
  if (at > 0) line[at - 1] = past[at - 1] ?? Number.NaN;
  return line;
}

function ForecastChart({ sample }: { readonly sample: ForecastSample }) {
  const style = useChartStyle();
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const columns = useMemo(() => columnsOf(sample), [sample]);
  const start = sample.history.length;
  const series = useMemo(() => seriesOf(columns, start, style), [columns, start, style]);
  const rows = columns.row.length;
  const values = extent([columns.past, columns.truth, columns.forecast, columns.low, columns.high], 0, rows - 1) ?? [
    0, 1,
  ];
  const target = forecastTitle(sample);
  const at = cursor === undefined ? undefined : Math.min(cursor, rows - 1);
  const label = (row: number) => labelOf(sample, row);
  return (
    <div data-points={rows} style={keyColors(style)}>
      <p class="legend">
        <span class="key past">
          truth <output>{at === undefined ? '' : measure(at < start ? columns.past[at] : columns.truth[at])}</output>
        </span>
        {sample.interval ? (
          <span class="key interval">
            {percent(sample.interval.share)} interval{' '}
            <output>
              {at === undefined || at < start ? '' : `${measure(columns.low[at])} to ${measure(columns.high[at])}`}
            </output>
          </span>
        ) : null}
        <span class="key forecast-line">
          forecast <output>{at === undefined ? '' : measure(columns.forecast[at])}</output>
        </span>
      </p>
      <p class="axis-title">
        {target}
        <span class="at">{at === undefined ? '' : label(at)}</span>
      </p>
      <LineChart
        label={`${sample.forecast.length} rows of ${target} forecast after ${start} rows of history.`}
        x={columns.row}
        series={series}
        xRange={[0, Math.max(1, rows - 1)]}
        yRange={padded(values)}
        style={style}
        formatX={(row) => (Number.isInteger(row) && row >= 0 && row < rows ? broken(label(row)) : '')}
        formatY={(value) => (Math.abs(value) >= 10_000 ? shortCount(value) : String(Number(value.toPrecision(4))))}
        below={(chart) => {
          const x = Math.round(chart.valToPos(start - 1, 'x', true));
          chart.ctx.fillStyle = style.shade;
          chart.ctx.fillRect(x, chart.bbox.top, chart.bbox.left + chart.bbox.width - x, chart.bbox.height);
          if (sample.interval) drawBand(chart, columns, start, style);
        }}
        onCursor={setCursor}
      />
    </div>
  );
}

function seriesOf(columns: ReturnType<typeof columnsOf>, start: number, style: ChartStyle): readonly LineSeries[] {
  return [
    { label: 'history', values: columns.past, stroke: style.reference, width: lineWidth.main },
    {
      label: 'truth',
      values: joined(columns.truth, columns.past, start),
      stroke: style.reference,
      width: lineWidth.main,
    },
    {
      label: 'forecast',
      values: joined(columns.forecast, columns.past, start),
      stroke: style.validation,
      width: lineWidth.main + 0.4,
    },
  ];
}

/** The interval as a band, which opens where the past ends. */
function drawBand(chart: uPlot, { past, low, high }: ReturnType<typeof columnsOf>, start: number, style: ChartStyle) {
  const { ctx } = chart;
  const x = (row: number) => chart.valToPos(row, 'x', true);
  const y = (value: number | undefined) => chart.valToPos(value ?? Number.NaN, 'y', true);
  ctx.save();
  ctx.beginPath();
  if (start > 0) ctx.moveTo(x(start - 1), y(past[start - 1]));
  for (let row = start; row < low.length; row++) ctx.lineTo(x(row), y(high[row]));
  for (let row = low.length - 1; row >= start; row--) ctx.lineTo(x(row), y(low[row]));
  ctx.closePath();
  ctx.globalAlpha = 0.22;
  ctx.fillStyle = style.validation;
  ctx.fill();
  ctx.globalAlpha = 0.6;
  ctx.strokeStyle = style.validation;
  ctx.stroke();
  ctx.restore();
}

/** The date of a row, or how far it is from the forecast's start. */
function labelOf({ times, history }: ForecastSample, row: number): string {
  const time = times?.[row];
  if (time !== undefined) return visibleLine(time);
  const from = row - history.length + 1;
  return from > 0 ? `+${from}` : String(from).replace('-', '−');
}

/** Date above time of day, so that more of them have room beside each other. */
const broken = (label: string) => label.replace(/(?<=\d)[ T](?=\d{1,2}:)/, '\n');

function ForecastTable({ sample }: { readonly sample: ForecastSample }) {
  const { forecast, truth, history, interval } = sample;
  const rows = forecast.map((value, i) => [
    labelOf(sample, history.length + i),
    measure(value),
    ...(interval ? [measure(interval.low[i]), measure(interval.high[i])] : []),
    measure(truth[i]),
    measure(truth[i] === undefined ? undefined : value - truth[i]),
  ]);
  return (
    <DataTable
      caption={`Forecast of ${forecastTitle(sample)}`}
      columns={[sample.times ? 'Date' : 'Row', 'Forecast', ...(interval ? ['From', 'To'] : []), 'Truth', 'Difference']}
      rows={rows.slice(0, 300)}
      note={rows.length > 300 ? `The first 300 of ${count(rows.length)} rows.` : undefined}
    />
  );
}
