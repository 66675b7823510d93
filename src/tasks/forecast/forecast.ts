import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { chooseColumns, readTable } from '../../data';
import { meanSquaredError } from '../../engine/losses';
import { tf } from '../../engine/tensors';
import type { Model, ModelState } from '../../models/model';
import type { ForecastSample } from '../../protocol/run';
import { tableReport } from '../table-report';
import type { ProbeInput, Task } from '../task';
import { forecastWindows } from './batches';
import { evaluateForecast, forecastBaselines, mostValidationRows } from './evaluate';
import { type ColumnForm, featuresOf, featureValue, innerValue, outerValue } from './form';
import { seasonOf } from './season';
import { type Series, seriesOf } from './series';

/** What a trained model needs besides its weights; kept with the run. */
export interface ForecastEncoding {
  readonly task: 'forecast';
  readonly columns: readonly string[];
  readonly target: number;
  readonly forms: readonly ColumnForm[];
  /** Rows to forecast unless asked otherwise. */
  readonly horizon: number;
  /** The file's last rows, in its own units: [rows, columns]. */
  readonly context: readonly (readonly number[])[];
  /** Labels of these rows: dates, or row numbers of the file's data from 1. */
  readonly labels: readonly string[];
  readonly dated: boolean;
}

const longestContext = 600;
const longestForecast = 2000;
const probeRows = 48;
const longestSearch = 100_000;

/**
 * Next-row prediction on numbers: the network reads where each column stands and how it came there, and says the change to the
 * next row, in units of what changes usually are: a loss of 1 is that of who always says the last value.
 */
export const forecast: Task<ForecastEncoding> = {
  name: 'forecast',

  async prepare(file, reading, { validationShare }) {
    const table = await readTable(file, reading);
    const chosen = chooseColumns(table, reading);
    const series = seriesOf(table, chosen, { name: file.name, validationShare });
    const period = seasonOf(recentTarget(series));
    return {
      encoding: encodingOf(series, period),
      report: {
        ...tableReport('forecast', file, table, reading, {
          date: chosen.date,
          target: series.columns[series.target] ?? '',
          inputs: series.columns,
        }),
        split: { training: series.boundary, validation: series.rows - series.boundary },
        baselines: forecastBaselines(series, period),
        warnings: [...table.warnings, ...series.warnings, ...longValidation(series)],
      },
      windows: (training) => forecastWindows(series, training, file.name),
      evaluate: (model, training, breathe) => evaluateForecast(model, series, period, training, breathe),
    };
  },

  spec: ({ columns, forms }, { cell, units, layers, dropout }) => ({
    cell,
    units,
    layers,
    dropout,
    input: { kind: 'numbers', size: featuresOf(forms).length },
    outputs: columns.length,
  }),

  loss: ({ output }, targets) => meanSquaredError(output, targets),

  async sample(model, encoding, { prompt, length }, { step }): Promise<ForecastSample> {
    const origin = originOf(encoding, prompt);
    const steps = Math.min(length ?? encoding.horizon, longestForecast);
    const ahead = await forecastFrom(model, encoding, origin, steps);
    const history = encoding.context.slice(Math.max(0, origin - Math.max(48, 3 * steps)), origin);
    const value = (row: readonly number[]) => row[encoding.target] ?? Number.NaN;
    const times = encoding.labels.slice(origin - history.length, origin + steps);
    return {
      task: 'forecast',
      step,
      target: encoding.columns[encoding.target] ?? '',
      times: encoding.dated ? times : undefined,
      history: history.map(value),
      forecast: ahead.map(value),
      truth: encoding.context.slice(origin, origin + steps).map(value),
    };
  },

  probeInput(encoding, text): ProbeInput {
    const typed = text?.trim() ? rowsFromText(encoding, text) : undefined;
    const rows = typed ?? encoding.context.slice(-probeRows);
    const labels = typed ? typed.map((_, row) => String(row + 1)) : encoding.labels.slice(-rows.length);
    return { labels, input: featureTensor(encoding, innerRows(encoding, rows)) };
  },
};

function longValidation({ rows, boundary }: Series): string[] {
  const left = rows - boundary - mostValidationRows;
  return left > 0 ? [`The validation part is long: its first ${mostValidationRows} rows are validated on.`] : [];
}

function encodingOf(series: Series, period: number | undefined): ForecastEncoding {
  const kept = Math.min(series.rows, longestContext);
  const horizon = Math.max(
    1,
    Math.min(period === undefined ? 24 : Math.max(12, Math.min(96, 2 * period)), series.rows - series.boundary),
  );
  const rows = Array.from({ length: kept }, (_, index) => series.rows - kept + index);
  return {
    task: 'forecast',
    columns: series.columns,
    target: series.target,
    forms: series.forms,
    horizon,
    context: rows.map((row) => series.columns.map((_, column) => series.valueAt(row, column))),
    labels: rows.map((row) => series.labels?.at(row) ?? String(row + 1)),
    dated: series.labels !== undefined,
  };
}

/** First row to forecast. By default the last rows of the file are forecast, so that the truth can stand beside. */
function originOf({ labels, horizon }: ForecastEncoding, prompt: string | undefined): number {
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

/** Feeds the rows before `origin`, then each forecast back as the next row. Returns rows in the file's own units. */
async function forecastFrom(
  model: Model,
  encoding: ForecastEncoding,
  origin: number,
  steps: number,
): Promise<number[][]> {
  const { forms } = encoding;
  const known = innerRows(encoding, encoding.context.slice(0, origin));
  let state: ModelState = model.zeroState(1);
  let input = featureTensor(encoding, known);
  let last = known.at(-1) ?? [];
  const ahead: number[][] = [];
  while (ahead.length < steps) {
    const length = input.shape[1];
    const [change, ...next] = tf.tidy(() => {
      const forward = model.forward(input, state);
      return [tf.slice(forward.output, [0, length - 1, 0], [1, 1, forms.length]), ...forward.state];
    });
    tf.dispose([input, ...state]);
    state = next as tf.Tensor2D[];
    const changes = (await change?.data()) ?? [];
    change?.dispose();
    const row = forms.map((form, column) => (last[column] ?? 0) + (changes[column] ?? 0) * form.change);
    ahead.push(row.map((inner, column) => outerValue(forms[column] ?? {}, inner)));
    input = featureTensor(encoding, [row], last);
    last = row;
  }
  tf.dispose([input, ...state]);
  return ahead;
}

function innerRows({ forms }: ForecastEncoding, rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row) => row.map((value, column) => innerValue(forms[column] ?? {}, value)));
}

/**
 * What the network reads of some rows: [1, rows, features].
 *
 * @param before the row before them, where there is one
 */
function featureTensor(
  { forms }: ForecastEncoding,
  rows: readonly (readonly number[])[],
  before?: readonly number[],
): tf.Tensor3D {
  const features = featuresOf(forms);
  const values = rows.flatMap((row, at) => {
    const previous = at > 0 ? rows[at - 1] : before;
    return features.map((feature) => {
      const { column } = feature;
      return featureValue(forms[column] as ColumnForm, feature, row[column] ?? Number.NaN, previous?.[column]);
    });
  });
  return tf.tensor3d(values, [1, rows.length, features.length]);
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

/** The target at the end of the training part, as long as is worth a search for a season. */
function recentTarget({ valueAt, boundary, target }: Series): Float64Array {
  const count = Math.min(boundary, longestSearch);
  return Float64Array.from({ length: count }, (_, row) => valueAt(boundary - count + row, target));
}
