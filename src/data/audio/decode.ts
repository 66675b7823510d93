import { createHash } from 'node:crypto';
import { UserError } from '../../base/user-error';
import { visible } from '../../base/visible';
import { type FileEntry, formatOf } from '../entries/entry';

/** A recording, its channels mixed to one. */
export interface Sound {
  /** From −1 to 1. */
  readonly samples: Float32Array;
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
  /** SHA-256 of the file's bytes. */
  readonly digest: string;
}

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
  /** Samples of a channel that the file says it has, where it says so. */
  readonly promised?: number;
}

/** Larger files are no utterances, and would not fit into memory beside others. */
const mostBytes = 64 * 1024 * 1024;

const endings = /\.(wav|wave|flac|ogg|oga|opus|mp3)$/i;

/** Whether a file's name says that it is a recording. */
export function isAudioName(name: string): boolean {
  return endings.test(name);
}

/** A file's name without the ending of a recording. */
export function withoutEnding(name: string): string {
  return name.replace(endings, '');
}

/**
 * Decodes WAV, FLAC, Ogg (Vorbis or Opus) and MP3, each by what its bytes are, whatever its name says.
 *
 * @throws UserError when it is none of these, is cut short, damaged, too large or empty
 */
export async function decodeAudio(entry: FileEntry): Promise<Sound> {
  const format = formatOf(entry);
  if (entry.bytes > mostBytes) throw unusable(entry, 'is larger than 64 MB', 'Cut it into utterances.');
  const decode = format && decoders[format];
  if (!decode) throw unusable(entry, 'is no recording', 'Use WAV, FLAC, Ogg or MP3.');
  const bytes = await entry.read();
  const digest = createHash('sha256').update(bytes).digest('hex');
  const decoded = await decode(bytes).catch(() => {
    throw unusable(entry, 'is damaged', 'Save or copy it again.');
  });
  const { channelData, sampleRate, promised } = decoded;
  const length = channelData[0]?.length ?? 0;
  if (promised !== undefined && length < promised) throw unusable(entry, 'is cut short', 'Save or copy it again.');
  if (length === 0 || !(sampleRate > 0)) throw unusable(entry, 'has no sound', 'Use another one.');
  return { samples: mixed(channelData), rate: sampleRate, channels: channelData.length, digest };
}

function unusable({ name }: FileEntry, what: string, wayOut: string): UserError {
  return new UserError({ what: `The file ${what}`, where: visible(name), wayOut });
}

/** Loaded with the first file of their kind. */
const decoders: Readonly<Partial<Record<string, (bytes: Uint8Array) => Promise<Decoded>>>> = {
  async wav(bytes) {
    const { WaveFile } = await import('wavefile');
    const wave = new WaveFile();
    wave.fromBuffer(bytes);
    const { numChannels, blockAlign, sampleRate } = wave.fmt as Record<string, number>;
    const { chunkSize, samples } = wave.data as { chunkSize: number; samples: Uint8Array };
    // A stream of unknown length says the greatest.
    const isCut = chunkSize < 0xffff_0000 && samples.length < chunkSize;
    wave.toBitDepth('32f');
    const all = wave.getSamples(true, Float32Array) as unknown as Float32Array;
    const channels = numChannels ?? 1;
    const count = Math.floor(all.length / channels);
    const channelData = Array.from({ length: channels }, (_, channel) =>
      Float32Array.from({ length: count }, (_, at) => all[at * channels + channel] ?? 0),
    );
    return {
      channelData,
      sampleRate: sampleRate ?? 0,
      ...(isCut && { promised: Math.floor(chunkSize / (blockAlign ?? 1)) }),
    };
  },
  async flac(bytes) {
    const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
    // The number of samples has 36 bits of the first block.
    const promised = ((bytes[21] ?? 0) & 15) * 2 ** 32 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(22);
    return { ...(await decodedBy(new FLACDecoder(), (decoder) => decoder.decodeFile(withNextFrame(bytes)))), promised };
  },
  async ogg(bytes) {
    const isOpus = String.fromCharCode(...bytes.subarray(0, 64)).includes('OpusHead');
    if (isOpus) {
      const { OggOpusDecoder } = await import('ogg-opus-decoder');
      return decodedBy(new OggOpusDecoder(), (decoder) => decoder.decodeFile(bytes));
    }
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    return decodedBy(new OggVorbisDecoder(), (decoder) => decoder.decodeFile(bytes));
  },
  async mp3(bytes) {
    const { MPEGDecoder } = await import('mpg123-decoder');
    return decodedBy(new MPEGDecoder(), async (decoder) => decoder.decode(bytes));
  },
};

/** The decoder knows a frame's end by the beginning of the next one: the last one is followed by that of the first. */
function withNextFrame(flac: Uint8Array): Uint8Array {
  let at = 4;
  for (let isLast = false; !isLast && at + 4 < flac.length; ) {
    const head = new DataView(flac.buffer, flac.byteOffset + at).getUint32(0);
    isLast = head >= 2 ** 31;
    at += 4 + (head & 0xff_ffff);
  }
  const longer = new Uint8Array(flac.length + 64);
  longer.set(flac);
  longer.set(flac.subarray(at, at + 64), flac.length);
  return longer;
}

async function decodedBy<D extends { readonly ready: Promise<void>; free(): void }>(
  decoder: D,
  decode: (decoder: D) => Promise<Decoded>,
): Promise<Decoded> {
  await decoder.ready;
  try {
    return await decode(decoder);
  } finally {
    decoder.free();
  }
}

function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = channels;
  if (others.length === 0) return first;
  return first.map((sample, at) => others.reduce((sum, own) => sum + (own[at] ?? 0), sample) / channels.length);
}
