const blockBits = 14;
const blockIds = 1 << blockBits;

/**
 * Ids of tokens in the order of the text. The most frequent tokens have the least ids, and an id takes one byte where
 * all of its block of 16,384 are below 256; elsewhere one byte below 128, two below 16,384, and three beyond (a base 128
 * code). So a text takes about as many bytes as its file in UTF-8 at most.
 */
export interface TokenIds {
  readonly length: number;
  /** `count` ids from `from` on, or as many as there are. */
  read(from: number, count: number): Uint32Array;
  /** The ids from `from` on and before `to`, without a copy. */
  part(from: number, to?: number): TokenIds;
}

interface Block {
  readonly bytes: Uint8Array;
  /** Whether each id is a byte. */
  readonly plain: boolean;
}

/** Collects ids below 2^21. */
export class PackedIds {
  private readonly blocks: Block[] = [];
  private readonly staged = new Uint32Array(blockIds);
  private readonly bytes = new Uint8Array(3 * blockIds);
  private length = 0;

  push(id: number): void {
    this.staged[this.length % blockIds] = id;
    this.length += 1;
    if (this.length % blockIds === 0) this.pack(blockIds);
  }

  /** Nothing can be pushed after that. */
  finish(): TokenIds {
    if (this.length % blockIds > 0) this.pack(this.length % blockIds);
    return partOf(this.blocks, 0, this.length);
  }

  private pack(count: number): void {
    const ids = this.staged.subarray(0, count);
    const plain = ids.every((id) => id < 0x100);
    this.blocks.push({ plain, bytes: plain ? Uint8Array.from(ids) : this.bytes.slice(0, encode(ids, this.bytes)) });
  }
}

function partOf(blocks: readonly Block[], start: number, end: number): TokenIds {
  const length = end - start;
  return {
    length,
    read(from, count) {
      const ids = new Uint32Array(Math.max(0, Math.min(count, length - from)));
      for (let filled = 0; filled < ids.length; ) {
        const position = start + from + filled;
        const skipped = position & (blockIds - 1);
        const some = ids.subarray(filled, filled + blockIds - skipped);
        const block = blocks[position >>> blockBits];
        if (block?.plain) some.set(block.bytes.subarray(skipped, skipped + some.length));
        else if (block) decode(block.bytes, skipped, some);
        filled += some.length;
      }
      return ids;
    },
    part: (from, to = length) => partOf(blocks, start + from, start + Math.min(to, length)),
  };
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. Returns how many bytes there are. */
function encode(ids: Uint32Array, bytes: Uint8Array): number {
  let at = 0;
  for (let id of ids) {
    for (; id >= 0x80; id >>>= 7) bytes[at++] = id | 0x80;
    bytes[at++] = id;
  }
  return at;
}

function decode(bytes: Uint8Array, skipped: number, ids: Uint32Array): void {
  let at = 0;
  for (let left = skipped; left > 0; at++) if ((bytes[at] ?? 0) < 0x80) left -= 1;
  for (let i = 0; i < ids.length; i++) {
    let id = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      id |= (byte & 0x7f) << shift;
    }
    ids[i] = id;
  }
}
