import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { FileEntry } from '../entries/entry';
import type { DatasetFile } from '../source';
import { FrameCollector, type Frames, usualSide } from './frames';
import { gifFrames, isGif } from './gif';
import { isNumpy, type NumpyArray, readNumpy, shapeText } from './npy';
import { pictureKind, readPicture } from './pictures';

/** Bytes of a file that is read as a whole. */
const mostBytes = 2 ** 31;

/** What makes a file or folder one of frames, in words; undefined where it is none. A single picture is none. */
export function looksLikeFrames({ head, entries }: Pick<DatasetFile, 'head' | 'entries'>): string | undefined {
  if (entries) {
    const pictures = entries.filter(isPicture).length;
    if (pictures > 1 && pictures >= entries.length / 2) return `it has ${pictures} pictures`;
    const arrays = entries.filter(isArray).length;
    return arrays > 0 && arrays === entries.length ? 'it has arrays of NumPy' : undefined;
  }
  if (isNumpy(head)) return 'it is an array of NumPy';
  return isGif(head) ? 'it is a GIF' : undefined;
}

/**
 * Reads the frames of a video: an array of NumPy, an animated GIF, or a folder or ZIP of pictures or of one array. Frames that
 * are larger than a network should see are made smaller.
 *
 * @throws UserError when there are none, they differ in size, or one is damaged
 */
export async function readFrames(file: DatasetFile, reading: Pick<Reading, 'frameSize'>): Promise<Frames> {
  const collector = new FrameCollector(file.name, reading.frameSize ?? usualSide);
  if (file.entries) return fromEntries(file.name, file.entries, collector);
  if (isNumpy(file.head)) return fromNumpy(readNumpy(await wholeOf(file), file.name), file.name, collector, []);
  if (isGif(file.head)) return fromGif(await wholeOf(file), file.name, collector);
  const kind = pictureKind(file.head);
  throw new UserError({
    what:
      kind === undefined
        ? 'These are no frames of a video'
        : `This is a single picture (${kind}), and a video has several`,
    where: file.name,
    wayOut: 'Choose a .npy or .npz file, an animated GIF, or a folder or ZIP of PNG or JPEG pictures.',
  });
}

async function fromGif(bytes: Uint8Array, name: string, collector: FrameCollector): Promise<Frames> {
  collector.begin(name);
  for await (const picture of gifFrames(bytes, name)) collector.add(picture, `frame ${collector.count + 1}`);
  if (collector.count < 2) {
    throw new UserError({
      what: `The GIF has ${collector.count === 1 ? 'a single frame' : 'no frame'}: it is a picture and no video`,
      where: name,
      wayOut: 'Choose an animated GIF, a .npy file of frames, or a folder of pictures.',
    });
  }
  return collector.collected({ range: [0, 255], format: 'a GIF', warnings: [] });
}

async function fromEntries(name: string, entries: readonly FileEntry[], collector: FrameCollector): Promise<Frames> {
  const pictures = entries.filter(isPicture);
  if (pictures.length === 0) return fromArrays(name, entries, collector);
  let clip: string | undefined;
  for (const entry of pictures) {
    const folder = entry.name.slice(0, Math.max(0, entry.name.lastIndexOf('/')));
    if (folder !== clip) collector.begin(folder === '' ? name : folder);
    clip = folder;
    collector.add(await readPicture(await entry.read(), `${name}: ${excerpt(entry.name)}`), excerpt(entry.name));
  }
  if (collector.count < 2) {
    throw new UserError({
      what: 'There is a single picture in it, and a video has several',
      where: name,
      wayOut: 'Choose a folder or ZIP with the pictures of a video, one a frame.',
    });
  }
  const others = entries.length - pictures.length;
  const warnings =
    others > 0
      ? [`${others} ${others === 1 ? 'file is no picture and is' : 'files are no pictures and are'} left out.`]
      : [];
  return collector.collected({ range: [0, 255], format: `${pictures.length} pictures`, warnings });
}

