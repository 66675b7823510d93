import type { ByteString } from './byte-string';

/** Two tokens that become one, in the order in which that was learned. */
export type Merge = readonly [ByteString, ByteString];

/**
 * All bytes in the order that byte-level tokenisers number them: those that are printed in Latin-1 first (Radford et al. 2019,
 * as their vocabularies are sorted).
 */
export const alphabet: readonly ByteString[] = (() => {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const isPrinted = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return [...all.filter(isPrinted), ...all.filter((byte) => !isPrinted(byte))].map((byte) => String.fromCharCode(byte));
})();

/** Ids are below this, so that a pair of them is one number. */
const idLimit = 2 ** 16;

/** A pair that comes less often is no habit of the text. */
const leastOften = 2;

/**
 * Learns merges from the distinct pieces of a text with how often each comes (byte-pair encoding, Sennrich et al. 2016): the
 * most frequent pair first, of equally frequent ones that of the lower ids. Pairs are counted once and then followed as pieces
 * change; work grows with the occurrences of merged pairs in distinct pieces.
 *
 * @param vocabularySize tokens at most, with the 256 bytes; below 65,536
 */
export function learnMerges(pieces: ReadonlyMap<ByteString, number>, vocabularySize: number): Merge[] {
  const names = [...alphabet];
  const idOf = new Map(names.map((name, id) => [name, id]));
  const words: { ids: number[]; readonly count: number }[] = [];
  const pairs = new Pairs();
  for (const [piece, count] of pieces) {
    const ids = Array.from(piece, (byte) => idOf.get(byte) ?? 0);
    pairs.add(ids, words.length, count);
    words.push({ ids, count });
  }
  pairs.queue(pairs.counts.keys());

  const merges: Merge[] = [];
  while (idOf.size < vocabularySize) {
    const pair = pairs.mostFrequent();
    if (pair === undefined) break;
    const [first, second] = [Math.floor(pair / idLimit), pair % idLimit];
    const merge: Merge = [names[first] ?? '', names[second] ?? ''];
    const name = merge[0] + merge[1];
    const id = idOf.get(name) ?? names.push(name) - 1;
    idOf.set(name, id);
    merges.push(merge);

    const made = new Set<number>();
    for (const at of pairs.wordsWith(pair)) {
      const word = words[at];
      if (!word) continue;
      const ids = joined(word.ids, first, second, id);
      if (ids.length === word.ids.length) continue;
      pairs.remove(word.ids, word.count);
      pairs.add(ids, at, word.count, (key) => {
        if (Math.floor(key / idLimit) === id || key % idLimit === id) made.add(key);
      });
      word.ids = ids;
    }
    pairs.queue(made);
  }
  return merges;
}

function joined(ids: readonly number[], first: number, second: number, id: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < ids.length; at++) {
    const isPair = ids[at] === first && ids[at + 1] === second;
    result.push(isPair ? id : (ids[at] ?? 0));
    if (isPair) at += 1;
  }
  return result;
}

/** How often each pair of ids comes, in which words, and which comes most often. */
class Pairs {
  readonly counts = new Map<number, number>();
  private readonly words = new Map<number, number[]>();
  /** A heap of pairs with the count that they had when they were queued, which is never too low. */
  private readonly heap: { readonly pair: number; readonly count: number }[] = [];

  add(ids: readonly number[], word: number, count: number, visit?: (pair: number) => void): void {
    for (let at = 1; at < ids.length; at++) {
      const pair = (ids[at - 1] ?? 0) * idLimit + (ids[at] ?? 0);
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + count);
      const known = this.words.get(pair);
      if (!known) this.words.set(pair, [word]);
      else if (known.at(-1) !== word) known.push(word);
      visit?.(pair);
    }
  }

  remove(ids: readonly number[], count: number): void {
    for (let at = 1; at < ids.length; at++) {
      const pair = (ids[at - 1] ?? 0) * idLimit + (ids[at] ?? 0);
      const left = (this.counts.get(pair) ?? 0) - count;
      if (left > 0) this.counts.set(pair, left);
      else this.counts.delete(pair);
    }
  }

  /** Words that have had a pair; they are not kept, since a merge leaves none with it. */
  wordsWith(pair: number): ReadonlySet<number> {
    const found = new Set(this.words.get(pair));
    this.words.delete(pair);
    return found;
  }

  queue(pairs: Iterable<number>): void {
    for (const pair of pairs) this.push(pair, this.counts.get(pair) ?? 0);
  }

  mostFrequent(): number | undefined {
    for (let top = this.pop(); top !== undefined; top = this.pop()) {
      const count = this.counts.get(top.pair) ?? 0;
      if (count === top.count && count >= leastOften) return top.pair;
      if (count < top.count) this.push(top.pair, count);
    }
    return undefined;
  }

  private push(pair: number, count: number): void {
    if (count < leastOften) return;
    const { heap } = this;
    const own = { pair, count };
    let at = heap.push(own) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(own, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = own;
  }

  private pop(): { readonly pair: number; readonly count: number } | undefined {
    const { heap } = this;
    const [top] = heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const next = isRight ? right : left;
      if (!next || !isBefore(next, last)) break;
      heap[at] = next;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
    return top;
  }
}

type Queued = { readonly pair: number; readonly count: number };
const isBefore = (a: Queued, b: Queued) => a.count > b.count || (a.count === b.count && a.pair < b.pair);
