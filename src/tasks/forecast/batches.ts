import { deriveSeed, randomFromSeed, shuffled } from '../../base/random';
import { UserError } from '../../base/user-error';
import { tf } from '../../engine/tensors';
import type { TrainingWindows, WindowSize } from '../task';
import { windowsOf } from '../windows';
import type { Aim } from './head';
import type { Series, SeriesGroup } from './series';

/** A row of a series. */
export interface Place {
  readonly group: SeriesGroup;
  readonly row: number;
}

/** Windows of rows; the targets of a row are the changes from it that are aimed at, scaled. */
export function forecastWindows(
  series: Series,
  size: WindowSize,
  aims: readonly Aim[],
  name?: string,
): TrainingWindows {
  const furthest = Math.max(...aims.map(({ ahead }) => ahead));
  const { batchSize, at, warnings } =
    series.groups.length > 1 ? stacked(series, size, furthest, name) : single(series, size, furthest, name);
  return {
    batchSize,
    tokensPerStep: batchSize * size.timeSteps,
    ...(warnings && { warnings }),
    at(step) {
      const { places, reset } = at(step);
      return {
        input: seriesTensor(series, places, size.timeSteps),
        targets: changeTensor(series, places, size.timeSteps, aims),
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

/** @param furthest rows after the last one of a window whose values are aimed at */
function single(
  { groups: [group] }: Series,
  { timeSteps, batchSize }: WindowSize,
  furthest: number,
  name?: string,
): Windows {
  const length = Math.max(0, group.boundary - group.start - furthest);
  if (furthest > 1 && length < timeSteps) throw tooFar(length + furthest, timeSteps, furthest, name);
  const windows = windowsOf(length, { timeSteps, batchSize, unit: 'rows', name });
  return {
    batchSize: windows.batchSize,
    at(step) {
      const { starts, reset } = windows.at(step);
      return { places: starts.map((start) => ({ group, row: group.start + start })), reset };
    },
  };
}

function tooFar(rows: number, timeSteps: number, furthest: number, name: string | undefined): UserError {
  const fitting = Math.floor(rows / 4);
  return new UserError({
    what: `The training part has ${rows} rows, but a window of ${timeSteps} and the ${furthest} rows ahead of its last one take ${timeSteps + furthest}`,
    where: name,
    wayOut: `Forecast fewer rows (--horizon ${Math.max(1, fitting)}), use a shorter window (--window), or feed forecasts back (--strategy recursive).`,
  });
}

/**
 * Windows of several series, each from a state of zero, in another order each epoch. What a series has more than whole windows is
 * left out at its beginning or end by turns.
 */
function stacked(
  { groups }: Series,
  { timeSteps, batchSize, seed = 0 }: WindowSize,
  furthest: number,
  name?: string,
): Windows {
  const lengths = groups.map(({ start, boundary }) => Math.max(0, boundary - start - furthest));
  const windows = groups.flatMap((group, at) =>
    Array.from({ length: Math.floor((lengths[at] ?? 0) / timeSteps) }, (_, window) => ({ group, window })),
  );
  const short = lengths.filter((length) => length < timeSteps).length;
  const longest = Math.max(...lengths);
  if (windows.length === 0) {
    throw new UserError({
      what: `The training part of the longest series has ${longest + furthest} rows, but a window of ${timeSteps} needs ${timeSteps + furthest}`,
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
        const slack = (group.boundary - group.start - furthest) % timeSteps;
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

/** Changes from each row that are aimed at: [places, length, aims]. */
function changeTensor(
  { changeAt }: Series,
  places: readonly Place[],
  length: number,
  aims: readonly Aim[],
): tf.Tensor3D {
  return rowsTensor(places, length, aims.length, (group, row, place) => {
    const { column, ahead } = aims[place] as Aim;
    return changeAt(group, row + ahead, column, ahead);
  });
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
