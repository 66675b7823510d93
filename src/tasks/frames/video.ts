import { grouped } from '../../base/grouped';
import { UserError } from '../../base/user-error';
import type { Frames } from '../../data';

/** A run of frames that follow one another. */
export interface Stretch {
  /** Number of its first frame, of all. */
  readonly first: number;
  readonly count: number;
}

/** Frames as the network sees them, scaled by the training part alone, and which of them are for what. */
export interface Video {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Numbers of a frame. */
  readonly size: number;
  /** [frames, size], from 0 to 1 in the training part. */
  readonly values: Float32Array;
  readonly training: readonly Stretch[];
  /** Stretches whose frames from `context` on are validated on; those before are read alone. */
  readonly validation: readonly (Stretch & { readonly context: number })[];
  /** How often a frame is predicted in each part: what is known before it counts nothing. */
  readonly split: { readonly training: number; readonly validation: number };
  /** Whether whole clips are held out, rather than the end of one. */
  readonly byClip: boolean;
  /** Clips that are not learned from, since one that is held out is the same, frame for frame. */
  readonly copies: number;
}

/** Fewer clips are cut in time. */
const fewestClips = 5;
/** Frames that a validation at the end of a clip reads before the first that it predicts. */
const longestContext = 16;

/**
 * Parts clips for training and validation: whole clips where there are enough of them, else the end of each one; then scales
 * all by the range of the training part.
 *
 * @throws UserError when the frames are too few to learn from
 */
export function videoOf(frames: Frames, name: string, validationShare: number): Video {
  const { height, width, channels, clips } = frames;
  const size = height * width * channels;
  const long = clips.filter(({ count }) => count >= 2);
  const byClip = long.length >= fewestClips;
  const held = byClip ? Math.max(1, Math.round(validationShare * long.length)) : 0;
  const all = long.slice(0, long.length - held).map(({ first, count }): Stretch => {
    if (byClip) return { first, count };
    return { first, count: Math.max(1, count - Math.max(2, Math.round(validationShare * count))) };
  });
  const training = byClip ? withoutCopies(all, long.slice(long.length - held), frames.values, size) : all;
  const validation = byClip
    ? long.slice(long.length - held).map(({ first, count }) => ({ first, count, context: 1 }))
    : long.map(({ first, count }, index) => {
        const boundary = training[index]?.count ?? 0;
        const context = Math.min(longestContext, boundary);
        return { first: first + boundary - context, count: count - boundary + context, context };
      });
  if (!training.some(({ count }) => count >= 3)) {
    const most = Math.max(0, ...clips.map(({ count }) => count));
    throw new UserError({
      what: `The longest clip has ${most} ${most === 1 ? 'frame' : 'frames'}, too few to learn from`,
      where: name,
      wayOut: 'Use a clip of at least 5 frames; some dozens are a beginning.',
    });
  }
  const predicted = (list: readonly Stretch[]) => list.reduce((sum, { count }) => sum + Math.max(0, count - 1), 0);
  return {
    ...{ height, width, channels, size, training, validation, byClip },
    copies: all.length - training.length,
    values: scaled(frames, size, training),
    split: {
      training: predicted(training),
      validation: validation.reduce((sum, { count, context }) => sum + count - context, 0),
    },
  };
}

/** Some clips but for those that are the same as one of others, frame for frame. */
function withoutCopies(
  clips: readonly Stretch[],
  others: readonly Stretch[],
  values: Float32Array,
  size: number,
): readonly Stretch[] {
  const numbersOf = ({ first, count }: Stretch) => values.subarray(first * size, (first + count) * size);
  const known = grouped(others, (clip) => hashOf(numbersOf(clip)));
  return clips.filter((clip) => {
    const own = numbersOf(clip);
    const alike = known.get(hashOf(own)) ?? [];
    return !alike.some((other) => {
      const held = numbersOf(other);
      return own.length === held.length && own.every((value, at) => value === held[at]);
    });
  });
}

/** FNV-1a of the numbers' bits. */
function hashOf(values: Float32Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let hash = 0x811c9dc5;
  for (let at = 0; at < words.length; at++) hash = Math.imul(hash ^ (words[at] as number), 0x01000193);
  return hash;
}

/** By what a format can hold where that is known, else by the least and the greatest number of the training part. */
function scaled({ values, range }: Frames, size: number, training: readonly Stretch[]): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { first, count } of training) {
    for (let at = first * size; at < (first + count) * size; at++) {
      const value = values[at] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  // Bytes that are no more than 0 and 1 are a way to write yes and no.
  const [low, high] = range && most > 1 ? range : range ? [0, 1] : [least, most];
  const factor = high > low ? 1 / (high - low) : 1;
  return values.map((value) => (value - low) * factor);
}

/** A copy of some frames: [count, size]. */
export function framesFrom(
  { values, size }: Pick<Video, 'values' | 'size'>,
  first: number,
  count: number,
): Float32Array {
  return values.slice(first * size, (first + count) * size);
}
