import { excerpt } from '../../base/visible';
import type { NamedArray } from '../../models/parameters';
import { type LayerCell, standardLayers } from './cells';
import { type ReadShards, readManifest } from './manifest';
import { type Recurrent, recurrentOf } from './recurrent';
import { field, isObject, type Json, type LayerConfig, layerOf, readTopology } from './topology';
import { unreadable } from './unreadable';

/** Weights of one direction of a layer: kernel [input, gates · units], recurrent [units, gates · units], bias [gates · units]. */
export interface DirectionWeights {
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

export interface ReadLayer {
  /** Of each direction. */
  readonly units: number;
  readonly forward: DirectionWeights;
  readonly backward: DirectionWeights | undefined;
  /** Whether what both directions say stands side by side; else it is added. */
  readonly concatenates: boolean;
}

/** A stack that was read from a model's files. */
export interface ReadModel {
  readonly file: string;
  readonly generatedBy: string;
  readonly cell: LayerCell;
  readonly input:
    | { readonly kind: 'tokens'; readonly table: NamedArray }
    | { readonly kind: 'numbers'; readonly size: number };
  readonly layers: readonly ReadLayer[];
  readonly pooling: 'last' | 'mean' | undefined;
  /** [last layer's width, outputs] and [outputs]. */
  readonly head: { readonly kernel: Float32Array; readonly bias: Float32Array };
  /** Where it is of Unroll's. */
  readonly encoding: Json | undefined;
}

/**
 * Reads a model in TF.js' layers format: of Unroll, TF.js, or Keras by its converter.
 *
 * @param text of `model.json`
 * @param file its name, for messages
 * @throws UserError when it is no such model, or no stack that Unroll has the layers of
 */
export async function readLayers(text: string, file: string, read: ReadShards): Promise<ReadModel> {
  const json = parsed(text, file);
  const format = json.format ?? 'layers-model';
  if (format !== 'layers-model')
    throw unreadable(file, `Its format is ${excerpt(String(format))}, not layers-model`, 'Save it as a layers model.');
  const { name: model, layers } = readTopology(json.modelTopology, file);
  const weights = await readManifest(json.weightsManifest, file, read);
  return new Reader(file, model, weights).model(layers, json);
}

/** Layers come in this order; recurrent ones may be several. */
const places: Readonly<Record<string, number>> = {
  InputLayer: 0,
  Embedding: 1,
  SimpleRNN: 2,
  LSTM: 2,
  GRU: 2,
  Bidirectional: 2,
  GlobalAveragePooling1D: 3,
  Dense: 4,
  TimeDistributed: 4,
  Activation: 5,
};
const mostLayers = 4;
const headActivations: readonly unknown[] = [undefined, 'linear', 'softmax', 'sigmoid'];

class Reader {
  constructor(
    private readonly file: string,
    private readonly modelName: string,
    private readonly weights: ReadonlyMap<string, NamedArray>,
  ) {}

