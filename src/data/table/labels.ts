import { type Rows, rowsOf } from './rows';

const blockRows = 1024;
/** No text holds a NUL character. */
const separator = '\0';
const mostCommon = 0x7e;

/**
 * Collects short texts in few bytes: of each only what differs from the one before it is kept, as a dictionary does
 * (front coding; Witten, Moffat and Bell 1999). Each block begins with a whole one.
 */
export class PackedLabels {
  private readonly blocks: Uint8Array[] = [];
  private block = '';
  private previous = '';
  private length = 0;

  push(label: string): void {
    const begins = this.length % blockRows === 0;
    const common = begins ? 0 : commonStart(this.previous, label);
    // The count as a character that is never NUL and one byte in UTF-8.
    this.block += `${begins ? '' : separator}${String.fromCharCode(common + 1)}${label.slice(common)}`;
    this.previous = label;
    this.length += 1;
    if (this.length % blockRows === 0) this.endBlock();
  }

  /** Nothing can be pushed after that. */
  finish(): Rows<string> {
    if (this.length % blockRows > 0) this.endBlock();
    const { blocks, length } = this;
    let last = { block: -1, labels: [] as readonly string[] };
    return rowsOf(length, (row) => {
      const block = Math.floor(row / blockRows);
      if (block !== last.block) last = { block, labels: unpacked(blocks[block]) };
      return last.labels[row % blockRows] ?? '';
    });
  }

  private endBlock(): void {
    this.blocks.push(new TextEncoder().encode(this.block));
    this.block = '';
  }
}

/** How many characters both begin with; ASCII alone, so that no pair of surrogates is cut. */
function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length, mostCommon - 1);
  let common = 0;
  while (common < most && a.charCodeAt(common) === b.charCodeAt(common) && b.charCodeAt(common) < 0x80) common += 1;
  return common;
}

function unpacked(block: Uint8Array | undefined): readonly string[] {
  let previous = '';
  return new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(block)
    .split(separator)
    .map((entry) => {
      previous = previous.slice(0, entry.charCodeAt(0) - 1) + entry.slice(1);
      return previous;
    });
}
