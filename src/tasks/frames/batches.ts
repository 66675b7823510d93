import { deriveSeed, randomFromSeed } from '../../base/random';
import { UserError } from '../../base/user-error';
import { tf } from '../../engine/tensors';
import type { TrainingWindows, WindowSize } from '../task';
import type { Video } from './video';

/**
 * Windows of consecutive frames, those of one batch from anywhere, each read from a state of zeros; in each epoch every window
 * once, in another order and with other edges.
 *
 * @throws UserError when no clip of the training part holds a window
 */
export function frameWindows(
  video: Video,
  { timeSteps, batchSize, seed = 1 }: WindowSize,
  name?: string,
): TrainingWindows {
  const long = video.training.filter(({ count }) => count > timeSteps);
  if (long.length === 0) {
    const most = Math.max(...video.training.map(({ count }) => count));
    throw new UserError({
      what: `The training part has ${most} frames in a row, but a window of ${timeSteps} needs ${timeSteps + 1}`,
      where: name,
      wayOut:
        most > 2 ? `Use longer clips, or a window of at most ${most - 1} (--window ${most - 1}).` : 'Use longer clips.',
    });
  }
  const windowsOf = ({ count }: { readonly count: number }) => Math.floor((count - 1) / timeSteps);
  const perEpoch = long.reduce((sum, clip) => sum + windowsOf(clip), 0);
  const streams = Math.min(batchSize, perEpoch);
  const stepsPerEpoch = Math.floor(perEpoch / streams);
  let drawn: { readonly epoch: number; readonly starts: readonly number[] } | undefined;
  const startsOf = (epoch: number): readonly number[] => {
    if (drawn?.epoch === epoch) return drawn.starts;
    const random = randomFromSeed(deriveSeed(seed, epoch + 1));
    const starts = long.flatMap((clip) => {
      const windows = windowsOf(clip);
      const shift = random.integer(clip.count - windows * timeSteps);
      return Array.from({ length: windows }, (_, window) => clip.first + shift + window * timeSteps);
    });
    for (let last = starts.length - 1; last > 0; last--) {
      const other = random.integer(last + 1);
      [starts[last], starts[other]] = [starts[other] as number, starts[last] as number];
    }
    drawn = { epoch, starts };
    return starts;
  };
  const left = video.training.length - long.length;
  return {
    batchSize: streams,
    tokensPerStep: streams * timeSteps,
    ...(left > 0 && { warnings: [`${left} clips are shorter than a window and left out.`] }),
    at(step) {
      const within = (step - 1) % stepsPerEpoch;
      const starts = startsOf(Math.floor((step - 1) / stepsPerEpoch)).slice(within * streams, (within + 1) * streams);
      return {
        input: framesTensor(video, starts, timeSteps),
        targets: framesTensor(
          video,
          starts.map((start) => start + 1),
          timeSteps,
        ),
        reset: true,
      };
    },
  };
}

/** Frames from each start on: [starts, length, size]. */
export function framesTensor(
  { values, size }: Pick<Video, 'values' | 'size'>,
  starts: readonly number[],
  length: number,
) {
  const all = new Float32Array(starts.length * length * size);
  starts.forEach((start, index) => {
    all.set(values.subarray(start * size, (start + length) * size), index * length * size);
  });
  return tf.tensor3d(all, [starts.length, length, size]);
}
