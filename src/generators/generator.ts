import type { Random } from '../base/random';

/** How large a dataset is to be. */
export interface GeneratorSize {
  /** Examples, lines or rows. */
  readonly count: number;
  /** Steps of an example; of a generator of one long series without meaning. */
  readonly length: number;
}

/** A classic benchmark, made anew from a seed. */
export interface Generator {
  readonly label: string;
  /** What it asks of a network, and who asked it first. */
  readonly about: string;
  readonly extension: 'csv' | 'txt';
  readonly usual: GeneratorSize;
  /** What lengths make sense; absent where an example has none. */
  readonly lengths?: { readonly min: number; readonly max: number };
  /** The file's lines, without their ends. */
  lines(size: GeneratorSize, random: Random): Iterable<string>;
}
