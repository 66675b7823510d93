import type { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { NamedArray } from '../../models/parameters';
import { type LayerCell, standardLayers } from './cells';
import { type Lookup, lookupOf } from './lookup';
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

/** What both directions of a layer, or the one, say at a step, is so wide. */
export const widthOf = ({ units, concatenates }: ReadLayer) => units * (concatenates ? 2 : 1);

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
  return modelOf(lookupOf(file, model, weights), layers, json);
}

/** Layers come in this order; recurrent ones may be several. */
const places: ReadonlyMap<string, number> = new Map(
  Object.entries({
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
  }),
);
const mostLayers = 4;
const headActivations: readonly unknown[] = [undefined, 'linear', 'softmax', 'sigmoid'];

function modelOf(lookup: Lookup, listed: readonly LayerConfig[], json: Json): ReadModel {
  const { file, refuse } = lookup;
  const all = listed.filter(({ className }) => className !== 'Dropout');
  checkOrder(all, refuse);
  const of = (place: number) => all.filter(({ className }) => places.get(className) === place);
  const [embedding] = of(1);
  const table = embedding && tableOf(lookup, embedding);
  let width = table?.shape[1];
  const read = of(2).map((config, index, recurrent) => {
    const found = layerFrom(lookup, config, width, index === recurrent.length - 1);
    width = widthOf(found.layer);
    return { config, ...found };
  });
  const [first] = read;
  const [head] = of(4);
  if (!first || !head || width === undefined)
    throw unreadable(file, first ? 'It has no Dense layer at its end' : 'It has no recurrent layer', onlyStacks);
  const { cell } = first.description;
  const other = read.find(({ description }) => description.cell !== cell);
  if (other)
    throw refuse(other.config, 'is another cell than the first one', 'Models with layers of one cell are read.');
  if (read.length > mostLayers)
    throw unreadable(file, `It has ${read.length} recurrent layers`, `Unroll has up to ${mostLayers}.`);
  const { generatedBy, userDefinedMetadata } = json;
  const own = isObject(userDefinedMetadata) ? userDefinedMetadata.unroll : undefined;
  const endsWhole = !read.at(-1)?.description.returnSequences;
  return {
    file,
    generatedBy: typeof generatedBy === 'string' ? generatedBy : 'unknown',
    cell: isObject(own) && own.cell === 'irnn' && cell === 'rnn-relu' ? 'irnn' : cell,
    input: table ? { kind: 'tokens', table } : { kind: 'numbers', size: first.inputSize },
    layers: read.map(({ layer }) => layer),
    pooling: of(3).length > 0 ? 'mean' : endsWhole ? 'last' : undefined,
    head: headOf(lookup, head, of(5)[0], width),
    encoding: isObject(own) && isObject(own.encoding) ? own.encoding : undefined,
  };
}

function checkOrder(layers: readonly LayerConfig[], refuse: Lookup['refuse']): void {
  let last = -1;
  for (const layer of layers) {
    const place = places.get(layer.className);
    if (place === undefined) throw refuse(layer, 'has no counterpart in Unroll', onlyStacks);
    if (place < last || (place === last && place !== 2))
      throw refuse(layer, 'stands where Unroll has no such layer', onlyStacks);
    last = place;
  }
}

function tableOf({ refuse, size, take }: Lookup, layer: LayerConfig): NamedArray {
  if (field(layer.config, 'mask_zero') === true)
    throw refuse(layer, 'masks zeros (mask_zero)', 'Models without masks are read.');
  const shape = ['input_dim', 'output_dim'].map((name) => size(layer, name));
  return { shape, values: take(layer, 'embeddings', shape) };
}

/** @param width numbers that the layer reads, where that is known */
function layerFrom(
  { file, refuse, take, find }: Lookup,
  config: LayerConfig,
  width: number | undefined,
  isLast: boolean,
) {
  const isBoth = config.className === 'Bidirectional';
  const complain = (why: string, wayOut: string) => refuse(config, why, wayOut);
  const description = isBoth ? directionsOf(config, file, complain) : recurrentOf(config, complain);
  const { cell, units, useBias, returnSequences } = description;
  const merge = isBoth ? mergeOf(config.config) : 'sum';
  if (merge !== 'sum' && merge !== 'concat')
    throw complain(`merges its directions by ${excerpt(String(merge))}`, 'Unroll reads concat and sum.');
  if (description.goesBackwards)
    throw complain('reads backwards alone (go_backwards)', 'Unroll reads forwards, or both ways.');
  if (!isLast && !returnSequences)
    throw complain('gives no sequence (return_sequences) to the recurrent layer behind it', 'Let it return sequences.');
  if (isBoth && !returnSequences)
    throw complain(
      'gives the last state of both directions (return_sequences: false), where Unroll takes the last step',
      'Return sequences, and take their mean by GlobalAveragePooling1D.',
    );
  const [forward, backward] = isBoth ? ['forward', 'backward'] : [''];
  // What a first layer reads, its kernel alone tells for sure.
  const inputSize = width ?? find(config, 'kernel', forward).array.shape[0] ?? 0;
  const columns = standardLayers[cell].gates.length * units;
  const weightsOf = (direction: string): DirectionWeights => ({
    kernel: take(config, 'kernel', [inputSize, columns], direction),
    recurrent: take(config, 'recurrent_kernel', [units, columns], direction),
    bias: useBias ? take(config, 'bias', [columns], direction) : new Float32Array(columns),
  });
  const layer: ReadLayer = {
    units,
    forward: weightsOf(forward),
    backward: backward === undefined ? undefined : weightsOf(backward),
    concatenates: merge === 'concat',
  };
  return { description, inputSize, layer };
}

/** What both directions of a layer are, but for where they begin. */
function directionsOf(
  { config }: LayerConfig,
  file: string,
  complain: (why: string, wayOut: string) => UserError,
): Recurrent {
  const described = (layer: unknown) => recurrentOf(layerOf(layer, file).layer, complain);
  const forward = described(config.layer);
  const other = field(config, 'backward_layer');
  const backward = other ? described(other) : { ...forward, goesBackwards: !forward.goesBackwards };
  if (forward.goesBackwards || JSON.stringify({ ...forward, goesBackwards: true }) !== JSON.stringify(backward))
    throw complain('has directions that differ in more than that', 'Make both directions alike.');
  return forward;
}

function headOf(
  { file, refuse, size, take }: Lookup,
  layer: LayerConfig,
  after: LayerConfig | undefined,
  width: number,
) {
  const dense = layer.className === 'TimeDistributed' ? layerOf(layer.config.layer, file).layer : layer;
  if (dense.className !== 'Dense') throw refuse(layer, `is of ${excerpt(dense.className)}`, onlyStacks);
  for (const one of [dense, after]) {
    const activation = one && field(one.config, 'activation');
    if (one && !headActivations.includes(activation))
      throw refuse(
        one,
        `has the activation ${excerpt(String(activation))}`,
        'At the end of a model, linear, softmax and sigmoid are read.',
      );
  }
  const outputs = size(dense, 'units');
  const hasBias = field(dense.config, 'use_bias') !== false;
  return {
    kernel: take(layer, 'kernel', [width, outputs]),
    bias: hasBias ? take(layer, 'bias', [outputs]) : new Float32Array(outputs),
  };
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
