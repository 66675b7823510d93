import { tf } from '../../engine/tensors';
import type { Model, ModelState } from '../../models/model';
import type { Baseline } from '../../protocol/dataset';
import type { ForecastError, ValidationError } from '../../protocol/run';
import type { Evaluation } from '../task';
import { seriesTensor } from './batches';
import { type ColumnForm, innerValue, outerValue } from './form';
import type { Series } from './series';

/** Up to this many rows, the validation part is read as one stream; beyond, as parallel ones, which is faster. */
const longestStream = 256;

/** Rows after which a validation ends: more would say little more and take longer than the training between two. */
export const mostValidationRows = 8192;

const validationEnd = ({ boundary, rows }: Series) => Math.min(rows, boundary + mostValidationRows);

/**
 * One-step forecasts over the validation part, at most its first 8,192 rows: each row from those before it, after a warm-up on the rows before the
 * part. With parallel streams, up to a batch of rows at the part's beginning serve as warm-up alone.
 */
export async function evaluateForecast(
  model: Model,
  series: Series,
  period: number | undefined,
  { timeSteps, batchSize }: { readonly timeSteps: number; readonly batchSize: number },
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const end = validationEnd(series);
  const rows = end - series.boundary;
  const streams = rows <= longestStream ? 1 : Math.min(batchSize, Math.floor(rows / (longestStream / 2)));
  const perStream = Math.floor(rows / streams);
  const first = end - streams * perStream;
  const warmUp = Math.min(2 * timeSteps, first - 1);
  const starts = Array.from({ length: streams }, (_, stream) => first + stream * perStream);
  const width = series.columns.length;

  // Row t is forecast from row t - 1, hence inputs begin one row earlier.
  const changes = await streamThrough(
    model,
    series,
    starts.map((start) => start - warmUp - 1),
    warmUp + perStream,
    timeSteps,
    breathe,
  );
  let squares = 0;
  const errors: number[] = [];
  starts.forEach((start, stream) => {
    for (let step = 0; step < perStream; step++) {
      const row = start + step;
      for (let column = 0; column < width; column++) {
        const change = at(changes, (stream * (warmUp + perStream) + warmUp + step) * width + column);
        squares += (change - series.changeAt(row, column)) ** 2;
        if (column !== series.target) continue;
        const form = series.forms[column] as ColumnForm;
        const before = innerValue(form, series.valueAt(row - 1, column));
        errors.push(outerValue(form, before + change * form.change) - series.valueAt(row, column));
      }
    }
  });
  return {
    validationLoss: squares / (streams * perStream * width),
    validationError: { ...errorOf(errors), ...naiveErrors(series, first, period) },
  };
}

/** Losses of the naive forecasts over the validation part, in the unit of the training loss: mean over all columns. */
export function forecastBaselines(series: Series, period: number | undefined): Baseline[] {
  const width = series.columns.length;
  const end = validationEnd(series);
  const lagged = (row: number, lag: number, column: number) => {
    const form = series.forms[column] as ColumnForm;
    const inner = (of: number) => innerValue(form, series.valueAt(of, column));
    return (inner(row) - inner(row - lag)) / form.change;
  };
  const lossOfLag = (lag: number) => {
    let squares = 0;
    for (let row = series.boundary; row < end; row++)
      for (let column = 0; column < width; column++) squares += lagged(row, lag, column) ** 2;
    return squares / ((end - series.boundary) * width);
  };
  const baselines = [{ name: 'last value', loss: lossOfLag(1) }];
  if (period !== undefined) baselines.push({ name: `seasonal naive (${period})`, loss: lossOfLag(period) });
  return baselines;
}

async function streamThrough(
  model: Model,
  series: Series,
  starts: readonly number[],
  length: number,
  timeSteps: number,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const width = series.columns.length;
  const outputs = new Float32Array(starts.length * length * width);
  let state: ModelState = model.zeroState(starts.length);
  for (let from = 0; from < length; from += timeSteps) {
    const steps = Math.min(timeSteps, length - from);
    const [output, ...next] = tf.tidy(() => {
      const input = seriesTensor(
        series,
        starts.map((start) => start + from),
        steps,
      );
      const forward = model.forward(input, state);
      return [forward.output, ...forward.state];
    });
    tf.dispose([...state]);
    state = next as tf.Tensor2D[];
    const values = (await output?.data()) ?? new Float32Array();
    output?.dispose();
    starts.forEach((_, stream) => {
      const part = values.slice(stream * steps * width, (stream + 1) * steps * width);
      outputs.set(part as Float32Array, (stream * length + from) * width);
    });
    await breathe();
  }
  tf.dispose([...state]);
  return outputs;
}

function naiveErrors(
  series: Series,
  first: number,
  period: number | undefined,
): Pick<ValidationError, 'lastValue' | 'seasonalNaive'> {
  const value = (row: number) => series.valueAt(row, series.target);
  const lagged = (lag: number) =>
    Array.from({ length: validationEnd(series) - first }, (_, step) => value(first + step - lag) - value(first + step));
  const lastValue = errorOf(lagged(1));
  return period === undefined ? { lastValue } : { lastValue, seasonalNaive: { ...errorOf(lagged(period)), period } };
}

function errorOf(errors: readonly number[]): ForecastError {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { rmse: Math.sqrt(mean(errors.map((error) => error * error))), mae: mean(errors.map(Math.abs)) };
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}
