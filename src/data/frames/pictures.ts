import { UserError } from '../../base/user-error';
import { mostPixels, type Picture } from './frames';

/** Which picture the first bytes are of. */
export function pictureKind(head: Uint8Array): 'PNG' | 'JPEG' | undefined {
  const start = String.fromCharCode(...head.subarray(0, 8));
  if (start === '\x89PNG\r\n\x1a\n') return 'PNG';
  return start.startsWith('\xff\xd8\xff') ? 'JPEG' : undefined;
}

/**
 * A picture with 8 bits a channel; what is transparent is mixed with black.
 *
 * @throws UserError when it is damaged, or has more pixels than any camera's
 */
export async function readPicture(bytes: Uint8Array, name: string): Promise<Picture> {
  const kind = pictureKind(bytes);
  try {
    return kind === 'JPEG' ? await readJpeg(bytes) : await readPng(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is damaged';
    throw new UserError({
      what: `The ${kind ?? 'picture'} cannot be read: ${why}`,
      where: name,
      wayOut: 'Save the picture again, or leave it out.',
    });
  }
}

async function readPng(bytes: Uint8Array): Promise<Picture> {
  // Width and height stand at a fixed place, and are looked at before anything is unpacked.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length > 24 && view.getUint32(16) * view.getUint32(20) > mostPixels) throw new Error(tooLarge);
  const { convertIndexedToRgb, decode } = await import('fast-png');
  const png = decode(bytes);
  const { width, height } = png;
  const isIndexed = png.palette !== undefined;
  const data = isIndexed ? convertIndexedToRgb(png) : png.depth < 8 ? unpacked(png) : png.data;
  const own = data.length / (width * height);
  const largest = isIndexed ? 255 : 2 ** png.depth - 1;
  const hasAlpha = own % 2 === 0;
  const values = new Float32Array(3 * width * height);
  for (let pixel = 0, to = 0; pixel < width * height; pixel++) {
    const alpha = hasAlpha ? (data[pixel * own + own - 1] ?? 0) / largest : 1;
    for (let channel = 0; channel < 3; channel++)
      values[to++] = (255 * alpha * (data[pixel * own + (own < 3 ? 0 : channel)] ?? 0)) / largest;
  }
  return { width, height, channels: 3, values };
}

/** Shades of fewer than 8 bits, several of which share a byte; each line begins a new one. */
function unpacked({
  width,
  height,
  depth,
  data,
}: {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly data: ArrayLike<number>;
}): Uint8Array {
  const perLine = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const bit = (pixel % width) * depth;
    const byte = data[Math.floor(pixel / width) * perLine + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}

async function readJpeg(bytes: Uint8Array): Promise<Picture> {
  const { decode } = await import('jpeg-js');
  const { width, height, data } = decode(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
    ...{ maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: 1024 },
  });
  return { width, height, channels: 3, values: data };
}

const tooLarge = 'it has too many pixels';
