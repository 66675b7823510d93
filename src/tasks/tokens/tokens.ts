import type { TextDataset } from '../../data';
import { encodeCharacters } from './characters';
import type { TokenIds } from './ids';
import { encodeWords, splitWords } from './words';

export type TokenUnit = 'chars' | 'words';

/** Stands for what the training part does not hold. Its id is 0. */
export const unknownToken = '\uFFFD';

export interface EncodedText {
  /** `unknownToken`, then the most frequent first. */
  readonly vocabulary: readonly string[];
  readonly ids: TokenIds;
  /** Ids from here on are the validation part. */
  readonly boundary: number;
  /** Share of the training part's tokens that the vocabulary covers. */
  readonly coverage: number;
}

/**
 * Numbers the tokens of a text, read twice and in parts: first to count those of the training part, then to number
 * all. Memory: one to three bytes a token.
 *
 * @param validationShare share of the code points at the end, kept out of the vocabulary
 */
export function encodeText(text: TextDataset, unit: TokenUnit, validationShare: number): Promise<EncodedText> {
  const trainingCharacters = Math.floor(text.characters * (1 - validationShare));
  return unit === 'chars' ? encodeCharacters(text, trainingCharacters) : encodeWords(text, trainingCharacters);
}

/** Ids of a short text, such as a prompt. */
export function encodeTokens(text: string, unit: TokenUnit, index: ReadonlyMap<string, number>): number[] {
  return Array.from(unit === 'chars' ? text : splitWords(text), (token) => index.get(token) ?? 0);
}

/** Ids by token. */
export function vocabularyIndex(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((token, id) => [token, id]));
}

/** Most frequent first; equally frequent ones in the order of their code units, so that a vocabulary is always the same. */
export function byFrequency(counts: Iterable<readonly [string, number]>): [string, number][] {
  return [...counts]
    .map(([token, count]): [string, number] => [token, count])
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** The most frequent tokens, at most so many, that occur at least so often, or all where none does. */
export function frequentTokens(counts: ReadonlyMap<string, number>, leastOften: number, most: number): string[] {
  const all = byFrequency(counts);
  const often = all.filter(([, count]) => count >= leastOften);
  return (often.length > 0 ? often : all).slice(0, most).map(([token]) => token);
}
