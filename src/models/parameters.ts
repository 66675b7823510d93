import type { Random } from '../base/random';
import type { Cell } from '../cells/expression';
import { cellParameters } from '../cells/parameters';
import type { AttentionScore } from '../engine/attention';
import type { Pooling } from '../engine/pooling';
import type { ImageSize } from '../engine/wasm/images';
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
  /**
   * Where the input is frames: their size. The layers then read each pixel's channels, a row for each pixel, and so does the
   * head; input and output are [batch, time, pixels · channels] all the same.
   */
  readonly image?: ImageSize | undefined;
  /** Where the head reads one vector of a whole sequence rather than each step: how that is made. */
  readonly pooling?: Pooling;
  /** Whether each layer also reads backwards; what it says at a step then knows the whole sequence. */
  readonly bidirectional?: boolean;
  /** Where the head reads not the layers, but others that write a second sequence and attend to what the first ones say. */
  readonly decoder?: DecoderSpec;
}

export interface DecoderSpec {
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  readonly attention: AttentionScore;
}

/** Named arrays: how weights travel in and out. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Names of the state tensors in the order of `ModelState`: `layers.0.h`. */
export function stateNames({ cell, layers }: ModelSpec): string[] {
  return Array.from({ length: layers }, (_, layer) => cell.states.map((name) => `layers.${layer}.${name}`)).flat();
}

/** How many numbers a model learns. */
export function countParameters(spec: ModelSpec): number {
  return parameterList(spec).reduce((sum, { shape, trained }) => sum + (trained ? sizeOf(shape) : 0), 0);
}

/** A model's parameters with the weights that each is made of. */
export function pieces(spec: ModelSpec): { readonly name: string; readonly weights: readonly ParameterEntry[] }[] {
  const list = new Map<string, ParameterEntry[]>();
  for (const entry of parameterList(spec)) {
    const name = /^((decoder|reverse)\.)?layers\.\d+/.exec(entry.name)?.[0] ?? entry.name;
    const known = list.get(name);
    if (known) known.push(entry);
    else list.set(name, [entry]);
  }
  return [...list].map(([name, weights]) => ({ name, weights }));
}

/** Arrays by single weights, to arrays by parameter: a layer's weights one after another. */
export function joined(
  spec: ModelSpec,
  arrays: ReadonlyMap<string, NamedArray>,
): { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[] {
  return pieces(spec).map(({ name, weights }) => {
    const [only] = weights;
    const isWhole = only?.name === name;
    const values = new Float32Array(weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    let at = 0;
    for (const weight of weights) {
      values.set(arrays.get(weight.name)?.values ?? [], at);
      at += sizeOf(weight.shape);
    }
    return { name, shape: isWhole ? only.shape : [values.length], values };
  });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly draw: (random: Random) => Float32Array;
  readonly trained: boolean;
}

/** Every single weight of a model, and how it is drawn. */
export function parameterList(spec: ModelSpec): ParameterEntry[] {
  const { cell, units, layers, input, outputs, pooling, bidirectional, decoder } = spec;
  const stack = (prefix: string, inputSize: number) =>
    Array.from({ length: layers }, (_, layer) =>
      cellParameters(cell, layer === 0 ? inputSize : units, units).map((parameter): ParameterEntry => {
        const { shape, trained } = parameter;
        const name = `${prefix}layers.${layer}.${parameter.name}`;
        return { name, shape, draw: (random) => drawParameter(parameter, random), trained };
      }),
    ).flat();
  const inputSize = input.kind === 'tokens' ? input.embeddingSize : input.size;
  return [
    ...(input.kind === 'tokens' ? [table('embedding', input)] : []),
    ...stack('', inputSize),
    ...(bidirectional ? stack('reverse.', inputSize) : []),
    ...(pooling === 'attention' ? [glorot('attention', [units, 1])] : []),
    ...(decoder
      ? [
          table('decoder.embedding', decoder),
          ...stack('decoder.', decoder.embeddingSize),
          ...decoderLinks(decoder, units, stateNames(spec)),
        ]
      : []),
    glorot('head.W', [units, outputs]),
    zeros('head.b', [outputs]),
  ];
}

/** What joins a decoder to what it reads: its first state, its attention, and how both become one vector. */
function decoderLinks({ attention }: DecoderSpec, units: number, states: readonly string[]): ParameterEntry[] {
  return [
    ...states.flatMap((name) => [glorot(`bridge.${name}.W`, [units, units]), zeros(`bridge.${name}.b`, [units])]),
    ...(attention === 'dot' ? [] : [glorot('attention.query', [units, units])]),
    ...(attention === 'additive'
      ? [glorot('attention.memory', [units, units]), glorot('attention.score', [units, 1])]
      : []),
    glorot('combine.W', [units, units]),
    glorot('combine.U', [units, units]),
    zeros('combine.b', [units]),
  ];
}

function table(name: string, sizes: { vocabularySize: number; embeddingSize: number }): ParameterEntry {
  const shape = [sizes.vocabularySize, sizes.embeddingSize];
  return { name, shape, draw: (random) => standardNormal(shape, random), trained: true };
}

function glorot(name: string, shape: readonly number[]): ParameterEntry {
  return { name, shape, draw: (random) => glorotUniform(shape, random), trained: true };
}

function zeros(name: string, shape: readonly number[]): ParameterEntry {
  return { name, shape, draw: () => new Float32Array(sizeOf(shape)), trained: true };
}
