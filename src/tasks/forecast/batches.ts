import { tf } from '../../engine/tensors';
import type { TrainingWindows } from '../task';
import { windowsOf } from '../windows';
import type { Series } from './series';

/** Windows of rows; the target of a row is the change from it to the next, in scaled units. */
export function forecastWindows(
  { scaled, boundary, columns }: Series,
  { timeSteps, batchSize }: { readonly timeSteps: number; readonly batchSize: number },
): TrainingWindows {
  const windows = windowsOf(boundary - 1, { timeSteps, batchSize, unit: 'rows' });
  const width = columns.length;
  return {
    batchSize: windows.batchSize,
    tokensPerStep: windows.batchSize * timeSteps,
    at(step) {
      const { starts, reset } = windows.at(step);
      return {
        input: rowTensor(scaled, width, starts, timeSteps),
        targets: changeTensor(scaled, width, starts, timeSteps),
        reset,
      };
    },
  };
}

/** Rows from each start on: [starts, length, columns]. */
export function rowTensor(scaled: Float32Array, width: number, starts: readonly number[], length: number): tf.Tensor3D {
  const rows = new Float32Array(starts.length * length * width);
  starts.forEach((start, stream) => {
    rows.set(scaled.subarray(start * width, (start + length) * width), stream * length * width);
  });
  return tf.tensor3d(rows, [starts.length, length, width]);
}

function changeTensor(scaled: Float32Array, width: number, starts: readonly number[], length: number): tf.Tensor3D {
  return tf.tidy(() =>
    tf.sub(
      rowTensor(
        scaled,
        width,
        starts.map((start) => start + 1),
        length,
      ),
      rowTensor(scaled, width, starts, length),
    ),
  );
}
