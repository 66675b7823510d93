import type { Random } from '../base/random';
import { type TokenModel, tokenStep } from '../engine/backend/token-step';
import { ctcLoss } from '../engine/ctc';
import { headCrossEntropy, linearHead } from '../engine/head';
import { framesOf, pixelRows } from '../engine/pixels';
import { pool } from '../engine/pooling';
import { engineBackend, tf } from '../engine/tensors';
import { pixelsOf } from '../engine/wasm/images';
import { attending, firstStateOf, type Weights } from './decoder';
import type {
  BatchSequences,
  Decoded,
  ForwardOptions,
  ForwardResult,
  LossGradients,
  Memory,
  ModelState,
} from './forward';
import { joined, type ModelSpec, type NamedArray, parameterList, pieces, sizeOf, stateNames } from './parameters';
import { type Recording, runStack, type Stack, type StackOptions, type StackResult } from './stack';
import { engineReader, plainReader, type TokenReader } from './token-reader';

/** Layers of a cell and a linear head, with their weights on the engine until `dispose`. */
export class Model {
  /** What training changes: the table of embeddings, each layer's weights one after another, and the head. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;

  private constructor(
    readonly spec: ModelSpec,
    arrays: ReadonlyMap<string, NamedArray>,
  ) {
    this.parameters = new Map(
      joined(spec, arrays).map(({ name, shape, values }) => {
        // A variable shares its first tensor, which lives on until it is disposed of itself.
        const first = tf.tensor(values, [...shape]);
        const variable = tf.variable(first, true);
        first.dispose();
        return [name, variable];
      }),
    );
  }

  /** With weights drawn at random: input maps and head by Glorot, recurrent maps orthogonal, biases filled. */
  static initialise(spec: ModelSpec, random: Random): Model {
    return new Model(
      spec,
      new Map(parameterList(spec).map(({ name, shape, draw }) => [name, { shape, values: draw(random) }])),
    );
  }

  /** With given weights. Throws if one is missing or of another shape. */
  static fromArrays(spec: ModelSpec, arrays: ReadonlyMap<string, NamedArray>): Model {
    const own = parameterList(spec).map(({ name, shape }): [string, NamedArray] => {
      const array = arrays.get(name);
      if (!array) throw new Error(`The weight ${name} is missing`);
      if (array.shape.join() !== shape.join())
        throw new Error(`The weight ${name} has the shape [${array.shape}], not [${shape}]`);
      return [name, array];
    });
    return new Model(spec, new Map(own));
  }

  /** Of a model that reads pixels one for each of them, frame by frame. */
  zeroState(batch: number): ModelState {
    const rows = batch * pixelsOf(this.spec.image);
    return stateNames(this.spec).map(() => tf.zeros([rows, this.spec.units]) as tf.Tensor2D);
  }

  /** @param input ids [batch, time], or numbers [batch, time, size] */
  forward(input: tf.Tensor, state: ModelState, options: ForwardOptions = {}): ForwardResult {
    const { dropout, lengths, written } = options;
    const { pooling, decoder } = this.spec;
    const mask =
      dropout && this.spec.dropout > 0
        ? (shape: readonly [number, number, number]) => this.dropoutMask(shape, dropout)
        : undefined;
    const read = this.read(input, state, { mask, lengths });
    const [batch, timeSteps] = read.output.shape;
    const ends = lengths ?? Array<number>(batch).fill(timeSteps);
    let hidden = read.output;
    if (pooling) hidden = pool(hidden, pooling, ends, pooling === 'attention' ? this.matrix('attention') : undefined);
    if (decoder) {
      if (!written) throw new Error('A model with a decoder needs what is written');
      const memory = { sequence: read.output, lengths: ends };
      const decoded = this.decode(written, memory, this.firstState(memory), mask);
      hidden = decoded.hidden;
    }
    const head = [this.matrix('head.W'), this.vector('head.b')] as const;
    const output = () => this.logits(hidden);
    return {
      get output() {
        return output();
      },
      crossEntropy: (targets) => headCrossEntropy(hidden, ...head, targets),
      ctc: (labels) => ctcLoss(output(), labelsOf(labels), ends),
      state: read.state,
    };
  }

