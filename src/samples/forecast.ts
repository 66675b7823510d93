import { visible } from '../base/visible';
import type { ForecastSample } from '../protocol/run';
import type { SampleKind } from './kind';
import { commaSeparated } from './tables';

const usualRows = 24;

/** What comes after a history, beside what came. */
export const forecastSamples: SampleKind<ForecastSample> = {
  key: ({ step, forecast }) => `${step} ${forecast.length}`,

  fields: (_, latest) => [
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
      return `  ${visible(timeOf(sample, row)).padEnd(12)} ${value.toPrecision(6).padStart(12)}${truth === undefined ? '' : `   truth ${truth.toPrecision(6)}`}`;
    });
    return [`Forecast of ${visible(sample.target)}`, ...rows].join('\n');
  },

  document(sample) {
    const { target, forecast, truth } = sample;
    const rows = forecast.map((value, row) => [timeOf(sample, row), value, truth[row] ?? '']);
    return { extension: 'csv', content: commaSeparated([['time', `forecast of ${target}`, 'truth'], ...rows]) };
  },
};

const timeOf = ({ times, history }: ForecastSample, row: number) => times?.[history.length + row] ?? `+${row + 1}`;
