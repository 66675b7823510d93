import type { Machine } from '../wasm/machine';
import { Block, type Stored } from './storage';

const ofWeights = new WeakMap<Stored, TableProducts>();

/** The products of a table of embeddings with a layer's weights, kept while neither changes. */
export class TableProducts {
  private block: Block | undefined;
  private table: Stored | undefined;
  private tableVersion = -1;
  private weightsVersion = -1;
  private isMade = false;

  private constructor(private readonly weights: Stored) {}

  static of(weights: Stored): TableProducts {
    const known = ofWeights.get(weights) ?? new TableProducts(weights);
    ofWeights.set(weights, known);
    return known;
  }

  /** Where the products are, and whether they have to be made first. */
  place(machine: Machine, table: Stored, bytes: number): { readonly at: number; readonly isStale: boolean } {
    const { weights } = this;
    if (this.table !== table || this.tableVersion !== table.version || this.weightsVersion !== weights.version) {
      this.table = table;
      this.tableVersion = table.version;
      this.weightsVersion = weights.version;
      this.isMade = false;
    }
    if (!this.block || this.block.bytes < bytes) this.block = weights.keep(Block.of(machine, bytes));
    const isStale = !this.isMade;
    this.isMade = true;
    return { at: this.block.at, isStale };
  }

  /** Something else was written in their place. */
  spoil(): void {
    this.isMade = false;
  }
}
