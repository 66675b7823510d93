import { deriveSeed, randomFromSeed, shuffled } from '../../base/random';
import { UserError } from '../../base/user-error';
import { tf } from '../../engine/tensors';
import type { TrainingWindows, WindowSize } from '../task';
import { windowsOf } from '../windows';
import type { Series, SeriesGroup } from './series';

/** A row of a series. */
export interface Place {
  readonly group: SeriesGroup;
  readonly row: number;
}

/** Windows of rows; the target of a row is the change from it to the next, scaled. */
export function forecastWindows(series: Series, size: WindowSize, name?: string): TrainingWindows {
  const { batchSize, at, warnings } =
    series.groups.length > 1 ? stacked(series, size, name) : single(series, size, name);
  return {
    batchSize,
    tokensPerStep: batchSize * size.timeSteps,
    ...(warnings && { warnings }),
    at(step) {
      const { places, reset } = at(step);
      return {
        input: seriesTensor(series, places, size.timeSteps),
        targets: changeTensor(series, places, size.timeSteps),
        reset,
      };
    },
  };
}

interface Windows {
  readonly batchSize: number;
  readonly warnings?: readonly string[];
  at(step: number): { readonly places: readonly Place[]; readonly reset: boolean };
}

function single({ groups: [group] }: Series, { timeSteps, batchSize }: WindowSize, name?: string): Windows {
  const length = group.boundary - group.start - 1;
  const windows = windowsOf(length, { timeSteps, batchSize, unit: 'rows', name });
  return {
    batchSize: windows.batchSize,
    at(step) {
      const { starts, reset } = windows.at(step);
      return { places: starts.map((start) => ({ group, row: group.start + start })), reset };
    },
  };
}

/**
 * Windows of several series, each from a state of zero, in another order each epoch. What a series has more than whole windows is
 * left out at its beginning or end by turns.
 */
function stacked({ groups }: Series, { timeSteps, batchSize, seed = 0 }: WindowSize, name?: string): Windows {
  const lengths = groups.map(({ start, boundary }) => boundary - start - 1);
  const windows = groups.flatMap((group, at) =>
    Array.from({ length: Math.floor((lengths[at] ?? 0) / timeSteps) }, (_, window) => ({ group, window })),
  );
  const short = lengths.filter((length) => length < timeSteps).length;
  const longest = Math.max(...lengths);
  if (windows.length === 0) {
    throw new UserError({
      what: `The training part of the longest series has ${longest + 1} rows, but a window of ${timeSteps} needs ${timeSteps + 1}`,
      where: name,
      wayOut: `Use a window of at most ${longest} (--window ${longest}), or longer series.`,
    });
  }
  const size = Math.min(batchSize, windows.length);
  const perEpoch = Math.floor(windows.length / size);
  let last = { epoch: -1, order: [] as typeof windows };
  return {
    batchSize: size,
    ...(short > 0 && {
      warnings: [
        `${short} of ${groups.length} series are shorter than a window of ${timeSteps} rows, and are not learned from.`,
      ],
    }),
    at(step) {
      const epoch = Math.floor((step - 1) / perEpoch);
      const from = ((step - 1) % perEpoch) * size;
      if (epoch !== last.epoch) last = { epoch, order: shuffled(windows, randomFromSeed(deriveSeed(seed, epoch))) };
      const places = last.order.slice(from, from + size).map(({ group, window }) => {
        const slack = (group.boundary - group.start - 1) % timeSteps;
        return { group, row: group.start + (epoch % (slack + 1)) + window * timeSteps };
      });
      return { places, reset: true };
    },
  };
}

/** What the network reads of the rows from each place on: [places, length, features]; beyond a series' end its last row. */
export function seriesTensor(series: Series, places: readonly Place[], length: number): tf.Tensor3D {
  return rowsTensor(places, length, series.features.length, (group, row, place) =>
    series.featureAt(group, Math.min(row, group.end - 1), place),
  );
}

/** Changes to the row that follows each row: [places, length, columns]. */
function changeTensor({ columns, changeAt }: Series, places: readonly Place[], length: number): tf.Tensor3D {
  return rowsTensor(places, length, columns.length, (group, row, column) => changeAt(group, row + 1, column));
}

function rowsTensor(
  places: readonly Place[],
  length: number,
  width: number,
  valueAt: (group: SeriesGroup, row: number, place: number) => number,
): tf.Tensor3D {
  const rows = new Float32Array(places.length * length * width);
  let at = 0;
  for (const { group, row: start } of places)
    for (let row = start; row < start + length; row++)
      for (let place = 0; place < width; place++) rows[at++] = valueAt(group, row, place);
  return tf.tensor3d(rows, [places.length, length, width]);
}
