import { tf } from '../../engine/tensors';
import type { ModelState } from '../../models/forward';
import type { Model } from '../../models/model';
import type { Evaluation } from '../task';
import { backtest } from './backtest';
import { type Place, seriesTensor } from './batches';
import { type ColumnForm, outerValue } from './form';
import { aimsOf, type ForecastHead, lossOf, perAim, pointOf } from './head';
import { compared, type Forecast, type References } from './references';
import { segmentBatches, segmentsOf } from './segments';
import type { Series } from './series';

export interface EvaluationSize {
  readonly timeSteps: number;
  readonly batchSize: number;
  readonly head: ForecastHead;
  /** Rows that each forecast of the backtest goes ahead. */
  readonly horizon: number;
}

/** Series that are read at once. */
const mostAtOnce = 64;

/**
 * Forecasts over the validation part, at most its first 8,192 rows: of each row from those before it, after a warm-up on the
 * rows before the part; the loss also of what is said of rows further ahead. Then a backtest of several steps from rolling
 * origins.
 */
export async function evaluateForecast(
  model: Model,
  series: Series,
  references: References,
  { timeSteps, batchSize, head, horizon }: EvaluationSize,
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const aims = aimsOf(head, series.columns.length, series.target);
  const segments = segmentsOf(series, batchSize);
  const forecasts: Forecast[] = [];
  const outputs = perAim(head);
  const width = aims.length * outputs;
  const point = pointOf(head);
  const [lowest, highest] = [head.quantiles[0] ?? 0, head.quantiles.at(-1) ?? 0];
  let [loss, count, covered] = [0, 0, 0];
  for (const { warmUp, segments: some } of segmentBatches(segments, 2 * timeSteps, Math.max(batchSize, mostAtOnce))) {
    // Row t is forecast from row t - 1, hence inputs begin one row earlier.
    const places = some.map(({ group, start }) => ({ group, row: start - warmUp - 1 }));
    const length = warmUp + Math.max(...some.map(({ start, end }) => end - start));
    const changes = await streamThrough(model, series, places, { length, timeSteps, width }, breathe);
    some.forEach(({ group, start, end }, stream) => {
      for (let row = start; row < end; row++) {
        for (const [place, { column, ahead }] of aims.entries()) {
          if (row + ahead > end) continue;
          const from = (stream * length + warmUp + row - start) * width + place * outputs;
          const said = Array.from(changes.subarray(from, from + outputs));
          const truth = series.changeAt(group, row - 1 + ahead, column, ahead);
          loss += lossOf(head, said, truth);
          count += 1;
          if (column !== series.target || ahead > 1) continue;
          const form = group.forms[column] as ColumnForm;
          covered += Number(truth >= Math.min(...said) && truth <= Math.max(...said));
          const expected = series.expectedAt(group, row, column, 1);
          forecasts.push({ group, origin: row, ahead: [outerValue(form, expected + point(said) * form.change)] });
        }
      }
    });
  }
  return {
    validationLoss: loss / count,
    validationError: {
      ...compared(series, references, forecasts),
      ...(outputs > 1 && { interval: { share: highest - lowest, covered: covered / forecasts.length } }),
      backtest: await backtest(model, series, references, {
        ...{ horizon, warmUp: 2 * timeSteps, head },
      }),
    },
  };
}

/** What the network says after each row from some places on: [places, length, width]. */
async function streamThrough(
  model: Model,
  series: Series,
  places: readonly Place[],
  { length, timeSteps, width }: { readonly length: number; readonly timeSteps: number; readonly width: number },
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const outputs = new Float32Array(places.length * length * width);
  let state: ModelState = model.zeroState(places.length);
  for (let from = 0; from < length; from += timeSteps) {
    const steps = Math.min(timeSteps, length - from);
    const [output, ...next] = tf.tidy(() => {
      const input = seriesTensor(
        series,
        places.map(({ group, row }) => ({ group, row: row + from })),
        steps,
      );
      const forward = model.forward(input, state);
      return [forward.output, ...forward.state];
    });
    tf.dispose([...state]);
    state = next as tf.Tensor2D[];
    const values = (await output?.data()) ?? new Float32Array();
    output?.dispose();
    places.forEach((_, stream) => {
      const part = values.slice(stream * steps * width, (stream + 1) * steps * width);
      outputs.set(part as Float32Array, (stream * length + from) * width);
    });
    await breathe();
  }
  tf.dispose([...state]);
  return outputs;
}