/** Of an archive of arrays the one with the most numbers that can be frames. */
async function fromArrays(name: string, entries: readonly FileEntry[], collector: FrameCollector): Promise<Frames> {
  const arrays = entries.filter(isArray);
  let chosen: { readonly array: NumpyArray; readonly name: string } | undefined;
  for (const entry of arrays) {
    const array = readNumpy(await entry.read(), `${name}: ${excerpt(entry.name)}`);
    const isLarger = !chosen || array.values.length > chosen.array.values.length;
    if (arrays.length === 1 || (array.shape.length >= 3 && isLarger)) chosen = { array, name: entry.name };
  }
  if (!chosen) {
    throw new UserError({
      what: arrays.length > 0 ? 'None of its arrays has the shape of frames' : 'There are no pictures in it',
      where: name,
      wayOut: 'Choose a folder or ZIP of PNG or JPEG pictures, or a .npy or .npz file of frames.',
    });
  }
  const warnings =
    arrays.length > 1 ? [`It has ${arrays.length} arrays; the frames are those of ${excerpt(chosen.name)}.`] : [];
  return fromNumpy(chosen.array, name, collector, warnings);
}

/** Arrays [frames, height, width], with channels behind or clips before. */
function fromNumpy(array: NumpyArray, name: string, collector: FrameCollector, warnings: readonly string[]): Frames {
  const { shape, values, type } = array;
  const last = shape.at(-1) ?? 0;
  const hasChannels = shape.length === 5 || (shape.length === 4 && (last === 1 || last === 3 || last === 4));
  const sizes = hasChannels ? shape.slice(0, -1) : shape;
  const own = hasChannels ? last : 1;
  const [clips = 0, frames = 0, height = 0, width = 0] = sizes.length === 3 ? [1, ...sizes] : sizes;
  if (sizes.length < 3 || sizes.length > 4 || ![1, 3, 4].includes(own)) {
    throw new UserError({
      what: `The array has the shape ${shapeText(shape)}, which is none of frames`,
      where: name,
      wayOut:
        'Frames are [frames, height, width], [clips, frames, height, width], or either with 1, 3 or 4 channels behind.',
    });
  }
  const pixels = height * width;
  const channels = own === 1 ? 1 : 3;
  for (let clip = 0; clip < clips; clip++) {
    collector.begin(clips === 1 ? name : `clip ${clip + 1}`);
    for (let frame = 0; frame < frames; frame++) {
      const from = (clip * frames + frame) * pixels * own;
      const part = values.subarray(from, from + pixels * own);
      const where = `frame ${frame + 1}${clips === 1 ? '' : ` of clip ${clip + 1}`}`;
      if (!part.every(Number.isFinite)) {
        throw new UserError({
          what: `There is a number in ${where} that is not finite`,
          where: name,
          wayOut: 'Fill it in before, such as with numpy.nan_to_num(frames).',
        });
      }
      const shown = own === 4 ? withoutFourth(part) : part;
      collector.add({ height, width, channels, values: shown }, where);
    }
  }
  const range = type.endsWith('u1') ? ([0, 255] as const) : type.endsWith('b1') ? ([0, 1] as const) : undefined;
  const format = `an array ${shapeText(shape)} of ${type.replace(/^[<>|=]/, '')}`;
  return collector.collected({ range, format, warnings });
}

function withoutFourth(values: ArrayLike<number>): Float32Array {
  return Float32Array.from(
    { length: (values.length / 4) * 3 },
    (_, at) => values[Math.floor(at / 3) * 4 + (at % 3)] ?? 0,
  );
}

const isPicture = ({ head }: FileEntry) => pictureKind(head) !== undefined;
const isArray = ({ head }: FileEntry) => isNumpy(head);

async function wholeOf(file: DatasetFile): Promise<Uint8Array> {
  if (file.bytes > mostBytes) {
    throw new UserError({
      what: `The file has ${Math.round(file.bytes / 2 ** 20)} MiB, and frames are read as a whole, up to ${mostBytes / 2 ** 20}`,
      where: file.name,
      wayOut: 'Use a part of the frames, or smaller ones.',
    });
  }
  const bytes = new Uint8Array(file.bytes);
  let at = 0;
  for await (const chunk of file.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
