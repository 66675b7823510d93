const blockBits = 14;
const blockIds = 1 << blockBits;

/**
 * Ids of tokens in the order of the text. The most frequent tokens have the least ids, and each block of 16,384 is kept
 * in the fewer bytes of two ways: with as many bits an id as its greatest one needs, or with one byte an id below 128,
 * two below 16,384, and three beyond (a base 128 code). So a text takes fewer bytes than its file in UTF-8.
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
  /** Bits of an id; undefined in base 128. */
  readonly width: number | undefined;
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
    let all = 1;
    for (let index = 0; index < count; index++) all |= ids[index] ?? 0;
    const width = 32 - Math.clz32(all);
    const inBits = Math.ceil((count * width) / 8) + bitPadding;
    // In base 128 none takes less than a byte.
    const length = inBits < count ? Number.POSITIVE_INFINITY : encode(ids, this.bytes);
    this.blocks.push(
      inBits < length
        ? { width, bytes: inFixedWidth(ids, width, inBits) }
        : { width: undefined, bytes: this.bytes.slice(0, length) },
    );
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
        if (block?.width !== undefined) readFixedWidth(block.bytes, block.width, skipped, some);
        else if (block) decode(block.bytes, skipped, some);
        filled += some.length;
      }
      return ids;
    },
    part: (from, to = length) => partOf(blocks, start + from, start + Math.min(to, length)),
  };
}

/** Bytes behind the last id, so that four can be read from wherever one begins. */
const bitPadding = 3;

function inFixedWidth(ids: Uint32Array, width: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, bit = 0; i < ids.length; i++, bit += width) {
    const at = bit >>> 3;
    const shifted = (ids[i] ?? 0) << (bit & 7);
    for (let k = 0; k < 4; k++) bytes[at + k] = (bytes[at + k] ?? 0) | (shifted >>> (8 * k));
  }
  return bytes;
}

function readFixedWidth(bytes: Uint8Array, width: number, skipped: number, ids: Uint32Array): void {
  const mask = 2 ** width - 1;
  for (let i = 0, bit = skipped * width; i < ids.length; i++, bit += width) {
    const at = bit >>> 3;
    const four =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    ids[i] = (four >>> (bit & 7)) & mask;
  }
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
