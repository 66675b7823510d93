import fc from 'fast-check';
import { encode as encodePng } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { GifWriter } from 'omggif';
import { describe, expect, test } from 'vitest';
import { type DatasetFile, type FileEntry, looksLikeFrames, readFrames } from '../../../src/data';
import { shrunk } from '../../../src/data/frames/frames';
import { numpy } from './numpy';
import { openFile, userError } from './temporary';

const read = async (file: DatasetFile, frameSize?: number) => readFrames(file, { frameSize });
const framesOf = async (bytes: Uint8Array, name: string, frameSize?: number) =>
  read(await openFile(bytes, name), frameSize);

const palette = [0x000000, 0xffffff, 0xff0000, 0x0000ff];
/** An animated GIF of frames on a screen of 4 × 4. */
function gif(frames: (writer: GifWriter) => void, side = 4): Uint8Array {
  const bytes = new Uint8Array(64 * 1024);
  const writer = new GifWriter(bytes, side, side, { palette });
  frames(writer);
  return bytes.slice(0, writer.end());
}
const all = (index: number, count = 16) => Array<number>(count).fill(index);

/** A PNG of 8 bits with so many channels. */
const png = (width: number, height: number, data: readonly number[]) =>
  encodePng({ width, height, data: Uint8Array.from(data), channels: data.length / (width * height), depth: 8 });

/** What a folder or an archive gives. */
function folder(entries: Readonly<Record<string, Uint8Array>>): DatasetFile {
  return {
    name: 'video',
    path: '/video',
    bytes: 1,
    fingerprint: { bytes: 1, sha256: '' },
    head: new Uint8Array(),
    entries: Object.entries(entries).map(
      ([name, bytes]): FileEntry => ({
        name,
        bytes: bytes.length,
        head: bytes.subarray(0, 4096),
        read: async () => Uint8Array.from(bytes),
      }),
    ),
    async *chunks() {},
  };
}

