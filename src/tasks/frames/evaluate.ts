import { binaryCrossEntropy, meanSquaredError } from '../../engine/losses';
import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { Baseline } from '../../protocol/dataset';
import type { FrameError, FrameScores } from '../../protocol/run';
import type { Evaluation } from '../task';
import { framesTensor } from './batches';
import { type FrameLoss, predictAhead } from './predict';
import { structuralSimilarity } from './ssim';
import { framesFrom, type Video } from './video';

/** Frames that are predicted one step ahead, at most: more would say little more and take longer. */
const mostFrames = 1024;
/** Numbers of a batch. */
const numbersTogether = 2 ** 19;
/** Sequences that are predicted several steps ahead. */
const mostAhead = 16;

/** A window of the validation part: frames from `first` on are read, and those from `counted` on are predicted and count. */
interface Window {
  readonly first: number;
  readonly counted: number;
  readonly end: number;
}

/** Windows one after another: of a clip that was held out from its second frame on, else with some frames read before. */
function validationWindows({ validation }: Video, timeSteps: number): Window[] {
  const windows: Window[] = [];
  let frames = 0;
  for (const { first, count, context } of validation) {
    for (let counted = first + context; counted < first + count && frames < mostFrames; ) {
      // The first one reads what there is before; those that follow as much as a window has.
      const begin = counted === first + context ? first : Math.max(first, counted - Math.min(4, timeSteps));
      const end = Math.min(first + count, counted + mostFrames - frames, Math.max(counted + 1, begin + timeSteps + 1));
      windows.push({ first: begin, counted, end });
      frames += end - counted;
      counted = end;
    }
  }
  return windows;
}

/**
 * Loss of each next frame over the validation part, at most its first 1,024 frames, and how predictions fare that are read
 * again as if they had come.
 */
export async function evaluateFrames(
  model: Model,
  video: Video,
  loss: FrameLoss,
  ahead: Ahead,
  { timeSteps }: { readonly timeSteps: number },
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  let sum = 0;
  let count = 0;
  for (const batch of alike(validationWindows(video, timeSteps), video.size)) {
    const [one] = batch;
    const length = one.end - one.first - 1;
    const skipped = one.counted - one.first - 1;
    const own = tf.tidy(() => {
      const starts = batch.map(({ first }) => first);
      const { output } = model.forward(framesTensor(video, starts, length), model.zeroState(batch.length));
      const targets = framesTensor(
        video,
        starts.map((start) => start + 1 + skipped),
        length - skipped,
      );
      const counted = tf.slice(output, [0, skipped, 0], targets.shape);
      return loss === 'cross-entropy' ? binaryCrossEntropy(counted, targets) : meanSquaredError(counted, targets);
    });
    const weight = batch.length * (length - skipped);
    sum += weight * ((await own.data())[0] ?? Number.NaN);
    count += weight;
    own.dispose();
    await breathe();
  }
  const frames = await scoresAhead(model, video, loss, ahead, breathe);
  return { validationLoss: sum / count, ...(frames && { frames }) };
}

/** Batches of windows with the same lengths. */
function* alike(windows: readonly Window[], size: number): Generator<readonly [Window, ...Window[]]> {
  const groups = new Map<string, Window[]>();
  for (const window of windows) {
    const key = `${window.counted - window.first} ${window.end - window.first}`;
    groups.set(key, [...(groups.get(key) ?? []), window]);
  }
  for (const group of groups.values()) {
    const [one] = group;
    if (!one) continue;
    const together = Math.max(1, Math.floor(numbersTogether / (size * (one.end - one.first))));
    for (let from = 0; from < group.length; from += together)
      yield group.slice(from, from + together) as [Window, ...Window[]];
  }
}

/** How many frames are read, and how many are then predicted. */
export interface Ahead {
  readonly context: number;
  readonly horizon: number;
}

/** As many of each as the validation part has room for. */
export function aheadOf({ validation }: Video): Ahead {
  const longest = Math.max(...validation.map(({ count }) => count));
  const held = Math.max(...validation.map(({ count, context }) => count - context));
  const horizon = Math.max(1, Math.min(10, held, Math.floor(longest / 2)));
  return { horizon, context: Math.max(1, Math.min(10, longest - horizon)) };
}

/** First frames of the sequences that are predicted, evenly over the validation part. */
export function originsOf({ validation }: Video, { context, horizon }: Ahead): number[] {
  const all = validation.flatMap((stretch) => {
    const room = stretch.count - context - horizon + 1;
    return Array.from({ length: Math.max(0, room) }, (_, at) => stretch.first + at).filter(
      // What is predicted must be of the validation part.
      (first) => first + context >= stretch.first + stretch.context,
    );
  });
  const count = Math.min(mostAhead, all.length);
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)] ?? 0);
}

