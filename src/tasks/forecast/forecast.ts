import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import { chooseColumns, readTable } from '../../data';
import type { ForecastSample } from '../../protocol/run';
import { tableReport } from '../table-report';
import type { ProbeInput, Task } from '../task';
import { forecastAhead } from './ahead';
import { forecastWindows } from './batches';
import { evaluateForecast } from './evaluate';
import { type ColumnForm, featuresOf, innerValue } from './form';
import { aimsOf, batchLoss, type ForecastHead, headOf, perAim } from './head';
import { featureTensor } from './recursive';
import { baselineLosses, referencesOf } from './references';
import { mostValidationRows, validated, validationEnd } from './segments';
import { type Series, type SeriesGroup, seriesOf, splitOf, testOf } from './series';

/** What a trained model needs besides its weights; kept with the run. */
export interface ForecastEncoding {
  readonly task: 'forecast';
  readonly columns: readonly string[];
  readonly target: number;
  readonly head: ForecastHead;
  /** Rows to forecast unless asked otherwise. */
  readonly horizon: number;
  /** At least one; of many, those that are kept to be forecast. */
  readonly groups: readonly [KeptSeries, ...KeptSeries[]];
  readonly dated: boolean;
}

/** The end of a series. */
export interface KeptSeries {
  /** Empty where the file is one series. */
  readonly name: string;
  readonly forms: readonly ColumnForm[];
  /** The last rows, in the file's own units: [rows, columns]. */
  readonly context: readonly (readonly number[])[];
  /** Labels of these rows: dates, or row numbers of the series from 1. */
  readonly labels: readonly string[];
}

const longestContext = 600;
/** Rows of all series that are kept. */
const mostContext = 60_000;
const mostKept = 1000;
const longestForecast = 2000;
const probeRows = 48;

/**
 * Next-row prediction on numbers: the network reads where each column stands and how it came there, and says the change to the
 * next row, in units of what changes usually are: a loss of 1 is that of who always says the last value.
 */
export const forecast: Task<ForecastEncoding> = {
  name: 'forecast',

  async prepare(file, reading, { validationShare, testShare }) {
    const table = await readTable(file, reading);
    const chosen = chooseColumns(table, reading);
    const isAsked = reading.target !== undefined;
    const series = seriesOf(table, { ...chosen, isAsked }, { name: file.name, validationShare, testShare });
    const { period } = series;
    const references = referencesOf(series, period);
    const test = testOf(series);
    const isDirect = reading.strategy === 'direct';
    const horizon = reading.horizon ?? usualHorizon(series, period, isDirect);
    const head = { ...headOf(reading), ...(isDirect && { direct: horizon }) };
    const encoding = encodingOf(series, head, horizon);
    const aims = aimsOf(head, series.columns.length, series.target);
    return {
      encoding,
      report: {
        ...tableReport('forecast', file, table, withHead(reading, head, horizon), {
          date: chosen.date,
          target: series.columns[series.target] ?? '',
          inputs: series.columns,
          series: series.groups.map(({ name }) => name),
        }),
        ...(series.groups.length > 1 && { usualLongest: usualRows(series) }),
        split: splitOf(series),
        baselines: baselineLosses(series, references, head),
        warnings: [...table.warnings, ...series.warnings, ...longValidation(series)],
      },
      windows: (training) => forecastWindows(series, training, aims, file.name),
      evaluate: (model, { timeSteps, batchSize }, breathe) =>
        evaluateForecast(model, series, references, { timeSteps, batchSize, head, horizon }, breathe),
      loss: batchLoss(head),
      ...(test && {
        test: (model, { timeSteps, batchSize }, breathe) =>
          evaluateForecast(model, test, references, { timeSteps, batchSize, head, horizon }, breathe),
      }),
    };
  },

  spec: ({ columns, target, head, groups: [{ forms }] }, { cell, units, layers, dropout }) => ({
    cell,
    units,
    layers,
    dropout,
    input: { kind: 'numbers', size: featuresOf(forms).length },
    outputs: aimsOf(head, columns.length, target).length * perAim(head),
  }),

  loss: batchLoss({ loss: 'mse', quantiles: [] }),

  async sample(model, encoding, { prompt, length, group, seed: asked }, context): Promise<ForecastSample> {
    const kept = keptSeries(encoding, group);
    const { step, seed, random } = context;
    const { name, context: rows, labels } = kept;
    const origin = originOf(kept, encoding.horizon, prompt);
    const { target, head } = encoding;
    const steps = Math.min(length ?? encoding.horizon, head.direct ?? longestForecast);
    const history = { forms: kept.forms, rows: innerRows(kept, rows.slice(0, origin)), read: origin };
    const told = await forecastAhead(model, history, head, { steps, target, random: random(asked ?? seed) });
    const from = Math.max(0, origin - Math.max(48, 3 * steps));
    const value = (row: readonly number[]) => row[target] ?? Number.NaN;
    return {
      task: 'forecast',
      step,
      target: encoding.columns[target] ?? '',
      ...(name && { group: name }),
      times: encoding.dated ? labels.slice(from, origin + steps) : undefined,
      history: rows.slice(from, origin).map(value),
      ...told,
      truth: rows.slice(origin, origin + steps).map(value),
    };
  },

  probeInput(encoding, text): ProbeInput {
    const [first] = encoding.groups;
    const typed = text?.trim() ? rowsFromText(encoding, text) : undefined;
    const rows = typed ?? first.context;
    const read = typed ? typed.length : Math.min(probeRows, rows.length);
    const labels = typed ? typed.map((_, row) => String(row + 1)) : first.labels.slice(-read);
    return { labels, input: featureTensor([{ forms: first.forms, rows: innerRows(first, rows), read }]) };
  },
};

