import type { Random } from '../base/random';
import { nextToken, type TokenModel, tokenStep } from '../engine/backend/token-step';
import { headCrossEntropy, linearHead } from '../engine/head';
import { pool } from '../engine/pooling';
import { recurrent } from '../engine/recurrent';
import { engineBackend, tf } from '../engine/tensors';
import { joined, type ModelSpec, type NamedArray, parameterList, pieces, sizeOf, stateNames } from './parameters';

/** State of all layers, [batch, units] each: layer by layer, in the order of the cell's states. */
export type ModelState = readonly tf.Tensor2D[];

export interface ForwardResult {
  /** Logits or numbers, computed when they are asked for: [batch, time, outputs]; of a model that pools [batch, 1, outputs]. */
  readonly output: tf.Tensor3D;
  /**
   * Mean cross-entropy of a softmax over the logits, in nats per token.
   *
   * @param targets class numbers, [batch, time]; of a model that pools [batch, 1]
   */
  crossEntropy(targets: tf.Tensor2D): tf.Scalar;
  readonly state: ModelState;
  /** For each layer every named value, when recorded: [batch, time, units]. */
  readonly values: readonly ReadonlyMap<string, tf.Tensor3D>[];
}

export interface LossGradients {
  readonly loss: tf.Scalar;
  readonly gradients: tf.NamedTensorMap;
  readonly next: ModelState;
}

/** Reads a text token by token. */
export interface TokenReader {
  /** Logits of the token after these, which follow the ones before. */
  read(ids: readonly number[]): Float32Array;
  end(): void;
}

export interface ForwardOptions {
  /** Drops between layers with these random numbers; absent when not training. */
  readonly dropout?: Random | undefined;
  readonly record?: boolean;
  /** Steps of each sequence; absent: all. Only a model that pools can do with shorter ones. */
  readonly lengths?: readonly number[] | undefined;
}

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

  zeroState(batch: number): ModelState {
    return stateNames(this.spec).map(() => tf.zeros([batch, this.spec.units]) as tf.Tensor2D);
  }

  /** @param input ids [batch, time], or numbers [batch, time, size] */
  forward(input: tf.Tensor, state: ModelState, options: ForwardOptions = {}): ForwardResult {
    const { dropout, record = false, lengths } = options;
    const { cell, layers, pooling } = this.spec;
    const [first, ...others] = Array.from({ length: layers }, (_, layer) => layer);
    const own = (layer: number) => state.slice(layer * cell.states.length, (layer + 1) * cell.states.length);
    const weights = (layer: number) => this.weight(`layers.${layer}`) as unknown as tf.Tensor1D;
    const source =
      this.spec.input.kind === 'tokens'
        ? { table: this.weight('embedding') as unknown as tf.Tensor2D, ids: input as tf.Tensor2D }
        : (input as tf.Tensor3D);
    const results = [recurrent(cell, weights(first ?? 0), source, own(first ?? 0), { record })];
    for (const layer of others) {
      let sequence = results.at(-1)?.output as tf.Tensor3D;
      if (dropout && this.spec.dropout > 0) sequence = tf.mul(sequence, this.dropoutMask(sequence.shape, dropout));
      results.push(recurrent(cell, weights(layer), sequence, own(layer), { record }));
    }
    const top = results.at(-1)?.output as tf.Tensor3D;
    const [batch, timeSteps] = top.shape;
    const attention = pooling === 'attention' ? (this.weight('attention') as unknown as tf.Tensor2D) : undefined;
    const hidden = pooling ? pool(top, pooling, lengths ?? Array(batch).fill(timeSteps), attention) : top;
    const head = [
      this.weight('head.W') as unknown as tf.Tensor2D,
      this.weight('head.b') as unknown as tf.Tensor1D,
    ] as const;
    return {
      get output() {
        return linearHead(hidden, ...head);
      },
      crossEntropy: (targets) => headCrossEntropy(hidden, ...head, targets),
      state: results.flatMap((result) => result.state),
      values: results.map((result) => result.values),
    };
  }

  /**
   * Mean cross-entropy of the model's logits, in nats per token, with its gradient for each parameter by the variable's own
   * name, and the next state.
   *
   * @param input ids [batch, time], or numbers [batch, time, size]
   * @param targets class numbers [batch, time]; of a model that pools [batch, 1]
   * @param lengths steps of each sequence, where they differ
   */
  crossEntropyGradients(
    input: tf.Tensor,
    targets: tf.Tensor2D,
    state: ModelState,
    dropout: Random,
    lengths?: readonly number[],
  ): LossGradients {
    const backend = engineBackend();
    const { input: read, dropout: share, layers: count, pooling } = this.spec;
    if (!backend || read.kind !== 'tokens' || pooling || (share > 0 && count > 1)) {
      return this.gradients((result) => result.crossEntropy(targets), input, state, dropout, lengths);
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
    let state: readonly tf.TensorInfo[] = this.zeroState(1);
    if (!backend) {
      return {
        read: (ids) => {
          const before = state as ModelState;
          const [logits, ...next] = tf.tidy(() => {
            const forward = this.forward(tf.tensor2d([...ids], [1, ids.length], 'int32'), before);
            return [tf.reshape(tf.slice(forward.output, [0, ids.length - 1, 0], [1, 1, -1]), [-1]), ...forward.state];
          });
          tf.dispose([...before]);
          state = next;
          const values = Float32Array.from(logits?.dataSync() ?? []);
          logits?.dispose();
          return values;
        },
        end: () => tf.dispose([...(state as ModelState)]),
      };
    }
    // From here on the state is the backend's own, which TF.js does not count.
    const zeros = state as ModelState;
    state = zeros.map(({ shape }) => backend.makeTensorInfo(shape, 'float32', new Float32Array(sizeOf(shape))));
    tf.dispose([...zeros]);
    const model = this.tokenModel();
    return {
      read: (ids) => {
        const { logits, next } = nextToken(backend, this.spec.cell, model, ids, state, length);
        state = next;
        return logits;
      },
      end: () => {
        for (const { dataId } of state) backend.disposeData(dataId);
      },
    };
  }

  /** The same of any loss of a forward pass. */
  gradients(
    loss: (result: ForwardResult) => tf.Scalar,
    input: tf.Tensor,
    state: ModelState,
    dropout: Random,
    lengths?: readonly number[],
  ): LossGradients {
    let next: tf.Tensor2D[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const forward = this.forward(input, state, { dropout, lengths });
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

  private weight(name: string): tf.Variable {
    const variable = this.parameters.get(name);
    if (!variable) throw new Error(`The weight ${name} is missing`);
    return variable;
  }

  /** Inverted dropout (Srivastava et al. 2014): what is kept is scaled, so that inference changes nothing. */
  private dropoutMask(shape: [number, number, number], random: Random): tf.Tensor3D {
    const keep = 1 - this.spec.dropout;
    const mask = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () =>
      random.uniform() < keep ? 1 / keep : 0,
    );
    return tf.tensor3d(mask, shape);
  }
}
