import type { TextDataset } from '../../data';
import { type ByteString, bytesOf } from './byte-string';
import { PackedIds } from './ids';
import { alphabet, learnMerges, type Merge } from './merges';
import type { EncodedText } from './tokens';
import { unknownToken, vocabularyIndex } from './vocabulary';
import { dropRarest, mostCounted } from './words';

/** Pieces of a text within which bytes are joined: of one kind, with the space before them (Radford et al. 2019). */
const pattern = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Longer runs, as of genes or of code in base 64, are cut, so that a piece never costs much. */
const longestPiece = /.{1,64}/gsu;

/** A text that has no end of a piece is cut at this many characters, wherever that is. */
const longestRest = 1 << 20;

/** Pieces whose tokens are kept; beyond, they are joined anew. */
const mostKept = 200_000;

/** Pieces whose concatenation is the text. */
export function* splitPieces(text: string): Generator<string> {
  for (const [piece] of text.matchAll(pattern)) {
    if (piece.length <= 64) yield piece;
    else for (const [part] of piece.matchAll(longestPiece)) yield part;
  }
}

/** Cuts texts into tokens of bytes by merges, in the order in which they were learned; without any, into bytes. */
export class ByteTokens {
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly known = new Map<string, readonly ByteString[]>();

  constructor(merges: readonly Merge[]) {
    this.ranks = new Map(merges.map(([first, second], rank) => [pairKey(first, second), rank]));
  }

  /** Tokens whose concatenation is the text's UTF-8. */
  of(text: string): ByteString[] {
    if (this.ranks.size === 0) return Array.from(bytesOf(text));
    return Array.from(splitPieces(text), (piece) => this.ofPiece(piece)).flat();
  }

  ofPiece(piece: string): readonly ByteString[] {
    const known = this.known.get(piece);
    if (known) return known;
    if (this.known.size >= mostKept) this.known.clear();
    const tokens = this.joined(Array.from(bytesOf(piece)));
    // A copy: a slice would keep the whole part of the text that it was cut from.
    this.known.set(piece.split('').join(''), tokens);
    return tokens;
  }

  private joined(tokens: ByteString[]): ByteString[] {
    for (;;) {
      let least = Number.POSITIVE_INFINITY;
      let place = 0;
      for (let at = 1; at < tokens.length; at++) {
        const rank = this.ranks.get(pairKey(tokens[at - 1] ?? '', tokens[at] ?? ''));
        if (rank === undefined || rank >= least) continue;
        least = rank;
        place = at - 1;
      }
      if (least === Number.POSITIVE_INFINITY) return tokens;
      tokens.splice(place, 2, (tokens[place] ?? '') + (tokens[place + 1] ?? ''));
    }
  }
}

/** No byte is this unit. */
const pairKey = (first: ByteString, second: ByteString) => `${first}\u0100${second}`;

/** Learns merges from texts, of which there may be many and large ones: only their distinct pieces are kept, the frequent ones. */
export class MergeCounts {
  private readonly counts = new Map<ByteString, number>();

  add(piece: string): void {
    const bytes = bytesOf(piece);
    const count = this.counts.get(bytes);
    this.counts.set(count === undefined ? bytes.split('').join('') : bytes, (count ?? 0) + 1);
    if (this.counts.size > mostCounted) dropRarest(this.counts);
  }

  learn(vocabularySize: number): Merge[] {
    return learnMerges(this.counts, vocabularySize);
  }
}

/** UTF-8, a byte a token. */
export async function encodeBytes(text: TextDataset, trainingCharacters: number): Promise<EncodedText> {
  const encoder = new TextEncoder();
  const ids = new PackedIds();
  const idOf = new Uint16Array(256);
  alphabet.forEach((byte, at) => {
    idOf[byte.charCodeAt(0)] = at + 1;
  });
  let [characters, count, boundary] = [0, 0, 0];
  for await (const part of text.chunks()) {
    for (const byte of encoder.encode(part)) {
      const isContinued = (byte & 0xc0) === 0x80;
      if (!isContinued) characters += 1;
      ids.push(idOf[byte] ?? 0);
      count += 1;
      if (characters <= trainingCharacters) boundary = count;
    }
  }
  return {
    vocabulary: [unknownToken, ...alphabet],
    ...{ merges: [], ids: ids.finish(), boundary },
    ...{ trainingCharacters: Math.min(characters, trainingCharacters), coverage: 1 },
  };
}

/** @param vocabularySize tokens at most, with the 256 bytes */
export async function encodeBytePairs(
  text: TextDataset,
  trainingCharacters: number,
  vocabularySize: number,
): Promise<EncodedText> {
  const merges = await learned(text, trainingCharacters, vocabularySize);
  const tokens = new ByteTokens(merges);
  const vocabulary = [unknownToken, ...new Set([...alphabet, ...merges.map(([first, second]) => first + second)])];
  const index = vocabularyIndex(vocabulary);
  const ids = new PackedIds();
  let [characters, count, boundary, ofTraining] = [0, 0, 0, 0];
  await eachPiece(text, (piece) => {
    const isTraining = characters < trainingCharacters;
    for (const token of tokens.ofPiece(piece)) {
      ids.push(index.get(token) ?? 0);
      count += 1;
    }
    for (const _ of piece) characters += 1;
    if (isTraining) [boundary, ofTraining] = [count, characters];
  });
  return { vocabulary, merges, ids: ids.finish(), boundary, trainingCharacters: ofTraining, coverage: 1 };
}

async function learned(text: TextDataset, trainingCharacters: number, vocabularySize: number): Promise<Merge[]> {
  const counts = new MergeCounts();
  let characters = 0;
  await eachPiece(text, (piece) => {
    if (characters < trainingCharacters) counts.add(piece);
    for (const _ of piece) characters += 1;
  });
  return counts.learn(vocabularySize);
}

/** Visits the pieces across the parts of a text: a piece may end wherever white space follows what is none. */
async function eachPiece(text: TextDataset, visit: (piece: string) => void): Promise<void> {
  let rest = '';
  for await (const part of text.chunks()) {
    const joined = rest + part;
    const cut = joined.length > longestRest ? joined.length : lastEnd(joined);
    for (const piece of splitPieces(joined.slice(0, cut))) visit(piece);
    rest = joined.slice(cut);
  }
  for (const piece of splitPieces(rest)) visit(piece);
}

function lastEnd(text: string): number {
  for (let at = text.length - 1; at > 0; at--) if (isSpace(text[at]) && !isSpace(text[at - 1])) return at;
  return 0;
}

const isSpace = (unit: string | undefined) => unit !== undefined && /\s/.test(unit);
