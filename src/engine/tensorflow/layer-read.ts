import type { LayerWeights } from './layer-weights';
import type { Operations, Value } from './operations';

/** What a layer reads over all time steps: a sequence of numbers, or rows of a table of embeddings. */
export class LayerRead {
  readonly timeSteps: number;
  readonly batch: number;
  readonly inputs: number;
  /** Of tokens the row of the table that each step reads: [time · batch]. */
  private readonly places: Value | undefined;
  private rowByRow: Value | undefined;

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
    return [this.own, this.places, this.rowByRow].filter((value) => value !== undefined);
  }

  /** Whether the table is multiplied before its rows are taken: exact up to rounding, and fewer products for a short table. */
  get isMultiplied(): boolean {
    return this.places !== undefined && (this.own.shape[0] ?? 0) <= this.batch * this.timeSteps;
  }

  /** Step by step, row by row: [time · batch, inputs]. */
  rows(): Value {
    this.rowByRow ??= this.places
      ? this.tensors.gather(this.own, this.places)
      : this.tensors.reshape(this.tensors.transpose(this.own, [1, 0, 2]), [-1, this.inputs]);
    return this.rowByRow;
  }

  /** [time, inputs, batch] */
  bySteps(): Value {
    return this.places ? this.turned(this.rows(), this.inputs) : this.tensors.transpose(this.own, [1, 2, 0]);
  }

  /** Of a table that is multiplied before its rows are taken, the product's rows: [time, units of all, batch]. */
  products(weights: LayerWeights, names: readonly string[], biases: readonly string[]): Value | undefined {
    const { places, tensors } = this;
    if (!places || !this.isMultiplied) return undefined;
    const plain = tensors.matMul(this.own, weights.beside(names));
    const product = biases.length > 0 ? tensors.add(plain, weights.row(biases)) : plain;
    return this.turned(tensors.gather(product, places), product.shape[1] ?? 0);
  }

  /**
   * The gradients of a matrix that was multiplied with what was read, and of that.
   *
   * @param gradients of the product, row by row: [time · batch, units]
   * @param matrix [inputs, units]
   */
  backwards(
    gradients: Value,
    matrix: Value,
    wantsInput: boolean,
  ): { readonly matrix: Value; readonly input: Value | undefined } {
    const { tensors, own, places } = this;
    if (places && this.isMultiplied) {
      const byEntry = tensors.sumByNumber(gradients, places, own.shape[0] ?? 0);
      return {
        matrix: tensors.matMul(own, byEntry, { transposeA: true }),
        input: wantsInput ? tensors.matMul(byEntry, matrix, { transposeB: true }) : undefined,
      };
    }
    return {
      matrix: tensors.matMul(this.rows(), gradients, { transposeA: true }),
      input: wantsInput ? this.gradient(tensors.matMul(gradients, matrix, { transposeB: true })) : undefined,
    };
  }

  /**
   * The gradient of what was read, in its shape.
   *
   * @param rows [time · batch, inputs]
   */
  gradient(rows: Value): Value {
    const { tensors, places, timeSteps, batch, inputs } = this;
    if (places) return tensors.sumByNumber(rows, places, this.own.shape[0] ?? 0);
    return tensors.transpose(tensors.reshape(rows, [timeSteps, batch, inputs]), [1, 0, 2]);
  }

  private turned(rows: Value, size: number): Value {
    return this.tensors.transpose(this.tensors.reshape(rows, [this.timeSteps, this.batch, size]), [0, 2, 1]);
  }
}