/** The reading with what it is silent about. */
const withHead = (reading: Reading, { loss, quantiles }: ForecastHead, horizon: number): Reading => ({
  ...reading,
  horizon,
  loss,
  ...(quantiles.length > 0 && { quantiles: [...quantiles] }),
});

function longValidation(series: Series): string[] {
  const groups = validated(series);
  const isLong = groups.some((group) => validationEnd(group, groups.length) < group.end);
  if (!isLong && groups.length === series.groups.length) return [];
  return series.groups.length === 1
    ? [`The validation part is long: its first ${mostValidationRows} rows are validated on.`]
    : [
        `The validation part is long: of ${groups.length} of ${series.groups.length} series the first rows are validated on.`,
      ];
}

/** Rows of a training part that half of the series reach. */
function usualRows({ groups }: Series): number {
  const rows = groups.map(({ start, boundary }) => boundary - start).toSorted((a, b) => a - b);
  return rows[Math.floor(rows.length / 2)] ?? 0;
}

/** Two seasons, or 24 rows, as far as the truth is held out; where all are said at once, as far as leaves rows to learn from. */
function usualHorizon({ groups }: Series, period: number | undefined, isDirect: boolean): number {
  const heldOut = Math.max(...groups.map(({ boundary, end }) => end - boundary));
  const learned = Math.max(...groups.map(({ start, boundary }) => boundary - start));
  const wanted = period === undefined ? 24 : Math.max(12, Math.min(96, 2 * period));
  return Math.max(1, Math.min(wanted, heldOut, isDirect ? Math.floor(learned / 4) : heldOut));
}

function encodingOf(series: Series, head: ForecastHead, horizon: number): ForecastEncoding {
  const { groups, columns } = series;
  const most = Math.min(longestContext, Math.ceil(mostContext / Math.min(mostKept, groups.length)));
  const kept = ({ name, start, testEnd: end, forms }: SeriesGroup): KeptSeries => {
    const count = Math.min(end - start, most);
    const rows = Array.from({ length: count }, (_, index) => end - count + index);
    return {
      name,
      forms,
      context: rows.map((row) => columns.map((_, column) => series.valueAt(row, column))),
      labels: rows.map((row) => series.labels?.at(row) ?? String(row - start + 1)),
    };
  };
  const [first, ...rest] = groups;
  return {
    task: 'forecast',
    columns,
    target: series.target,
    head,
    horizon,
    groups: [kept(first), ...rest.slice(0, mostKept - 1).map(kept)],
    dated: series.labels !== undefined,
  };
}

/** The series of a name, or whose name alone begins so; the first one unless asked for. */
function keptSeries({ groups }: ForecastEncoding, name: string | undefined): KeptSeries {
  const wanted = name?.trim().toLowerCase() ?? '';
  const [first, second] = groups.filter((group) => group.name.toLowerCase().startsWith(wanted));
  const exact = groups.find((group) => group.name.toLowerCase() === wanted);
  if (wanted === '') return groups[0];
  if (exact ?? (first && !second)) return exact ?? (first as KeptSeries);
  const some = groups.slice(0, 5).map((group) => `"${excerpt(group.name)}"`);
  throw new UserError({
    what: `${first ? 'Several series begin with' : 'No series that was kept is called'} ${excerpt(wanted)}`,
    where: 'series',
    wayOut: `Give the name of one, such as ${some.join(', ')}.`,
  });
}

/** First row to forecast. By default the last rows of the series are forecast, so that the truth can stand beside. */
function originOf({ labels }: KeptSeries, horizon: number, prompt: string | undefined): number {
  const wanted = prompt?.trim();
  if (!wanted) return Math.max(1, labels.length - horizon);
  if (wanted === 'end') return labels.length;
  const found = labels.findIndex((label) => label.startsWith(wanted));
  if (found > 0) return found;
  throw new UserError({
    what: `No row after the first one kept is labelled ${excerpt(wanted)}`,
    where: 'prompt',
    wayOut: `Give the date or number of a row from ${labels[1]} to ${labels.at(-1)}, or "end" for what comes after the file.`,
  });
}

function innerRows({ forms }: Pick<KeptSeries, 'forms'>, rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row) => row.map((value, column) => innerValue(forms[column] ?? {}, value)));
}

/** Rows that a person typed: numbers apart by spaces, rows by semicolons or lines; one column may do without. */
function rowsFromText({ columns }: ForecastEncoding, text: string): number[][] {
  const parts = text.split(/[;\n]+/).map((row) => row.trim().split(/\s+/).map(Number));
  const rows = columns.length === 1 ? parts.flat().map((value) => [value]) : parts;
  if (
    rows.length === 0 ||
    rows.length > longestContext ||
    rows.some((row) => row.length !== columns.length || !row.every(Number.isFinite))
  ) {
    throw new UserError({
      what: `The input is not rows of ${columns.length} ${columns.length === 1 ? 'number' : 'numbers'}`,
      where: 'input',
      wayOut: `Give numbers in the order ${columns.join(', ')}, apart by spaces, and rows apart by semicolons.`,
    });
  }
  return rows;
}
