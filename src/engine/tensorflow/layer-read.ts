import type { LayerWeights } from './layer-weights';
import type { Operations, Value } from './operations';

/** Entries of a table up to which a product with ones and zeros is faster than to take rows and transpose them, and back. */
const mostOneHot = 256;

/** How values of all time steps lie: unit by unit, or step by step and row by row. */
export type Lie = 'columns' | 'rows';

/** What a layer reads over all time steps: a sequence of numbers, or rows of a table of embeddings. */
export class LayerRead {
  readonly timeSteps: number;
  readonly batch: number;
  readonly inputs: number;
  /** Of tokens the row of the table that each step reads: [time · batch]. */
  private readonly places: Value | undefined;
  private readonly made = new Map<string, Value>();

  /**
   * @param own [batch, time, inputs], or of tokens a table [entries, inputs]
   * @param ids of tokens, [batch, time]
   */
  constructor(
    private readonly tensors: Operations,
    private readonly own: Value,
    ids: Value | undefined,
  ) {
    const [batch = 0, timeSteps = 0] = (ids ?? own).shape;
    this.batch = batch;
    this.timeSteps = timeSteps;
    this.inputs = own.shape.at(-1) ?? 0;
    this.places = ids && tensors.reshapeWhole(tensors.transposeWhole(ids, [1, 0]), [-1]);
  }

  /** Everything that it needs to stay there until the way back. */
  get held(): readonly Value[] {
    return [this.own, ...(this.places ? [this.places] : []), ...this.made.values()];
  }

  /** Whether the table is multiplied before its rows are taken: exact up to rounding, and fewer products for a short table. */
  get isMultiplied(): boolean {
    return this.places !== undefined && this.entries <= this.batch * this.timeSteps;
  }

  /** Step by step, row by row: [time · batch, inputs]. */
  rows(): Value {
    const { tensors, own, places, inputs } = this;
    return this.once('rows', () =>
      places ? tensors.gather(own, places) : tensors.reshape(tensors.transpose(own, [1, 0, 2]), [-1, inputs]),
    );
  }

  /** [inputs, time · batch] */
  columns(): Value {
    const { tensors, own, places, inputs } = this;
    return this.once('columns', () =>
      places
        ? tensors.transpose(this.rows(), [1, 0])
        : tensors.reshape(tensors.transpose(own, [2, 1, 0]), [inputs, -1]),
    );
  }

  /** Of a table that is multiplied before its rows are taken, what comes of them: [units of all, time · batch]. */
  products(weights: LayerWeights, names: readonly string[], biases: readonly string[]): Value | undefined {
    const { tensors, own, places } = this;
    if (!places || !this.isMultiplied) return undefined;
    if (this.isShort) {
      const plain = tensors.matMul(weights.under(names), own, { transposeB: true });
      const product = biases.length > 0 ? tensors.add(plain, weights.column(biases)) : plain;
      return tensors.matMul(product, this.ones(places));
    }
    const plain = tensors.matMul(own, weights.beside(names));
    const product = biases.length > 0 ? tensors.add(plain, weights.row(biases)) : plain;
    return tensors.transpose(tensors.gather(product, places), [1, 0]);
  }

  /** What was read, multiplied, with its bias: [time · batch, units of all + padding]. */
  productRows(weights: LayerWeights, names: readonly string[], biases: readonly string[], padding: number): Value {
    const { tensors, own, places } = this;
    const product = tensors.matMul(this.isMultiplied ? own : this.rows(), weights.beside(names, padding));
    const value = biases.length > 0 ? tensors.add(product, weights.row(biases, padding)) : product;
    return places && this.isMultiplied ? tensors.gather(value, places) : value;
  }

  /**
   * The gradient of a matrix that was multiplied with what was read, and of a table that was multiplied.
   *
   * @param gradients of the product: as columns [units, time · batch], as rows [time · batch, units]
   * @param matrix [inputs, units]
   */
  backwards(
    gradients: Value,
    lie: Lie,
    matrix: Value,
    wantsTable: boolean,
  ): { readonly matrix: Value; readonly table: Value | undefined } {
    const { tensors, own } = this;
    if (!this.isMultiplied) {
      const product =
        lie === 'rows'
          ? tensors.matMul(this.rows(), gradients, { transposeA: true })
          : tensors.matMul(this.columns(), gradients, { transposeB: true });
      return { matrix: product, table: undefined };
    }
    const byEntry = this.sums(gradients, lie);
    return {
      matrix: tensors.matMul(own, byEntry, { transposeA: true }),
      table: wantsTable ? tensors.matMul(byEntry, matrix, { transposeB: true }) : undefined,
    };
  }

  /**
   * The gradient of what was read, in its shape.
   *
   * @param value as columns [inputs, time · batch], as rows [time · batch, inputs]
   */
  gradient(value: Value, lie: Lie): Value {
    const { tensors, places, timeSteps, batch, inputs } = this;
    if (places) return this.sums(value, lie);
    return lie === 'rows'
      ? tensors.transpose(tensors.reshape(value, [timeSteps, batch, inputs]), [1, 0, 2])
      : tensors.transpose(tensors.reshape(value, [inputs, timeSteps, batch]), [2, 1, 0]);
  }

  private get entries(): number {
    return this.own.shape[0] ?? 0;
  }

  private get isShort(): boolean {
    return this.entries <= mostOneHot;
  }

  /** 1 where an entry is read, else 0: [entries, time · batch]. */
  private ones(places: Value): Value {
    return this.once('ones', () => this.tensors.oneHot(places, this.entries));
  }

  /** What belongs to each entry of the table, added up: [entries, units]. */
  private sums(value: Value, lie: Lie): Value {
    const { tensors, places } = this;
    if (!places) throw new Error('There is no table');
    if (this.isShort && lie === 'columns') return tensors.matMul(this.ones(places), value, { transposeB: true });
    const rows = lie === 'rows' ? value : tensors.transpose(value, [1, 0]);
    return tensors.sumByNumber(rows, places, this.entries);
  }

  private once(name: string, make: () => Value): Value {
    const value = this.made.get(name) ?? make();
    this.made.set(name, value);
    return value;
  }
}
