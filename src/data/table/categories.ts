import { PackedNumbers } from './packed';
import { type Rows, rowsOf } from './rows';

/** More different texts than this name no groups. */
const mostDistinct = 10_000;

/** Collects texts of which few differ; of others nothing is kept. */
export class Categories {
  private readonly codes = new Map<string, number>();
  private readonly rows = new PackedNumbers();
  private overflows = false;

  push(text: string): void {
    if (this.overflows) return;
    let code = this.codes.get(text);
    if (code === undefined) {
      code = this.codes.size;
      this.codes.set(text, code);
      this.overflows = this.codes.size > mostDistinct;
    }
    this.rows.push(code);
  }

  /** Nothing can be pushed after that. */
  finish(): Rows<string> | undefined {
    if (this.overflows) return undefined;
    const names = [...this.codes.keys()];
    const rows = this.rows.finish();
    return rowsOf(rows.length, (row) => names[rows.at(row)] ?? '');
  }
}
