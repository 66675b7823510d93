import type { TokenUnit } from '../../configuration/run';
import type { TextDataset } from '../../data';
import { ByteTokens, encodeBytePairs, encodeBytes, MergeCounts, splitPieces } from './byte-pair';
import { labelOfBytes, textOfBytes } from './byte-string';
import { encodeCharacters } from './characters';
import type { TokenIds } from './ids';
import type { Merge } from './merges';
import { unknownToken } from './vocabulary';
import { encodeWords, splitWords } from './words';

/** How a text is cut into tokens. */
export interface Tokens {
  readonly unit: TokenUnit;
  /** Of byte pairs, learned from the training part. */
  readonly merges?: readonly Merge[];
}

export interface EncodedText {
  /** `unknownToken`, then the most frequent first; of bytes all 256, and then what was joined, in the order of merges. */
  readonly vocabulary: readonly string[];
  /** Empty but for byte pairs. */
  readonly merges: readonly Merge[];
  readonly ids: TokenIds;
  /** Ids from here on are the validation part. */
  readonly boundary: number;
  /** Characters of the text before `boundary`. */
  readonly trainingCharacters: number;
  /** Share of the training part's tokens that the vocabulary covers. */
  readonly coverage: number;
}

/** Tokens of a byte-pair vocabulary unless asked otherwise: more cost much in the head of a small network. */
export const usualVocabulary = 1024;

/**
 * Numbers the tokens of a text, read twice and in parts: first to count those of the training part, then to number
 * all. Memory: one to three bytes a token.
 *
 * @param validationShare share of the code points at the end, kept out of the vocabulary
 * @param vocabularySize of byte pairs, with the 256 bytes
 */
export function encodeText(
  text: TextDataset,
  unit: TokenUnit,
  validationShare: number,
  vocabularySize = usualVocabulary,
): Promise<EncodedText> {
  const trainingCharacters = Math.floor(text.characters * (1 - validationShare));
  if (unit === 'chars') return encodeCharacters(text, trainingCharacters);
  if (unit === 'words') return encodeWords(text, trainingCharacters);
  if (unit === 'bytes') return encodeBytes(text, trainingCharacters);
  return encodeBytePairs(text, trainingCharacters, vocabularySize);
}

/** Tokens of a text: of characters or words strings whose concatenation it is, else strings of its bytes. */
export function tokensOf(text: string, { unit, merges = noMerges }: Tokens): string[] {
  if (unit === 'chars') return Array.from(text);
  return unit === 'words' ? [...splitWords(text)] : byteTokens(merges).of(text);
}

const made = new WeakMap<readonly Merge[], ByteTokens>();
const noMerges: readonly Merge[] = [];

/** What is made of merges is made once. */
function byteTokens(merges: readonly Merge[]): ByteTokens {
  const known = made.get(merges) ?? new ByteTokens(merges);
  made.set(merges, known);
  return known;
}

/** Merges for byte pairs, learned from short texts; none for other units. */
export function mergesOf(texts: Iterable<string>, unit: TokenUnit, vocabularySize = usualVocabulary): readonly Merge[] {
  if (unit !== 'byte-pair') return noMerges;
  const counts = new MergeCounts();
  for (const text of texts) for (const piece of splitPieces(text)) counts.add(piece);
  return counts.learn(vocabularySize);
}

/** Ids of a short text, such as a prompt. */
export function encodeTokens(text: string, tokens: Tokens, index: ReadonlyMap<string, number>): number[] {
  return tokensOf(text, tokens).map((token) => index.get(token) ?? 0);
}

/** Whether tokens are strings of bytes. */
export const areBytes = (unit: TokenUnit): boolean => unit === 'bytes' || unit === 'byte-pair';

/** The text that tokens are of; bytes that are no UTF-8 are U+FFFD. */
export function textOf(tokens: readonly string[], unit: TokenUnit): string {
  const text = tokens.join('');
  return areBytes(unit) ? textOfBytes(text) : text;
}

/** How a token is named alone; of a part of a character, its bytes: `\xE2\x80`. */
export function labelOf(token: string, unit: TokenUnit): string {
  return areBytes(unit) && token !== unknownToken ? labelOfBytes(token) : token;
}
