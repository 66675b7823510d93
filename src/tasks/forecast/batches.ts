import { tf } from '../../engine/tensors';
import type { TrainingWindows } from '../task';
import { windowsOf } from '../windows';
import type { Series } from './series';

/** Windows of rows; the target of a row is the change from it to the next, scaled. */
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

/** What the network reads of the rows from each start on: [starts, length, features]. */
export function seriesTensor(series: Series, starts: readonly number[], length: number): tf.Tensor3D {
  return rowsTensor(starts, length, series.features.length, series.featureAt);
}

/** Changes to the row that follows each row: [starts, length, columns]. */
function changeTensor({ columns, changeAt }: Series, starts: readonly number[], length: number): tf.Tensor3D {
  return rowsTensor(starts, length, columns.length, (row, column) => changeAt(row + 1, column));
}

function rowsTensor(
  starts: readonly number[],
  length: number,
  width: number,
  valueAt: (row: number, place: number) => number,
): tf.Tensor3D {
  const rows = new Float32Array(starts.length * length * width);
  let at = 0;
  for (const start of starts)
    for (let row = start; row < start + length; row++)
      for (let place = 0; place < width; place++) rows[at++] = valueAt(row, place);
  return tf.tensor3d(rows, [starts.length, length, width]);
}
