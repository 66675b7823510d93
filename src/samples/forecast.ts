import { excerpt, visible } from '../base/visible';
import type { TableSummary } from '../protocol/dataset';
import type { ForecastSample } from '../protocol/run';
import type { SampleField, SampleKind } from './kind';
import { commaSeparated } from './tables';

const usualRows = 24;

/** What comes after a history, beside what came. */
export const forecastSamples: SampleKind<ForecastSample> = {
  key: ({ step, forecast, group = '' }) => `${step} ${forecast.length} ${group}`,

  fields: ({ table }, latest) => [
    ...(table?.series ? [seriesField(table.series, latest)] : []),
    {
      key: 'length',
      label: 'Rows',
      question: 'How many rows to forecast?',
      hint: 'Rows to forecast',
      value: String(latest?.forecast.length ?? usualRows),
      number: { min: 1, max: 10_000, step: 1 },
    },
  ],

  /** Forecast and truth as two lines of blocks on one scale. */
  glance({ history, forecast, truth }) {
    const past = history.slice(-Math.max(8, Math.min(24, 72 - forecast.length)));
    const all = [...past, ...forecast, ...truth];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const blocks = (values: readonly number[]) =>
      values.map((value) => '▁▂▃▄▅▆▇█'[Math.round((7 * (value - low)) / (high - low || 1))] ?? ' ').join('');
    const line = (values: readonly number[], what: string) => `  ${blocks(past)}│${blocks(values)} ${what}`;
    return [line(forecast, 'forecast'), ...(truth.length > 0 ? [line(truth, 'truth')] : [])].join('\n');
  },

  text(sample) {
    const rows = sample.forecast.map((value, row) => {
      const truth = sample.truth[row];
      const { interval } = sample;
      const bounds = interval ? `   ${interval.low[row]?.toPrecision(5)} to ${interval.high[row]?.toPrecision(5)}` : '';
      return `  ${visible(timeOf(sample, row)).padEnd(12)} ${value.toPrecision(6).padStart(12)}${bounds}${truth === undefined ? '' : `   truth ${truth.toPrecision(6)}`}`;
    });
    return [`Forecast of ${forecastTitle(sample)}`, ...rows].join('\n');
  },

  document(sample) {
    const { forecast, truth, interval } = sample;
    const target = forecastTitle(sample);
    const rows = forecast.map((value, row) => [
      ...[timeOf(sample, row), value],
      ...(interval ? [interval.low[row] ?? '', interval.high[row] ?? ''] : []),
      truth[row] ?? '',
    ]);
    return {
      extension: 'csv',
      content: commaSeparated([
        ['time', `forecast of ${target}`, ...(interval ? ['from', 'to'] : []), 'truth'],
        ...rows,
      ]),
    };
  },
};

/** "sales, North": the column, and the series where there are several. */
export function forecastTitle({ target, group }: Pick<ForecastSample, 'target' | 'group'>): string {
  return group === undefined ? visible(target) : `${visible(target)}, ${visible(group)}`;
}

function seriesField(
  { count, names }: NonNullable<TableSummary['series']>,
  latest: ForecastSample | undefined,
): SampleField {
  return {
    key: 'group',
    label: 'Series',
    question: `Which of the ${count} series?`,
    hint: `One of ${names
      .slice(0, 8)
      .map((name) => excerpt(name, 24))
      .join(', ')}${count > 8 ? ', …' : ''}`,
    value: latest?.group ?? names[0] ?? '',
  };
}

const timeOf = ({ times, history }: ForecastSample, row: number) => times?.[history.length + row] ?? `+${row + 1}`;
