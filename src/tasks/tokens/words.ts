import type { TextDataset } from '../../data';
import { PackedIds } from './ids';
import type { EncodedText } from './tokens';
import { byFrequency, unknownToken, vocabularyIndex } from './vocabulary';

/** Vocabularies end here, since the head's cost grows with each entry. */
const mostWords = 5000;

/** Different words that are counted at once; beyond, the rarest are let go (lossy counting, Manku and Motwani 2002). */
export const mostCounted = 500_000;

/** A text without any white space is cut at this many characters, wherever that is. */
const longestRest = 1 << 20;

/** A word or a mark with the space before it, a line break, or another white space. Each white space begins a token. */
const pattern = / ?[\p{L}\p{M}\p{N}]+(?:['\u2019][\p{L}\p{M}]+)*| ?[^\s\p{L}\p{M}\p{N}]|\s/gu;

/** Tokens whose concatenation is the text. */
export function* splitWords(text: string): Generator<string> {
  for (const match of text.matchAll(pattern)) yield match[0];
}

export async function encodeWords(text: TextDataset, trainingCharacters: number): Promise<EncodedText> {
  const counts = new Map<string, number>();
  let tokenCount = 0;
  let boundary = 0;
  let characters = 0;
  let ofTraining = 0;
  await eachWord(text, (token) => {
    tokenCount++;
    const isTraining = characters < trainingCharacters;
    if (isTraining) {
      boundary = tokenCount;
      const count = counts.get(token);
      // A copy: a slice would keep the whole part of the text that it was cut from.
      counts.set(count === undefined ? token.split('').join('') : token, (count ?? 0) + 1);
      if (counts.size > mostCounted) dropRarest(counts);
    }
    for (const _ of token) characters++;
    if (isTraining) ofTraining = characters;
  });

  counts.delete(unknownToken);
  const kept = byFrequency(counts).slice(0, mostWords);
  const vocabulary = [unknownToken, ...kept.map(([token]) => token)];
  const index = vocabularyIndex(vocabulary);
  const ids = new PackedIds();
  await eachWord(text, (token) => ids.push(index.get(token) ?? 0));
  const covered = kept.reduce((sum, [, count]) => sum + count, 0);
  const coverage = boundary > 0 ? covered / boundary : 1;
  return { vocabulary, merges: [], ids: ids.finish(), boundary, trainingCharacters: ofTraining, coverage };
}

/** Visits the tokens across the parts of a text: what follows a part's last white space waits for the next part. */
async function eachWord(text: TextDataset, visit: (token: string) => void): Promise<void> {
  let rest = '';
  for await (const part of text.chunks()) {
    const joined = rest + part;
    const cut = joined.length > longestRest ? joined.length : Math.max(0, joined.search(/\s\S*$/u));
    for (const token of splitWords(joined.slice(0, cut))) visit(token);
    rest = joined.slice(cut);
  }
  for (const token of splitWords(rest)) visit(token);
}

/** Leaves at most half of the words, the more frequent ones. */
export function dropRarest(counts: Map<string, number>): void {
  for (let rare = 1; counts.size > mostCounted / 2; rare++) {
    for (const [token, count] of counts) if (count <= rare) counts.delete(token);
  }
}
