import type { Reading } from '../../configuration/run';

/** A part of the reading that can be changed: what it is now, and what it could be. */
export interface ReadingItem {
  readonly key: keyof Reading;
  readonly label: string;
  readonly now: string;
  readonly options: readonly ReadingOption[];
  /** Whether several options hold at once. */
  readonly several: boolean;
  /** Of what is typed rather than chosen. */
  readonly typed?: Typed;
}

export interface Typed {
  readonly prompt: string;
  /** What is wrong with a text; undefined when nothing is. */
  problem(text: string): string | undefined;
  read(text: string): number | readonly number[];
}

export interface ReadingOption {
  readonly label: string;
  readonly description?: string;
  /** The value of the reading, or one of its values. */
  readonly value: string;
  readonly picked: boolean;
}

/** A whole number that is typed. */
export function count(
  key: keyof Reading,
  label: string,
  value: number,
  unit: string,
  { min, max }: { readonly min: number; readonly max: number },
): ReadingItem {
  return {
    ...{ key, label, now: String(value), options: [], several: false },
    typed: {
      prompt: `From ${min} to ${max.toLocaleString('en')} ${unit}`,
      problem(text) {
        const number = Number(text);
        const isFit = text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max;
        return isFit ? undefined : `A whole number from ${min} to ${max.toLocaleString('en')}`;
      },
      read: Number,
    },
  };
}

export function one(
  key: keyof Reading,
  label: string,
  now: string,
  options: readonly Omit<ReadingOption, 'picked'>[],
  current: string | undefined,
): ReadingItem {
  return {
    key,
    label,
    now,
    several: false,
    options: options.map((option) => ({ ...option, picked: option.value === current })),
  };
}
