import { tf } from '../../engine/tensors';
import type { TrainingWindows } from '../task';
import { windowsOf } from '../windows';
import type { Series } from './series';

/** Windows of rows; the target of a row is the change from it to the next, in scaled units. */
export function forecastWindows(
  series: Series,
  { timeSteps, batchSize }: { readonly timeSteps: number; readonly batchSize: number },
  name?: string,
): TrainingWindows {
  const windows = windowsOf(series.boundary - 1, { timeSteps, batchSize, unit: 'rows', name });
  return {
    batchSize: windows.batchSize,
    tokensPerStep: windows.batchSize * timeSteps,
    at(step) {
      const { starts, reset } = windows.at(step);
      return {
        input: seriesTensor(series, starts, timeSteps),
        targets: changeTensor(series, starts, timeSteps),
        reset,
      };
    },
  };
}

/** Scaled rows from each start on: [starts, length, columns]. */
export function seriesTensor(series: Series, starts: readonly number[], length: number): tf.Tensor3D {
  const width = series.columns.length;
  const rows = new Float32Array(starts.length * length * width);
  let at = 0;
  for (const start of starts)
    for (let row = start; row < start + length; row++)
      for (let column = 0; column < width; column++) rows[at++] = series.scaledAt(row, column);
  return tf.tensor3d(rows, [starts.length, length, width]);
}

function changeTensor(series: Series, starts: readonly number[], length: number): tf.Tensor3D {
  return tf.tidy(() =>
    tf.sub(
      seriesTensor(
        series,
        starts.map((start) => start + 1),
        length,
      ),
      seriesTensor(series, starts, length),
    ),
  );
}