  /**
   * Every named value of each layer that reads, in each direction: [batch, time, units]; of pixels the mean over all of a
   * frame.
   *
   * @param input ids [batch, time], or numbers [batch, time, size]
   */
  inside(input: tf.Tensor): readonly Recording[] {
    const batch = input.shape[0] ?? 0;
    const { values } = this.read(input, this.zeroState(batch), { record: true });
    if (!this.spec.image) return values;
    const overPixels = (value: tf.Tensor3D) => tf.mean(tf.reshape(value, [batch, -1, ...value.shape.slice(1)]), 1);
    return values.map((recording) => ({
      ...recording,
      values: new Map([...recording.values].map(([name, value]) => [name, overPixels(value) as tf.Tensor3D])),
    }));
  }

  /**
   * What a decoder attends to.
   *
   * @param input ids [batch, time], or numbers [batch, time, size]
   */
  encode(input: tf.Tensor, lengths: readonly number[]): Memory {
    return { sequence: this.read(input, this.zeroState(lengths.length), { lengths }).output, lengths };
  }

  /** A decoder's state before it writes. */
  firstState(memory: Memory): ModelState {
    return firstStateOf(this.spec, this.weights, memory);
  }

  /**
   * Goes on writing.
   *
   * @param ids what is written already, [batch, time]
   */
  decode(ids: tf.Tensor2D, memory: Memory, state: ModelState, mask?: StackOptions['mask']): Decoded {
    const source = { table: this.matrix('decoder.embedding'), ids };
    const written = runStack(this.stack('decoder.'), source, state, { mask });
    return { ...attending(this.spec, this.weights, written.output, memory), state: written.state };
  }

  /** What the head says of each step: [batch, time, outputs]; of pixels [batch, time, pixels · outputs]. */
  logits(hidden: tf.Tensor3D): tf.Tensor3D {
    const { image } = this.spec;
    const said = linearHead(hidden, this.matrix('head.W'), this.vector('head.b'));
    return image ? framesOf(said, pixelsOf(image)) : said;
  }

  /**
   * Mean cross-entropy of the model's logits, in nats per token, with its gradient for each parameter by the variable's own
   * name, and the next state.
   *
   * @param input ids [batch, time], or numbers [batch, time, size]
   * @param targets class numbers [batch, time]; of a model that pools [batch, 1]; a negative one does not count
   */
  crossEntropyGradients(
    input: tf.Tensor,
    targets: tf.Tensor2D,
    state: ModelState,
    dropout: Random,
    sequences: BatchSequences = {},
  ): LossGradients {
    const backend = engineBackend();
    const { input: read, dropout: share, layers: count, pooling, bidirectional, decoder } = this.spec;
    const isOther = pooling !== undefined || bidirectional || decoder !== undefined;
    if (!backend || read.kind !== 'tokens' || isOther || (share > 0 && count > 1)) {
      return this.gradients((result) => result.crossEntropy(targets), input, state, dropout, sequences);
    }
    const model = this.tokenModel();
    const { embedding, layers, headWeights, headBias } = model;
    const { loss, gradients, next } = tokenStep(backend, this.spec.cell, model, input as tf.Tensor2D, targets, state);
    const named: tf.NamedTensorMap = {
      [embedding.name]: gradients.embedding,
      [headWeights.name]: gradients.headWeights,
      [headBias.name]: gradients.headBias,
    };
    layers.forEach((variable, layer) => {
      named[variable.name] = gradients.layers[layer] as tf.Tensor;
    });
    return { loss: loss as tf.Scalar, gradients: named, next: next as tf.Tensor2D[] };
  }

  /**
   * Reads a text token by token. To be ended.
   *
   * @param length how many tokens will be read in all
   */
  reader(length: number): TokenReader {
    const backend = engineBackend();
    return backend
      ? engineReader(backend, this.spec.cell, this.tokenModel(), this.zeroState(1), length)
      : plainReader(this);
  }

