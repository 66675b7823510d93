import { PackedNumbers } from './packed';
import { type Rows, rowsOf } from './rows';

const blockBytes = 1 << 20;

/** Collects texts in as many bytes as they take in UTF-8; each can be read without the others. */
export class PackedTexts {
  private readonly blocks: Uint8Array[] = [];
  /** Where each begins: the number of its block, times `span`, and the byte in it. */
  private readonly starts = new PackedNumbers();
  private readonly encoder = new TextEncoder();
  private block = new Uint8Array(blockBytes);
  private used = 0;
  private length = 0;

  push(text: string): void {
    let { read, written } = this.encoder.encodeInto(text, this.block.subarray(this.used));
    if (read < text.length) {
      this.endBlock();
      // A UTF-16 code unit takes at most three bytes of UTF-8.
      this.block = new Uint8Array(Math.max(blockBytes, 3 * text.length));
      ({ read, written } = this.encoder.encodeInto(text, this.block));
    }
    this.starts.push(this.blocks.length * span + this.used);
    this.used += written;
    this.length += 1;
  }

  /** Nothing can be pushed after that. */
  finish(): Rows<string> {
    this.endBlock();
    const { blocks, length } = this;
    const starts = this.starts.finish();
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return rowsOf(length, (row) => {
      const start = starts.at(row);
      const index = Math.floor(start / span);
      const next = row + 1 < length ? starts.at(row + 1) : Number.POSITIVE_INFINITY;
      const end = next < (index + 1) * span ? next % span : undefined;
      return decoder.decode(blocks[index]?.subarray(start % span, end));
    });
  }

  private endBlock(): void {
    this.blocks.push(this.block.slice(0, this.used));
    this.used = 0;
  }
}

/** No block has as many bytes. */
const span = 2 ** 32;
