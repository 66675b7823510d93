import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GifWriter } from 'omggif';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import type { FramesSample, Sample } from '../protocol/run';
import { bytesOf } from '../samples/bytes';

/** Pixels of a screen's pixel: few are hard to see. */
const leastSide = 128;
/** Between truth and prediction. */
const gap = 2;

/**
 * Writes what came beside what was predicted as an animated GIF, of the frames that were read first.
 *
 * @throws UserError when the sample has no frames, or the file cannot be written
 */
export async function writeFrames(sample: Sample, out: string): Promise<string> {
  const path = resolve(out);
  if (sample.task !== 'frames') {
    throw new UserError({
      what: `A sample of the task ${sample.task} is no video`,
      where: '--out',
      wayOut: 'Leave it out: the sample is written to standard output.',
    });
  }
  await writeFile(path, gifOf(sample), { flag: 'wx' }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new UserError({
      what:
        code === 'EEXIST' ? 'There is a file of this name already' : `The file cannot be written (${excerpt(code)})`,
      where: visible(path),
      wayOut: 'Name another one (--out FILE.gif).',
    });
  });
  return path;
}

function gifOf(sample: FramesSample): Uint8Array {
  const { height, width, channels } = sample;
  const size = height * width * channels;
  const [context, predicted, truth] = [sample.context, sample.predicted, sample.truth].map(bytesOf);
  const read = (context?.length ?? 0) / size;
  const count = read + (predicted?.length ?? 0) / size;
  const scale = Math.max(1, Math.ceil(leastSide / Math.max(height, width)));
  const [wide, high] = [(2 * width + gap) * scale, height * scale];
  // At worst each pixel takes a byte and a half, with what stands before and behind.
  const bytes = new Uint8Array(2048 + count * (1024 + 2 * wide * high));
  const gif = new GifWriter(bytes, wide, high, { palette: paletteOf(channels), loop: 0 });
  for (let frame = 0; frame < count; frame++) {
    const [left, right] = frame < read ? [context, context] : [truth, predicted];
    const from = (frame < read ? frame : frame - read) * size;
    const pixels = Uint8Array.from({ length: wide * high }, (_, at) => {
      const [x, y] = [Math.floor((at % wide) / scale), Math.floor(at / wide / scale)];
      const [bytesOfSide, column] = x < width ? [left, x] : [right, x - width - gap];
      return column < 0 || !bytesOfSide ? 0 : indexOf(bytesOfSide, from + (y * width + column) * channels, channels);
    });
    gif.addFrame(0, 0, wide, high, pixels, { delay: 12 });
  }
  return bytes.subarray(0, gif.end());
}

/** 256 shades of grey; of colours 8 of red and green, and 4 of blue. */
function paletteOf(channels: number): number[] {
  return Array.from({ length: 256 }, (_, at) => {
    if (channels === 1) return at * 0x010101;
    const [red, green, blue] = [at >> 5, (at >> 2) & 7, at & 3];
    return (Math.round((255 * red) / 7) << 16) | (Math.round((255 * green) / 7) << 8) | Math.round((255 * blue) / 3);
  });
}

function indexOf(bytes: Uint8Array, at: number, channels: number): number {
  const channel = (of: number) => bytes[at + of] ?? 0;
  if (channels === 1) return channel(0);
  return (
    (Math.round((7 * channel(0)) / 255) << 5) |
    (Math.round((7 * channel(1)) / 255) << 2) |
    Math.round((3 * channel(2)) / 255)
  );
}
