import type { Random } from '../base/random';
import type { Cell } from '../cells/expression';
import { cellParameters } from '../cells/parameters';
import { lookup } from '../engine/losses';
import { recurrent } from '../engine/recurrent';
import { tf } from '../engine/tensors';
import { drawParameter, glorotUniform, standardNormal } from './initialise';

/** What the network reads at each step: a token, looked up in a learned table, or numbers as they are. */
export type InputSpec =
  | { readonly kind: 'tokens'; readonly vocabularySize: number; readonly embeddingSize: number }
  | { readonly kind: 'numbers'; readonly size: number };

export interface ModelSpec {
  readonly cell: Cell;
  readonly units: number;
  readonly layers: number;
  /** Share dropped between layers while training, 0 to 1. */
  readonly dropout: number;
  readonly input: InputSpec;
  /** Width of the linear head. */
  readonly outputs: number;
}

/** Named arrays: how weights travel in and out. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** State of all layers, [batch, units] each: layer by layer, in the order of the cell's states. */
export type ModelState = readonly tf.Tensor2D[];

export interface ForwardResult {
  /** Logits or numbers: [batch, time, outputs]. */
  readonly output: tf.Tensor3D;
  readonly state: ModelState;
  /** For each layer every named value, when recorded: [batch, time, units]. */
  readonly values: readonly ReadonlyMap<string, tf.Tensor3D>[];
}

export interface ForwardOptions {
  /** Drops between layers with these random numbers; absent when not training. */
  readonly dropout?: Random | undefined;
  readonly record?: boolean;
}

/** Layers of a cell and a linear head, with their weights on the engine until `dispose`. */
export class Model {
  /** All weights; those that stay as they were drawn are not `trainable`. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;

  private constructor(
    readonly spec: ModelSpec,
    arrays: ReadonlyMap<string, NamedArray>,
  ) {
    const fixed = new Set(parameterList(spec).flatMap(({ name, trained }) => (trained ? [] : [name])));
    this.parameters = new Map(
      [...arrays].map(([name, { shape, values }]) => {
        // A variable shares its first tensor, which lives on until it is disposed of itself.
        const first = tf.tensor(values, [...shape]);
        const variable = tf.variable(first, !fixed.has(name));
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
  forward(input: tf.Tensor, state: ModelState, { dropout, record = false }: ForwardOptions = {}): ForwardResult {
    const { cell, layers, units, outputs } = this.spec;
    let sequence =
      this.spec.input.kind === 'tokens'
        ? lookup(this.weight('embedding') as tf.Tensor2D, input as tf.Tensor2D)
        : (input as tf.Tensor3D);
    const nextState: tf.Tensor2D[] = [];
    const values: ReadonlyMap<string, tf.Tensor3D>[] = [];
    for (let layer = 0; layer < layers; layer++) {
      if (layer > 0 && dropout && this.spec.dropout > 0)
        sequence = tf.mul(sequence, this.dropoutMask(sequence.shape, dropout));
      const own = state.slice(layer * cell.states.length, (layer + 1) * cell.states.length);
      const result = recurrent(cell, this.layerWeights(layer), sequence, own, { record });
      sequence = result.output;
      nextState.push(...result.state);
      values.push(result.values);
    }
    const [batch, timeSteps] = sequence.shape;
    const rows = tf.reshape(sequence, [batch * timeSteps, units]) as tf.Tensor2D;
    const output = tf.add(tf.matMul(rows, this.weight('head.W') as tf.Tensor2D), this.weight('head.b'));
    return { output: tf.reshape(output, [batch, timeSteps, outputs]) as tf.Tensor3D, state: nextState, values };
  }

  /** Copies of all weights. */
  async toArrays(): Promise<Map<string, NamedArray>> {
    const entries = [...this.parameters].map(
      async ([name, variable]): Promise<[string, NamedArray]> => [
        name,
        { shape: variable.shape, values: Float32Array.from(await variable.data()) },
      ],
    );
    return new Map(await Promise.all(entries));
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
  }

  private weight(name: string): tf.Variable {
    const variable = this.parameters.get(name);
    if (!variable) throw new Error(`The weight ${name} is missing`);
    return variable;
  }

  private layerWeights(layer: number): ReadonlyMap<string, tf.Tensor> {
    const prefix = `layers.${layer}.`;
    return new Map(
      [...this.parameters]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, variable]) => [name.slice(prefix.length), variable]),
    );
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

/** Names of the state tensors in the order of `ModelState`: `layers.0.h`. */
export function stateNames({ cell, layers }: ModelSpec): string[] {
  return Array.from({ length: layers }, (_, layer) => cell.states.map((name) => `layers.${layer}.${name}`)).flat();
}

/** How many numbers the weights of a model are, with those that stay as they were drawn. */
export function countParameters(spec: ModelSpec): number {
  return parameterList(spec).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly draw: (random: Random) => Float32Array;
  /** False: never changed by training. */
  readonly trained: boolean;
}

function parameterList(spec: ModelSpec): ParameterEntry[] {
  const { cell, units, layers, input, outputs } = spec;
  const inputSize = input.kind === 'tokens' ? input.embeddingSize : input.size;
  const glorot = (name: string, shape: number[]): ParameterEntry => ({
    name,
    shape,
    draw: (random) => glorotUniform(shape, random),
    trained: true,
  });
  const embedding: ParameterEntry[] = [];
  if (input.kind === 'tokens') {
    const shape = [input.vocabularySize, input.embeddingSize];
    embedding.push({ name: 'embedding', shape, draw: (random) => standardNormal(shape, random), trained: true });
  }
  const recurrentLayers = Array.from({ length: layers }, (_, layer) =>
    cellParameters(cell, layer === 0 ? inputSize : units, units).map((parameter): ParameterEntry => {
      const { name, shape, trained } = parameter;
      return { name: `layers.${layer}.${name}`, shape, trained, draw: (random) => drawParameter(parameter, random) };
    }),
  );
  const head = [
    glorot('head.W', [units, outputs]),
    { name: 'head.b', shape: [outputs], draw: () => new Float32Array(outputs), trained: true },
  ];
  return [...embedding, ...recurrentLayers.flat(), ...head];
}
