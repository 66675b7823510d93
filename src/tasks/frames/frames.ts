import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { isConvolutional } from '../../cells/expression';
import { type Frames, readFrames } from '../../data';
import { binaryCrossEntropy, meanSquaredError } from '../../engine/losses';
import { tf } from '../../engine/tensors';
import type { VideoSummary } from '../../protocol/dataset';
import type { FramesSample } from '../../protocol/run';
import { bytesOf, textOf } from '../../samples/bytes';
import type { Loss, ProbeInput, Task } from '../task';
import { frameWindows } from './batches';
import { aheadOf, evaluateFrames, frameBaselines, frameError, originsOf } from './evaluate';
import { type FrameLoss, predictAhead } from './predict';
import { framesFrom, type Video, videoOf } from './video';

/** What a trained model needs besides its weights; kept with the run. */
export interface FramesEncoding {
  readonly task: 'frames';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly loss: FrameLoss;
  /** Frames that are read before the first prediction. */
  readonly context: number;
  /** Frames to predict unless asked otherwise. */
  readonly horizon: number;
  /** Sequences of `context` + `horizon` frames that were held out: a byte a number, in base64. */
  readonly sequences: readonly string[];
}

const mostSequences = 4;
const longestPrediction = 200;
/** Of a model that reads a frame as one row: beyond, its first layer alone has more weights than it could learn. */
const mostNumbersOfRow = 2 ** 14;

/**
 * Next-frame prediction. A cell with convolutions reads the pixels, each with those around it; any other cell reads a frame as
 * one row of numbers, from which its input maps encode and to which the head decodes.
 */
export const frames: Task<FramesEncoding> = {
  name: 'frames',

  async prepare(file, reading, { validationShare }) {
    const read = await readFrames(file, reading);
    const video = videoOf(read, file.name, validationShare);
    const loss: FrameLoss = reading.frameLoss ?? 'squares';
    const ahead = aheadOf(video);
    const { name, path, fingerprint } = file;
    return {
      encoding: encodingOf(video, loss, ahead),
      loss: losses[loss],
      report: {
        ...{ task: 'frames', name, path, fingerprint },
        reading: { ...reading, task: 'frames' },
        video: summaryOf(read),
        usualLongest: Math.max(...video.training.map(({ count }) => count)),
        split: video.split,
        baselines: frameBaselines(video, loss),
        warnings: [...read.warnings, ...copiesLeftOut(video), ...stillness(video)],
      },
      windows: (training) => frameWindows(video, training, file.name),
      evaluate: (model, training, breathe) => evaluateFrames(model, video, loss, ahead, training, breathe),
    };
  },

  spec({ height, width, channels }, { cell, units, layers, dropout }) {
    const usual = { cell, units, layers, dropout };
    if (isConvolutional(cell))
      return { ...usual, input: { kind: 'numbers', size: channels }, outputs: channels, image: { height, width } };
    const size = height * width * channels;
    if (size > mostNumbersOfRow) {
      throw new UserError({
        what: `The cell ${cell.name} would read each frame as a row of ${size} numbers`,
        where: 'cell',
        wayOut: 'Choose conv-lstm or conv-gru, which read pixels, or smaller frames (--frame-size 32).',
      });
    }
    return { ...usual, input: { kind: 'numbers', size }, outputs: size };
  },

  loss: ({ output }, targets) => meanSquaredError(output, targets),

  async sample(model, encoding, { prompt, length }, { step, breathe }): Promise<FramesSample> {
    const { height, width, channels, context, horizon, sequences } = encoding;
    const sequence = sequenceOf(encoding, prompt);
    const bytes = bytesOf(sequences[sequence - 1] ?? '');
    const size = height * width * channels;
    const steps = Math.min(length ?? horizon, longestPrediction);
    const predicted = await predictAhead(model, contextTensor(encoding, bytes), steps, encoding.loss, breathe);
    const known = Math.min(horizon, steps);
    const frameAt = (index: number) =>
      Float32Array.from(bytes.subarray(index * size, (index + 1) * size), (byte) => byte / 255);
    const errorsOf = (frame: (ahead: number) => ArrayLike<number>) =>
      Array.from({ length: known }, (_, ahead) => frameError(frame(ahead), frameAt(context + ahead), encoding));
    const last = frameAt(context - 1);
    return {
      ...{ task: 'frames', step, sequence, sequences: sequences.length, height, width, channels },
      context: textOf(bytes.subarray(0, context * size)),
      predicted: textOf(asBytes(predicted)),
      truth: textOf(bytes.subarray(context * size, (context + known) * size)),
      errors: errorsOf((ahead) => predicted.subarray(ahead * size, (ahead + 1) * size)),
      lastFrame: errorsOf(() => last),
    };
  },

  probeInput(encoding, text): ProbeInput {
    const bytes = bytesOf(encoding.sequences[sequenceOf(encoding, text) - 1] ?? '');
    return {
      labels: Array.from({ length: encoding.context }, (_, frame) => `frame ${frame + 1}`),
      input: contextTensor(encoding, bytes),
    };
  },
};

