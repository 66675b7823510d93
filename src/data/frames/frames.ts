import { UserError } from '../../base/user-error';

/** Clips of frames that are all of one size. */
export interface Frames {
  readonly height: number;
  readonly width: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3;
  /** Frames of each clip, one after another in `values`. */
  readonly clips: readonly { readonly name: string; readonly first: number; readonly count: number }[];
  /** [frames, height, width, channels] */
  readonly values: Float32Array;
  /** What the numbers can be, where the format says it; else what they are must be looked at. */
  readonly range: readonly [low: number, high: number] | undefined;
  /** Of the frames as they are in the file. */
  readonly original: { readonly height: number; readonly width: number };
  /** What the file is: "a GIF". */
  readonly format: string;
  readonly warnings: readonly string[];
}

/** One frame as it is in a file: [height, width, channels]. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly values: ArrayLike<number>;
}

/** Longest side that a network sees unless asked otherwise: what a convolution costs goes with the pixels. */
export const usualSide = 32;
/** Numbers that are kept at most: half a gigabyte. */
const mostNumbers = 2 ** 27;
/** Of a single picture, before it is made smaller. */
export const mostPixels = 2 ** 26;

/** Takes frames one by one and keeps them at the size that a network is to see. */
export class FrameCollector {
  private parts: Float32Array[] = [];
  private readonly clips: { readonly name: string; readonly first: number; count: number }[] = [];
  private first: Picture | undefined;
  private firstName = '';
  private frames = 0;
  private isGrey = true;

  /** @param longestSide frames that are larger are made smaller */
  constructor(
    private readonly file: string,
    private readonly longestSide: number,
  ) {}

  /** What comes belongs to another clip from here on. */
  begin(name: string): void {
    this.clips.push({ name, first: this.frames, count: 0 });
  }

  /**
   * @param where the frame, for a message: "frame 3"
   * @throws UserError when it is of another size than the first one, or there is too much
   */
  add(picture: Picture, where: string): void {
    this.first ??= picture;
    if (this.firstName === '') this.firstName = where;
    const { height, width, channels } = this.first;
    if (picture.height !== height || picture.width !== width || picture.channels !== channels) {
      throw new UserError({
        what: `${where} is ${sizeText(picture)}, and ${this.firstName} ${sizeText(this.first)}`,
        where: this.file,
        wayOut: 'Make all frames of one size, or leave out those that are of another one.',
      });
    }
    const size = this.size;
    if ((this.frames + 1) * size.height * size.width * channels > mostNumbers) {
      throw new UserError({
        what: `There are more than ${this.frames} frames of ${size.height} × ${size.width} pixels, which is more than fits into memory`,
        where: this.file,
        wayOut: `Use fewer frames, or smaller ones (--frame-size ${Math.max(4, Math.floor(this.longestSide / 2))}).`,
      });
    }
    const kept = shrunk(picture, size);
    if (this.isGrey && channels === 3) this.isGrey = isGrey(kept);
    this.parts.push(kept);
    this.frames++;
    const clip = this.clips.at(-1);
    if (clip) clip.count++;
  }

  get count(): number {
    return this.frames;
  }

  /** @throws UserError when there was no frame with a pixel */
  collected(about: Pick<Frames, 'range' | 'format' | 'warnings'>): Frames {
    const { first, clips } = this;
    if (!first || first.height * first.width === 0) {
      throw new UserError({ what: 'There is no frame in it', where: this.file, wayOut: 'Choose a video with frames.' });
    }
    const size = this.size;
    const channels = this.isGrey ? 1 : 3;
    const perFrame = size.height * size.width * channels;
    const values = new Float32Array(this.frames * perFrame);
    const step = first.channels / channels;
    this.parts.forEach((part, frame) => {
      if (step === 1) values.set(part, frame * perFrame);
      else for (let index = 0; index < perFrame; index++) values[frame * perFrame + index] = part[index * step] ?? 0;
    });
    this.parts = [];
    const isSmaller = size.height < first.height || size.width < first.width;
    const told = `The frames are made smaller, from ${sizeText(first)} to ${size.height} × ${size.width}: --frame-size asks for another longest side.`;
    return {
      ...about,
      ...size,
      channels,
      clips: clips.filter(({ count }) => count > 0),
      values,
      original: { height: first.height, width: first.width },
      warnings: isSmaller ? [...about.warnings, told] : about.warnings,
    };
  }

  private get size(): { readonly height: number; readonly width: number } {
    const { height = 1, width = 1 } = this.first ?? {};
    const share = Math.min(1, this.longestSide / Math.max(height, width));
    const scaled = (side: number) => Math.max(1, Math.round(share * side));
    return { height: scaled(height), width: scaled(width) };
  }
}

const sizeText = ({ height, width, channels }: Picture) =>
  `${height} × ${width}${channels === 3 ? '' : ' without colours'}`;

function isGrey(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at += 3)
    if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return false;
  return true;
}

/** A picture at a smaller size: each pixel the mean of the area that it stands for. */
export function shrunk(
  { height, width, channels, values }: Picture,
  size: { readonly height: number; readonly width: number },
): Float32Array {
  if (size.height === height && size.width === width) return Float32Array.from(values);
  const rows = shares(height, size.height);
  const columns = shares(width, size.width);
  const result = new Float32Array(size.height * size.width * channels);
  rows.forEach((ofRows, y) => {
    columns.forEach((ofColumns, x) => {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (const [row, rowShare] of ofRows)
          for (const [column, share] of ofColumns)
            sum += rowShare * share * (values[(row * width + column) * channels + channel] ?? 0);
        result[(y * size.width + x) * channels + channel] = sum;
      }
    });
  });
  return result;
}

/** Of each of `to` equal parts of a line of `from` pixels: which pixels it covers, and their shares of it. */
function shares(from: number, to: number): readonly (readonly [pixel: number, share: number])[][] {
  const length = from / to;
  return Array.from({ length: to }, (_, part) => {
    const [begin, end] = [part * length, (part + 1) * length];
    const list: [number, number][] = [];
    for (let pixel = Math.floor(begin); pixel < Math.min(from, Math.ceil(end)); pixel++) {
      const share = (Math.min(end, pixel + 1) - Math.max(begin, pixel)) / length;
      if (share > 1e-12) list.push([pixel, share]);
    }
    return list;
  });
}
