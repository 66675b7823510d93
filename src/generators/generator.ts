import type { Random } from '../base/random';

/** How large a dataset is to be. */
export interface GeneratorSize {
  /** Examples, lines, rows or clips. */
  readonly count: number;
  /** Steps of an example; of a generator of one long series without meaning. */
  readonly length: number;
}

interface OfAnyKind {
  readonly label: string;
  /** What it asks of a network, and who asked it first. */
  readonly about: string;
  readonly usual: GeneratorSize;
  /** What lengths make sense; absent where an example has none. */
  readonly lengths?: { readonly min: number; readonly max: number };
}

/** A classic benchmark that is a text, made anew from a seed. */
export interface TextGenerator extends OfAnyKind {
  readonly extension: 'csv' | 'txt';
  /** The file's lines, without their ends. */
  lines(size: GeneratorSize, random: Random): Iterable<string>;
}

/** One that is no text. */
export interface BinaryGenerator extends OfAnyKind {
  readonly extension: 'npy';
  /** The file in parts. */
  parts(size: GeneratorSize, random: Random): Iterable<Uint8Array>;
}

/** What a synthesiser is to say, and how. */
export interface Take {
  /** Of the file, which tells what is said and by whom. */
  readonly name: string;
  readonly text: string;
  /** In the words of espeak-ng. */
  readonly voice: string;
  readonly wordsPerMinute: number;
  /** From 0 to 99. */
  readonly pitch: number;
  /** From 0 to 200. */
  readonly amplitude: number;
}

/** One that a synthesiser speaks: an archive of recordings. */
export interface RecordedGenerator extends OfAnyKind {
  readonly extension: 'zip';
  takes(size: GeneratorSize, random: Random): Iterable<Take>;
}

export type Generator = TextGenerator | BinaryGenerator | RecordedGenerator;