describe('an array of NumPy', () => {
  test.each([
    ['|u1', Uint8Array],
    ['<i2', Int16Array],
    ['<u2', Uint16Array],
    ['<i4', Int32Array],
    ['<f4', Float32Array],
    ['<f8', Float64Array],
  ] as const)('of the type %s is read as it was written', async (type, Kind) => {
    const values = new Kind(3 * 2 * 5);
    for (let at = 0; at < values.length; at++) values[at] = 3 * at;
    const { frames, height, width, channels, clips } = await framesOf(numpy(type, [3, 2, 5], values), 'a.npy').then(
      (one) => ({ ...one, frames: Array.from(one.values) }),
    );
    expect([height, width, channels]).toEqual([2, 5, 1]);
    expect(clips.map(({ first, count }) => [first, count])).toEqual([[0, 3]]);
    expect(frames).toEqual(Array.from(values));
  });

  test('with the greater byte first, of bits and of half numbers', async () => {
    const greaterFirst = Uint8Array.from([0, 1, 1, 0, 0, 2, 0, 3]);
    expect(Array.from((await framesOf(numpy('>i2', [2, 1, 2], greaterFirst), 'a.npy')).values)).toEqual([1, 256, 2, 3]);
    const bits = Uint8Array.from([0, 1, 1, 0]);
    expect(Array.from((await framesOf(numpy('|b1', [2, 1, 2], bits), 'a.npy')).values)).toEqual([0, 1, 1, 0]);
    // 1, −2, the least normal and the least number.
    const halves = Uint16Array.from([0x3c00, 0xc000, 0x0400, 0x0001]);
    expect(Array.from((await framesOf(numpy('<f2', [2, 1, 2], halves), 'a.npy')).values)).toEqual([
      1,
      -2,
      2 ** -14,
      2 ** -24,
    ]);
  });

  test('has clips before, channels behind, or both', async () => {
    const sizes = async (shape: readonly number[]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const { clips, height, width, channels } = await framesOf(
        numpy(
          '|u1',
          shape,
          Uint8Array.from({ length: count }, (_, at) => (at * 7) % 251),
        ),
        'a.npy',
      );
      return [clips.length, clips[0]?.count, height, width, channels];
    };
    expect(await sizes([5, 6, 7])).toEqual([1, 5, 6, 7, 1]);
    expect(await sizes([2, 5, 6, 7])).toEqual([2, 5, 6, 7, 1]);
    expect(await sizes([5, 6, 7, 3])).toEqual([1, 5, 6, 7, 3]);
    expect(await sizes([5, 6, 7, 1])).toEqual([1, 5, 6, 7, 1]);
    expect(await sizes([2, 5, 6, 7, 4])).toEqual([2, 5, 6, 7, 3]);
  });

  test('that is no array of frames says what is wrong', async () => {
    const values = new Float32Array(8);
    const wrong = (bytes: Uint8Array) => userError(framesOf(bytes, 'a.npy'));
    expect(await wrong(numpy('<c8', [2, 2, 2], values))).toMatchObject({ what: expect.stringContaining('<c8') });
    expect(await wrong(numpy('<U4', [2, 2, 2], values))).toMatchObject({ what: expect.stringContaining('<U4') });
    expect(await wrong(numpy('<f4', [8], values))).toMatchObject({ what: expect.stringContaining('[8]') });
    expect(await wrong(numpy('<f4', [2, 2, 1, 2, 1, 1], values))).toMatchObject({
      what: expect.stringContaining('which is none of frames'),
    });
    expect(await wrong(numpy('<f4', [0, 2, 2], values))).toMatchObject({ what: 'There is no frame in it' });
    expect(await wrong(numpy('<f4', [2, 2, 2], values).slice(0, -1))).toMatchObject({
      what: 'The array is cut short: its shape [2, 2, 2] needs 32 bytes of numbers, and there are 31',
    });
    expect(await wrong(numpy('<f4', [2, 2, 2], values).slice(0, 40))).toMatchObject({
      what: 'The array cannot be read: it ends within its header',
    });
    expect(await wrong(numpy('<f4', [2, 2, 2], values, true))).toMatchObject({
      what: expect.stringContaining('Fortran'),
    });
    expect(
      await wrong(
        numpy(
          '<f4',
          [2, 2, 2],
          values.map(() => Number.NaN),
        ),
      ),
    ).toMatchObject({
      what: 'There is a number in frame 1 that is not finite',
    });
  });

  test('whatever a file of this kind holds, it is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(120), async (noise, at) => {
        const bytes = numpy('|u1', [3, 4, 4], new Uint8Array(48));
        bytes.set(noise.subarray(0, bytes.length - at), at);
        bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
        const file = await openFile(bytes, 'a.npy');
        await read(file).catch((error: unknown) => expect(error).toHaveProperty('what'));
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe('a GIF', () => {
  const shadesOf = async (bytes: Uint8Array) => {
    const { values, channels, clips } = await framesOf(bytes, 'a.gif');
    const size = values.length / (clips[0]?.count ?? 1);
    return Array.from({ length: clips[0]?.count ?? 0 }, (_, at) => ({
      channels,
      pixels: Array.from(values.subarray(at * size, (at + 1) * size)),
    }));
  };

  test('of partial frames is drawn as a viewer draws it: kept, cleared, or put back', async () => {
    const frames = await shadesOf(
      gif((writer) => {
        writer.addFrame(0, 0, 4, 4, all(1), { disposal: 1 });
        // A black square in one corner stays …
        writer.addFrame(0, 0, 2, 2, all(0, 4), { disposal: 1 });
        // … one in another is cleared, …
        writer.addFrame(2, 0, 2, 2, all(0, 4), { disposal: 2 });
        // … and a third is put back.
        writer.addFrame(0, 2, 2, 2, all(0, 4), { disposal: 3 });
        writer.addFrame(3, 3, 1, 1, all(1, 1));
      }),
    );
    const corners = frames.map(({ pixels }) => [0, 3, 12, 15].map((at) => pixels[at]));
    expect(corners).toEqual([
      [255, 255, 255, 255],
      [0, 255, 255, 255],
      [0, 0, 255, 255],
      [0, 0, 0, 255],
      [0, 0, 255, 255],
    ]);
  });

  test('with transparent pixels shows what was there, and keeps its colours', async () => {
    const frames = await shadesOf(
      gif((writer) => {
        writer.addFrame(0, 0, 4, 4, all(2));
        writer.addFrame(0, 0, 4, 4, [3, ...all(1, 15)], { transparent: 1 });
      }),
    );
    expect(frames[0]?.channels).toBe(3);
    expect(frames[1]?.pixels.slice(0, 6)).toEqual([0, 0, 255, 255, 0, 0]);
  });

  test('of a single frame, cut short or damaged is refused, and the console stays silent', async () => {
    const one = gif((writer) => writer.addFrame(0, 0, 4, 4, all(1)));
    expect(await userError(framesOf(one, 'a.gif'))).toMatchObject({
      what: 'The GIF has a single frame: it is a picture and no video',
    });
    const two = gif((writer) => {
      writer.addFrame(
        0,
        0,
        4,
        4,
        Array.from(all(1), (_, at) => at % 4),
      );
      writer.addFrame(
        0,
        0,
        4,
        4,
        Array.from(all(1), (_, at) => (at * 3) % 4),
      );
    });
    for (let length = 14; length < two.length - 1; length++)
      expect(await userError(framesOf(two.slice(0, length), 'a.gif')), String(length)).toMatchObject({
        where: /a\.gif/,
      });
  });
});

describe('a folder of pictures', () => {
  test('of PNG and JPEG is one clip, each folder within it another', async () => {
    const grey = png(2, 2, [0, 85, 170, 255]);
    const data = Uint8Array.from({ length: 16 }, () => 120);
    const { data: jpeg } = encodeJpeg({ width: 2, height: 2, data }, 100);
    const video = await read(
      folder({ '1.png': grey, '2.jpg': jpeg, 'b/1.png': grey, 'b/2.png': grey, 'notes.txt': data }),
    );
    expect(video.clips.map(({ name, count }) => [name, count])).toEqual([
      ['video', 2],
      ['b', 2],
    ]);
    expect(Array.from(video.values.subarray(0, 4))).toEqual([0, 85, 170, 255]);
    expect(Math.abs((video.values[5] ?? 0) - 120)).toBeLessThan(3);
    expect(video.warnings).toEqual(['1 file is no picture and is left out.']);
  });

  test('keeps colours, mixes what is transparent with black, and reads few bits and palettes', async () => {
    const red = png(1, 1, [200, 0, 0]);
    const faint = png(1, 1, [200, 0, 0, 51]);
    expect(Array.from((await read(folder({ '1.png': red, '2.png': faint }))).values)).toEqual([200, 0, 0, 40, 0, 0]);
    // Five pixels of one bit each fill a line of one byte in part.
    const bits = encodePng({ width: 5, height: 1, data: Uint8Array.from([0b10110000]), channels: 1, depth: 1 });
    const { values } = await read(folder({ '1.png': bits, '2.png': bits }));
    expect(Array.from(values.subarray(0, 5))).toEqual([255, 0, 255, 255, 0]);
  });

  test('of pictures of differing size, damaged ones or a single one is refused with their names', async () => {
    const [small, wide] = [png(2, 2, all(9, 4)), png(3, 2, all(9, 6))];
    expect(await userError(read(folder({ '1.png': small, '2.png': wide })))).toMatchObject({
      what: '2.png is 2 × 3, and 1.png 2 × 2',
    });
    expect(await userError(read(folder({ '1.png': small, '2.png': wide.slice(0, 40) })))).toMatchObject({
      what: expect.stringMatching(/^The PNG cannot be read/),
      where: 'video: 2.png',
    });
    expect(await userError(read(folder({ '1.png': small })))).toMatchObject({
      what: 'There is a single picture in it, and a video has several',
    });
  });

  test('or an archive of arrays: of several the one that can be frames', async () => {
    const frames = numpy('|u1', [4, 2, 2], new Uint8Array(16).fill(7));
    const labels = numpy('<i4', [100], new Int32Array(100));
    const video = await read(folder({ 'labels.npy': labels, 'frames.npy': frames }));
    expect(video.clips[0]?.count).toBe(4);
    expect(video.warnings).toEqual(['It has 2 arrays; the frames are those of frames.npy.']);
    expect(await userError(read(folder({ 'a.npy': labels, 'b.npy': labels })))).toMatchObject({
      what: 'None of its arrays has the shape of frames',
    });
  });
});

test('what is of frames is told by its content', async () => {
  const array = numpy('|u1', [3, 2, 2], new Uint8Array(12));
  expect(looksLikeFrames(await openFile(array, 'table.csv'))).toBe('it is an array of NumPy');
  expect(looksLikeFrames(await openFile('GIF8 is a format of pictures', 'a.txt'))).toBeUndefined();
  expect(looksLikeFrames(await openFile('a,b\n1,2\n', 'frames.npy'))).toBeUndefined();
  const picture = png(2, 2, all(3, 4));
  expect(looksLikeFrames(folder({ '1.png': picture, '2.png': picture }))).toBe('it has 2 pictures');
  expect(looksLikeFrames(folder({ 'a.npy': array }))).toBe('it has arrays of NumPy');
  const sound = new TextEncoder().encode('RIFF0000WAVE');
  expect(looksLikeFrames(folder({ '1.wav': sound, '2.wav': sound, 'cover.png': picture }))).toBeUndefined();
});

test('frames larger than a network should see are made smaller, and it is said', async () => {
  const values = Uint8Array.from({ length: 2 * 64 * 48 }, (_, at) => at % 256);
  const video = await framesOf(numpy('|u1', [2, 64, 48], values), 'a.npy');
  expect([video.height, video.width]).toEqual([32, 24]);
  expect(video.original).toEqual({ height: 64, width: 48 });
  expect(video.warnings[0]).toContain('from 64 × 48 without colours to 32 × 24');
  const whole = await framesOf(numpy('|u1', [2, 64, 48], values), 'a.npy', 64);
  expect([whole.height, whole.width, whole.warnings.length]).toEqual([64, 48, 0]);
});

test('a smaller picture has the mean of a larger one, whatever the sizes', () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(side, side, side, side, (height, width, rows, columns) => {
      const size = { height: Math.min(height, rows), width: Math.min(width, columns) };
      const values = Array.from({ length: height * width }, (_, at) => Math.sin(at));
      const made = shrunk({ height, width, channels: 1, values }, size);
      const mean = (list: ArrayLike<number>) => Array.from(list).reduce((a, b) => a + b, 0) / list.length;
      expect(mean(made)).toBeCloseTo(mean(values), 5);
    }),
  );
});