const losses: Readonly<Record<FrameLoss, Loss>> = {
  squares: frames.loss,
  'cross-entropy': ({ output }, targets) => binaryCrossEntropy(output, targets),
};

function summaryOf({ format, clips, values, height, width, channels, original }: Frames): VideoSummary {
  const count = values.length / (height * width * channels);
  return { format, frames: count, clips: clips.length, height, width, channels, original };
}

/** A video in which nothing moves has nothing to learn. */
function copiesLeftOut({ copies }: Video): string[] {
  if (copies === 0) return [];
  const clips = copies === 1 ? 'One clip is' : `${copies} clips are`;
  return [`${clips} not learned from, being the same, frame for frame, as one that is held out.`];
}

function stillness({ values, size, training }: Video): string[] {
  const isStill = training.every(({ first, count }) => {
    for (let at = (first + 1) * size; at < (first + count) * size; at++)
      if (values[at] !== values[at - size]) return false;
    return true;
  });
  return isStill ? ['Nothing moves: all frames of each clip of the training part are the same.'] : [];
}

function encodingOf(
  video: Video,
  loss: FrameLoss,
  ahead: { readonly context: number; readonly horizon: number },
): FramesEncoding {
  const { height, width, channels } = video;
  const origins = originsOf(video, ahead);
  const every = Math.max(1, Math.floor(origins.length / mostSequences));
  const kept = origins.filter((_, index) => index % every === 0).slice(0, mostSequences);
  const length = ahead.context + ahead.horizon;
  return {
    ...{ task: 'frames', height, width, channels, loss },
    ...ahead,
    sequences: kept.map((first) => textOf(asBytes(framesFrom(video, first, length)))),
  };
}

function contextTensor({ height, width, channels, context }: FramesEncoding, bytes: Uint8Array): tf.Tensor3D {
  const size = height * width * channels;
  const shades = Float32Array.from(bytes.subarray(0, context * size), (byte) => byte / 255);
  return tf.tensor3d(shades, [1, context, size]);
}

function asBytes(shades: Float32Array): Uint8Array {
  return Uint8Array.from(shades, (shade) => Math.round(255 * Math.min(1, Math.max(0, shade))));
}

/** Which of the sequences is meant; the first one where nothing is said. */
function sequenceOf({ sequences }: FramesEncoding, prompt: string | undefined): number {
  const wanted = prompt?.trim();
  if (!wanted) return 1;
  const number = Number(wanted);
  if (Number.isInteger(number) && number >= 1 && number <= sequences.length) return number;
  throw new UserError({
    what: `There is no sequence ${excerpt(wanted)}`,
    where: 'prompt',
    wayOut:
      sequences.length === 1
        ? 'One sequence was held out: give 1, or nothing.'
        : `Give the number of one of the sequences that were held out, from 1 to ${sequences.length}.`,
  });
}