  model(listed: readonly LayerConfig[], json: Json): ReadModel {
    const all = listed.filter(({ className }) => className !== 'Dropout');
    this.checkOrder(all);
    const of = (place: number) => all.filter(({ className }) => places[className] === place);
    const [embedding] = of(1);
    const table = embedding && this.embedding(embedding);
    let width = table?.shape[1];
    const read = of(2).map((layer, index, recurrent) => {
      const found = this.layer(layer, width, index === recurrent.length - 1);
      width = found.layer.units * (found.layer.concatenates ? 2 : 1);
      return found;
    });
    const [first] = read;
    const [head] = of(4);
    if (!first || !head || width === undefined)
      throw unreadable(this.file, first ? 'It has no Dense layer at its end' : 'It has no recurrent layer', onlyStacks);
    const other = read.find(({ description }) => description.cell !== first.description.cell);
    if (other)
      throw this.refuse(other.config, `is another cell than the first one`, 'Models with layers of one cell are read.');
    if (read.length > mostLayers)
      throw unreadable(this.file, `It has ${read.length} recurrent layers`, `Unroll has up to ${mostLayers}.`);
    const endsWhole = !read.at(-1)?.description.returnSequences;
    const { cell } = first.description;
    const { generatedBy, userDefinedMetadata } = json;
    const own = isObject(userDefinedMetadata) ? userDefinedMetadata.unroll : undefined;
    return {
      file: this.file,
      generatedBy: typeof generatedBy === 'string' ? generatedBy : 'unknown',
      cell: isObject(own) && own.cell === 'irnn' && cell === 'rnn-relu' ? 'irnn' : cell,
      input: table ? { kind: 'tokens', table } : { kind: 'numbers', size: first.inputSize },
      layers: read.map(({ layer }) => layer),
      pooling: of(3).length > 0 ? 'mean' : endsWhole ? 'last' : undefined,
      head: this.head(head, of(5)[0], width),
      encoding: isObject(own) && isObject(own.encoding) ? own.encoding : undefined,
    };
  }

  private checkOrder(layers: readonly LayerConfig[]): void {
    let last = -1;
    for (const layer of layers) {
      const place = places[layer.className];
      if (place === undefined) throw this.refuse(layer, 'has no counterpart in Unroll', onlyStacks);
      if (place < last || (place === last && place !== 2))
        throw this.refuse(layer, 'stands where Unroll has no such layer', onlyStacks);
      last = place;
    }
  }

  private embedding(layer: LayerConfig): NamedArray {
    if (field(layer.config, 'mask_zero') === true)
      throw this.refuse(layer, 'masks zeros (mask_zero)', 'Models without masks are read.');
    const sizes = ['input_dim', 'output_dim'].map((name) => this.size(layer, name));
    return { shape: sizes, values: this.take(layer, 'embeddings', sizes) };
  }

  /** @param width numbers that the layer reads, where that is known */
  private layer(config: LayerConfig, width: number | undefined, isLast: boolean) {
    const isBoth = config.className === 'Bidirectional';
    const inner = isBoth ? layerOf(config.config.layer, this.file).layer : config;
    const complain = (why: string, wayOut: string) => this.refuse(config, why, wayOut);
    const description = recurrentOf(inner, complain);
    const merge = isBoth ? mergeOf(config.config) : 'sum';
    if (merge !== 'sum' && merge !== 'concat')
      throw complain(`merges its directions by ${excerpt(String(merge))}`, 'Unroll reads concat and sum.');
    if (isBoth) {
      const back = field(config.config, 'backward_layer');
      const { goesBackwards: _, ...backward } = back
        ? recurrentOf(layerOf(back, this.file).layer, complain)
        : description;
      const { goesBackwards, ...forward } = description;
      if (goesBackwards || JSON.stringify(backward) !== JSON.stringify(forward))
        throw complain('has directions that differ in more than that', 'Make both directions alike.');
    } else if (description.goesBackwards)
      throw complain('reads backwards alone (go_backwards)', 'Unroll reads forwards, or both ways.');
    if (!isLast && !description.returnSequences)
      throw complain(
        'gives no sequence (return_sequences) to the recurrent layer behind it',
        'Let it return sequences.',
      );
    if (isBoth && !description.returnSequences)
      throw complain(
        'gives the last state of both directions (return_sequences: false), where Unroll takes the last step',
        'Return sequences, and take their mean by GlobalAveragePooling1D.',
      );
    const inputSize = width ?? this.firstSize(config, isBoth);
    const take = (direction: string) => this.directionOf(config, description, inputSize, direction);
    const layer: ReadLayer = {
      units: description.units,
      forward: take(isBoth ? 'forward' : ''),
      backward: isBoth ? take('backward') : undefined,
      concatenates: isBoth && merge === 'concat',
    };
    return { config, description, inputSize, layer };
  }