  /** The same of any loss of a forward pass. */
  gradients(
    loss: (result: ForwardResult) => tf.Scalar,
    input: tf.Tensor,
    state: ModelState,
    dropout: Random,
    sequences: BatchSequences = {},
  ): LossGradients {
    let next: tf.Tensor2D[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const forward = this.forward(input, state, { dropout, ...sequences });
      next = forward.state.map((tensor) => tf.keep(tensor.clone()));
      return loss(forward);
    }, [...this.parameters.values()]);
    return { loss: value, gradients: grads, next };
  }

  /** Copies of all weights. */
  async toArrays(): Promise<Map<string, NamedArray>> {
    const entries = [...this.parameters].map(
      async ([name, variable]) => [name, Float32Array.from(await variable.data())] as const,
    );
    return this.named(new Map(await Promise.all(entries)));
  }

  /** Arrays of the parameters, weights or whatever belongs to them, by the names of the single weights. */
  named(arrays: ReadonlyMap<string, Float32Array>): Map<string, NamedArray> {
    return new Map(
      pieces(this.spec).flatMap(({ name, weights }) => {
        let at = 0;
        return weights.map((weight): [string, NamedArray] => {
          const from = at;
          at += sizeOf(weight.shape);
          const values = arrays.get(name)?.slice(from, at) ?? new Float32Array(sizeOf(weight.shape));
          return [weight.name, { shape: weight.shape, values }];
        });
      }),
    );
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
  }

  private tokenModel(): TokenModel<tf.Variable> {
    return {
      embedding: this.weight('embedding'),
      layers: Array.from({ length: this.spec.layers }, (_, layer) => this.weight(`layers.${layer}`)),
      headWeights: this.weight('head.W'),
      headBias: this.weight('head.b'),
    };
  }

  private read(input: tf.Tensor, state: ModelState, options: StackOptions): StackResult {
    const isTokens = this.spec.input.kind === 'tokens';
    const { image } = this.spec;
    const numbers = () => (image ? pixelRows(input as tf.Tensor3D, pixelsOf(image)) : (input as tf.Tensor3D));
    const source = isTokens ? { table: this.matrix('embedding'), ids: input as tf.Tensor2D } : numbers();
    return runStack(this.stack(''), source, state, options);
  }

  private stack(prefix: '' | 'decoder.'): Stack {
    const layers = (of: string) =>
      Array.from({ length: this.spec.layers }, (_, layer) => this.weight(`${of}layers.${layer}`));
    const isBoth = prefix === '' && this.spec.bidirectional;
    return {
      cell: this.spec.cell,
      layers: layers(prefix),
      reverse: isBoth ? layers('reverse.') : [],
      image: this.spec.image,
    };
  }

  private get weights(): Weights {
    return { matrix: (name) => this.matrix(name), vector: (name) => this.vector(name) };
  }

  private matrix(name: string): tf.Tensor2D {
    return this.weight(name) as unknown as tf.Tensor2D;
  }

  private vector(name: string): tf.Tensor1D {
    return this.weight(name) as unknown as tf.Tensor1D;
  }

  private weight(name: string): tf.Variable {
    const variable = this.parameters.get(name);
    if (!variable) throw new Error(`The weight ${name} is missing`);
    return variable;
  }

  /** Inverted dropout (Srivastava et al. 2014): what is kept is scaled, so that inference changes nothing. */
  private dropoutMask(shape: readonly [number, number, number], random: Random): tf.Tensor3D {
    const keep = 1 - this.spec.dropout;
    const mask = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () =>
      random.uniform() < keep ? 1 / keep : 0,
    );
    return tf.tensor3d(mask, [...shape]);
  }
}

/** The rows of a matrix without the negative numbers at their ends. */
function labelsOf(labels: tf.Tensor2D): number[][] {
  const [rows, most] = labels.shape;
  const values = labels.dataSync();
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * most, (row + 1) * most)).filter((label) => label >= 0),
  );
}
