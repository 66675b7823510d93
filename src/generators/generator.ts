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

export type Generator = TextGenerator | BinaryGenerator;