  private directionOf(config: LayerConfig, { cell, units, useBias }: Recurrent, inputSize: number, direction: string) {
    const width = standardLayers[cell].gates.length * units;
    return {
      kernel: this.take(config, 'kernel', [inputSize, width], direction),
      recurrent: this.take(config, 'recurrent_kernel', [units, width], direction),
      bias: useBias ? this.take(config, 'bias', [width], direction) : new Float32Array(width),
    };
  }

  /** What a first layer reads, its kernel alone tells for sure. */
  private firstSize(config: LayerConfig, isBoth: boolean): number {
    return this.find(config, 'kernel', isBoth ? 'forward' : '').array.shape[0] ?? 0;
  }

  private head(layer: LayerConfig, after: LayerConfig | undefined, width: number) {
    const isWrapped = layer.className === 'TimeDistributed';
    const dense = isWrapped ? layerOf(layer.config.layer, this.file).layer : layer;
    if (dense.className !== 'Dense') throw this.refuse(layer, `is of ${excerpt(dense.className)}`, onlyStacks);
    for (const one of [dense, after]) {
      if (one && !headActivations.includes(field(one.config, 'activation')))
        throw this.refuse(
          one,
          `has the activation ${excerpt(String(field(one.config, 'activation')))}`,
          'At the end of a model, linear, softmax and sigmoid are read.',
        );
    }
    const outputs = this.size(dense, 'units');
    return {
      kernel: this.take(layer, 'kernel', [width, outputs]),
      bias: field(dense.config, 'use_bias') === false ? new Float32Array(outputs) : this.take(layer, 'bias', [outputs]),
    };
  }

  private size(layer: LayerConfig, name: string): number {
    const size = field(layer.config, name);
    if (!Number.isSafeInteger(size) || Number(size) < 1)
      throw this.refuse(layer, `has no size (${name})`, 'Save the model again.');
    return Number(size);
  }

  private take(layer: LayerConfig, variable: string, shape: readonly number[], direction = ''): Float32Array {
    const { name, array } = this.find(layer, variable, direction);
    if (array.shape.join() !== shape.join())
      throw unreadable(
        this.file,
        `The weight ${excerpt(name, 80)} has the shape [${array.shape.join(', ')}], and its layer [${shape.join(', ')}]`,
        'Save the model again.',
      );
    return array.values;
  }

  /**
   * TF.js names a weight `layer/kernel`, Keras 2 `layer/lstm_cell/kernel`, Keras 3 with the model's name before it; of both
   * directions the second part tells which.
   */
  private find(layer: LayerConfig, variable: string, direction: string) {
    const found = [...this.weights].filter(([name]) => {
      const parts = name.split('/');
      if (parts[0] === this.modelName && parts[0] !== layer.name) parts.shift();
      return parts[0] === layer.name && parts.at(-1) === variable && (parts[1] ?? '').startsWith(direction);
    });
    const [only] = found;
    if (!only || found.length > 1)
      throw this.refuse(
        layer,
        `has ${only ? 'more than one weight' : 'no weight'} ${direction && `${direction} `}${variable}`,
        'Save the model again.',
      );
    return { name: only[0], array: only[1] };
  }

  private refuse({ name, className }: LayerConfig, why: string, wayOut: string) {
    return unreadable(this.file, `Its layer ${excerpt(name)} (${excerpt(className)}) ${why}`, wayOut);
  }
}

/** TF.js and Keras put directions side by side unless told otherwise; `null` keeps them apart. */
function mergeOf({ merge_mode, mergeMode }: Json): unknown {
  const merge = merge_mode === undefined ? mergeMode : merge_mode;
  return merge === undefined ? 'concat' : merge;
}

const onlyStacks =
  'Read are Embedding, SimpleRNN, LSTM, GRU, Bidirectional, Dropout, GlobalAveragePooling1D, and at the end Dense and Activation.';

function parsed(text: string, file: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (!isObject(value)) throw unreadable(file, 'It is no JSON object', 'Name the model.json of a TF.js layers model.');
  return value;
}