async function scoresAhead(
  model: Model,
  video: Video,
  loss: FrameLoss,
  ahead: Ahead,
  breathe: () => Promise<void>,
): Promise<FrameScores | undefined> {
  const origins = originsOf(video, ahead);
  if (origins.length === 0) return undefined;
  const { context, horizon } = ahead;
  const { size } = video;
  const predicted = await predictAhead(model, framesTensor(video, origins, context), horizon, loss, breathe);
  const mean = meanFrame(video);
  const steps = Array.from({ length: horizon }, (_, step) => {
    const error = (of: (origin: number, index: number) => Float32Array) =>
      meanError(
        origins.map((origin, index) =>
          frameError(of(origin, index), framesFrom(video, origin + context + step, 1), video),
        ),
      );
    return {
      network: error((_, index) =>
        predicted.subarray((index * horizon + step) * size, (index * horizon + step + 1) * size),
      ),
      lastFrame: error((origin) => framesFrom(video, origin + context - 1, 1)),
      meanFrame: error(() => mean),
    };
  });
  return {
    network: meanError(steps.map(({ network }) => network)),
    lastFrame: meanError(steps.map(({ lastFrame }) => lastFrame)),
    meanFrame: meanError(steps.map((step) => step.meanFrame)),
    ahead: steps,
  };
}

/** How far a frame is from the one that came. */
export function frameError(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  { height, width, channels }: Pick<Video, 'height' | 'width' | 'channels'>,
): FrameError {
  let squares = 0;
  for (let at = 0; at < truth.length; at++) squares += ((predicted[at] ?? 0) - (truth[at] ?? 0)) ** 2;
  return { mse: squares / truth.length, ssim: structuralSimilarity(predicted, truth, { height, width }, channels) };
}

function meanError(errors: readonly FrameError[]): FrameError {
  const mean = (of: (error: FrameError) => number) => errors.reduce((sum, error) => sum + of(error), 0) / errors.length;
  return { mse: mean(({ mse }) => mse), ssim: mean(({ ssim }) => ssim) };
}

/** The mean of all frames of the training part. */
export function meanFrame({ training, values, size }: Video): Float32Array {
  const sums = new Float64Array(size);
  let frames = 0;
  for (const { first, count } of training) {
    frames += count;
    for (let frame = first; frame < first + count; frame++)
      for (let at = 0; at < size; at++) sums[at] = (sums[at] ?? 0) + (values[frame * size + at] ?? 0);
  }
  return Float32Array.from(sums, (sum) => sum / frames);
}

/** How much of the last frame a guess of probabilities can be sure of: what serves best in the training part. */
const doubts = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

/** Losses over the validation part of who says each time the last frame, and the mean of all, in the unit of the training loss. */
export function frameBaselines(video: Video, loss: FrameLoss): Baseline[] {
  const mean = meanFrame(video);
  const { values, size } = video;
  const validated = validationWindows(video, mostFrames).flatMap(({ counted, end }) =>
    Array.from({ length: end - counted }, (_, at) => counted + at),
  );
  const trained = video.training.flatMap(({ first, count }) =>
    Array.from({ length: count - 1 }, (_, at) => first + 1 + at),
  );
  const lossOf = (frames: readonly number[], doubt: number) => {
    let sum = 0;
    for (const frame of frames) {
      for (let at = 0; at < size; at++) {
        const said = (1 - doubt) * (values[(frame - 1) * size + at] ?? 0) + doubt * (mean[at] ?? 0);
        sum += pointLoss(said, values[frame * size + at] ?? 0, loss);
      }
    }
    return sum / (frames.length * size);
  };
  const every = Math.ceil(trained.length / mostFrames);
  const some = trained.filter((_, index) => index % every === 0);
  const doubt = loss === 'squares' ? 0 : least(doubts, (one) => lossOf(some, one));
  return [
    { name: 'copy of the last frame', loss: lossOf(validated, doubt) },
    { name: 'mean frame', loss: lossOf(validated, 1) },
  ];
}

function least(list: readonly number[], of: (one: number) => number): number {
  return list.toSorted((a, b) => of(a) - of(b))[0] ?? 1;
}

function pointLoss(said: number, truth: number, loss: FrameLoss): number {
  if (loss === 'squares') return (said - truth) ** 2;
  const sure = Math.min(1 - 1e-7, Math.max(1e-7, said));
  return -(truth * Math.log(sure) + (1 - truth) * Math.log(1 - sure));
}
