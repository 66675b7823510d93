import * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import type { Tokens } from '../wasm/layer';
import type { BackwardPartPlaces, PartPlaces } from '../wasm/layer-part';
import type { Machine } from '../wasm/machine';
import { type PartPlace, panelSequence } from '../wasm/parts';
import { fixed, type Place } from '../wasm/program';
import { backendName, type EngineBackend } from './backend';
import { type BoundLayer, boundLayer } from './bound-layers';
import { Block, type Stored } from './storage';
import { TableProducts } from './table-products';

/** What a layer is called with besides tensors; the gradient finds the forward pass in it. */
export interface LayerCall {
  readonly cell: Cell;
  readonly record: boolean;
  /** Ids [batch, time]: the input is a table of embeddings then. */
  readonly ids: tf.TensorInfo | undefined;
  /** Left by the forward pass for the backward one; the tensor that is saved holds its blocks. */
  pass?: Pass;
}

interface Pass {
  readonly bound: BoundLayer;
  readonly places: readonly PartPlaces[];
  readonly tokens: Tokens | undefined;
  readonly weights: Stored;
  readonly weightsAt: number;
  gradients?: Gradients;
}

const forwardName = 'UnrollLayer';
const backwardName = 'UnrollLayerGradient';

/**
 * A whole layer over a sequence, as one kernel: with its gradient, one more.
 *
 * @param input [batch, time, inputSize], or with `call.ids` a table [vocabulary, inputSize]
 * @param weights all weights of the layer, in the order of `cellParameters`, one after another
 * @returns a handle for the gradient, the output [batch, time, units], last states [batch, units], and, when recorded,
 *   every equation's value
 */
export function runLayer(
  call: LayerCall,
  input: tf.Tensor,
  weights: tf.Tensor1D,
  state: readonly tf.Tensor2D[],
): tf.Tensor[] {
  const inputs: tf.NamedTensorMap = { input, weights };
  state.forEach((tensor, index) => {
    inputs[`state${index}`] = tensor;
  });
  return tf.engine().runKernel(forwardName, inputs, { call } as unknown as tf.NamedAttrMap) as unknown as tf.Tensor[];
}

export function registerLayerKernels(): void {
  tf.registerKernel({
    kernelName: forwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerKernel({
    kernelName: backwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerGradient(inputs as tf.NamedTensorInfoMap, callOf(attrs), String(attrs?.of), backend as EngineBackend),
  });
  tf.registerGradient({
    kernelName: forwardName,
    // So that they are still there, also where they are themselves computed.
    inputsToSave: ['weights'],
    outputsToSave: [true],
    gradFunc: (dys, saved, attrs) => {
      const { cell } = callOf(attrs);
      const [, handle] = saved;
      const list = dys as tf.Tensor[];
      // TF.js keeps of each call what it returns alone, hence one kernel call for each gradient; the first one computes.
      const gradient = (of: string) => () => {
        const inputs: tf.NamedTensorMap = { handle: handle as tf.Tensor, output: list[1] as tf.Tensor };
        cell.states.forEach((_, index) => {
          inputs[`state${index}`] = list[2 + index] as tf.Tensor;
        });
        return tf.engine().runKernel(backwardName, inputs, { ...attrs, of }) as tf.Tensor;
      };
      const names = ['input', 'weights', ...cell.states.map((_, index) => `state${index}`)];
      return Object.fromEntries(names.map((name) => [name, gradient(name)]));
    },
  });
}

function callOf(attrs: unknown): LayerCall {
  return (attrs as { readonly call: LayerCall }).call;
}

function required(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const info = inputs[name];
  if (!info) throw new Error(`The kernel was not given ${name}`);
  return info;
}

/** The forward kernel; see `runLayer`. */
export function layerForward(inputs: tf.NamedTensorInfoMap, call: LayerCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const { cell, ids, record } = call;
  const input = required(inputs, 'input');
  const weights = backend.stored(required(inputs, 'weights'));
  const [batch = 0, timeSteps = 0] = ids ? ids.shape : input.shape;
  const inputSize = input.shape.at(-1) ?? 0;
  const units = required(inputs, 'state0').shape[1] ?? 0;
  const bound = boundLayer(machine, cell, record, { batch, timeSteps, inputSize, units });
  const { layer } = bound;
  const parts = machine.parts(batch);

  const keeps: Block[] = [];
  const kept = (bytes: number) => {
    const block = Block.of(machine, bytes);
    keeps.push(block);
    return block.at;
  };
  const values = Block.of(
    machine,
    layer.parts.reduce((sum, { valuesBytes }) => sum + valuesBytes, 0),
  );
  // Each state before the first step and after each.
  const sequence = panelSequence(parts, timeSteps + 1, machine.rowBytes(units));
  const states = cell.states.map((_, index) => {
    const block = Block.of(machine, sequence.bytes);
    const places = sequence.places(block.at);
    const before = backend.stored(required(inputs, `state${index}`)).panels(1, batch, units);
    copyParts(machine, before, places);
    return { block, places };
  });
  let tokens: Tokens | undefined;
  let table = 0;
  let isTableStale = false;
  let sources: readonly Place[] = [];
  if (ids) {
    const vocabulary = input.shape[0] ?? 0;
    const embedding = backend.stored(input);
    table = embedding.rows();
    const panels = embedding.derived('panels', layer.tableBytes(vocabulary, inputSize));
    isTableStale = panels.isStale;
    const products = layer.canMultiplyTable
      ? TableProducts.of(weights).place(
          ...([machine, embedding, vocabulary, batch * timeSteps, layer.productBytes(vocabulary)] as const),
        )
      : undefined;
    tokens = {
      vocabulary,
      ids: machine.layOutIds(backend.stored(ids).values as Int32Array, batch, timeSteps, kept(4 * batch * timeSteps)),
      table: panels.at,
      products,
    };
    if (!products) {
      const rows = panelSequence(parts, timeSteps, machine.rowBytes(inputSize));
      sources = rows.places(kept(rows.bytes));
    }
  } else {
    const stored = backend.stored(input);
    sources = stored.panels(timeSteps, batch, inputSize);
    if (stored.region) keeps.push(stored.region.block.hold());
  }
  const weightsAt = weights.rows();
  const packed = weights.derived('packed', layer.weights.packed.bytes);
  if (packed.isStale) {
    bound.packing.run([0, weightsAt, packed.at], (writer) => layer.weights.pack(writer, weightsAt, packed.at, 'plain'));
  }
  let valuesAt = values.at;
  const places = layer.parts.map((part, index): PartPlaces => {
    const own = {
      packed: packed.at,
      input: sources[index] ?? nowhere,
      values: valuesAt,
      states: states.map((state) => state.places[index]?.at ?? 0),
    };
    valuesAt += part.valuesBytes;
    return own;
  });
  const key = [weightsAt, packed.at, values.at, sources[0]?.at ?? 0, sources[0]?.stride ?? 0, table];
  for (const { block } of states) key.push(block.at);
  if (tokens) key.push(...tokenKey(tokens), isTableStale ? 1 : 0, tokens.products?.isStale ? 1 : 0);
  bound.forward.run(
    key,
    (writer) => {
      if (tokens && isTableStale) {
        writer
          .block('each', 1, tokens.vocabulary)
          .command('toPanels', table, 0, 4 * inputSize, inputSize, fixed(tokens.table))
          .barrier();
      }
      layer.forward(writer, places, tokens);
    },
    batch === 1 && !layer.isInLockstep,
  );
  call.pass = { bound, places, tokens, weights, weightsAt };

  const shifted = (own: readonly PartPlace[], steps: number) =>
    own.map((place) => ({ ...place, at: place.at + steps * place.stride }));
  const [first] = states;
  if (!first) throw new Error('A cell has no state');
  const held = [...keeps, ...states.map(({ block }) => block.hold())];
  const outputs = [
    backend.make([1], { block: values.hold(), layout: { kind: 'rows', at: values.at } }, held),
    backend.sequenceIn(first.block, timeSteps, units, shifted(first.places, 1)),
    ...states.map((state) => backend.stateIn(state.block, units, shifted(state.places, timeSteps))),
  ];
  if (record) {
    for (const buffer of layer.plan.recorded.values()) {
      const block = buffer.startsWith('next:') ? states[Number(buffer.split(':')[1])]?.block : undefined;
      const own = layer.parts.map((part, index) => ({
        ...part.part,
        ...part.value(buffer, places[index] as PartPlaces),
      }));
      outputs.push(backend.sequenceIn(block ?? values, timeSteps, units, own));
    }
  }
  values.release();
  for (const { block } of states) block.release();
  return outputs;
}

const nowhere = fixed(0);

function tokenKey({ table, products, ids }: Tokens): number[] {
  return [table, products?.at ?? 0, ids[0] ?? 0];
}

/** One time step, part by part. */
function copyParts(machine: Machine, from: readonly Place[], to: readonly PartPlace[]): void {
  to.forEach(({ at, stride }, index) => {
    machine.copy(from[index]?.at ?? 0, at, stride);
  });
}

/** What a backward pass leaves. */
interface Gradients {
  readonly weights: Block;
  /** Undefined when nobody asked: TF.js asks for it first, if at all. */
  readonly input:
    | { readonly block: Block; readonly table: readonly [number, number] }
    | { readonly block: Block; readonly places: readonly PartPlace[] }
    | undefined;
  /** Each state's, within the scratch block. */
  readonly scratch: Block;
  readonly states: readonly (readonly PartPlace[])[];
}

/**
 * One of the gradients; computes all of them when it is the first. Of a last state that nothing depends on, the gradient may
 * be left out of the inputs.
 */
export function layerGradient(
  inputs: tf.NamedTensorInfoMap,
  call: LayerCall,
  of: string,
  backend: EngineBackend,
): tf.TensorInfo {
  const { pass } = call;
  if (!pass) throw new Error('There was no forward pass');
  pass.gradients ??= backward(inputs, call.cell, pass, of === 'input', backend);
  const { weights, input, scratch, states } = pass.gradients;
  const { layer } = pass.bound;
  const { timeSteps, inputSize, units } = layer.shape;
  if (of === 'weights') return backend.rowsIn(weights, [layer.weights.count]);
  if (of === 'input') {
    if (!input) throw new Error('The gradient of the input was asked for too late');
    return 'table' in input
      ? backend.rowsIn(input.block, [...input.table])
      : backend.sequenceIn(input.block, timeSteps, inputSize, input.places);
  }
  return backend.stateIn(scratch, units, states[Number(of.replace('state', ''))] ?? []);
}

function backward(
  inputs: tf.NamedTensorInfoMap,
  cell: Cell,
  pass: Pass,
  wantsInput: boolean,
  backend: EngineBackend,
): Gradients {
  const { machine } = backend;
  const { bound, places: own, tokens, weights, weightsAt } = pass;
  const { layer } = bound;
  const { batch, timeSteps, units, inputSize } = layer.shape;
  const handle = backend.stored(required(inputs, 'handle'));
  const kept = (bytes: number) => handle.keep(Block.of(machine, bytes));
  const upstream = backend.stored(required(inputs, 'output')).panels(timeSteps, batch, units);
  const scratch = kept(layer.parts.reduce((sum, { scratchBytes }) => sum + scratchBytes, 0));
  const gradients = kept(4 * layer.weights.count);
  const transposed = weights.derived('transposed', layer.weights.transposed.bytes);
  if (transposed.isStale) {
    bound.packing.run([1, weightsAt, transposed.at], (writer) =>
      layer.weights.pack(writer, weightsAt, transposed.at, 'transposed'),
    );
  }
  const byTable = tokens?.products !== undefined;
  // Sums by token take the place of the table's products.
  if (byTable) TableProducts.of(weights).spoil();
  const sequence = panelSequence(machine.parts(batch), timeSteps, machine.rowBytes(inputSize));
  const inputBlock = wantsInput && !byTable ? kept(sequence.bytes) : undefined;
  const inputPlaces = inputBlock && sequence.places(inputBlock.at);
  const table = tokens && wantsInput ? kept(4 * tokens.vocabulary * inputSize) : undefined;
  const panels = tokens && wantsInput ? kept(layer.tableBytes(tokens.vocabulary, inputSize)) : undefined;
  let scratchAt = scratch.at;
  const places = layer.parts.map((part, index): BackwardPartPlaces => {
    const at = scratchAt;
    scratchAt += part.scratchBytes;
    return {
      ...(own[index] as PartPlaces),
      transposed: transposed.at,
      upstream: upstream[index] ?? nowhere,
      scratch: at,
      inputGradient: inputPlaces?.[index],
    };
  });
  const carries = (state: number, when: 'begin' | 'end') =>
    layer.parts.map((part, index) => ({
      ...part.part,
      at: part.carry(state, places[index]?.scratch ?? 0, when),
      stride: part.matrixBytes,
    }));
  cell.states.forEach((_, index) => {
    const slope = inputs[`state${index}`];
    const begin = carries(index, 'begin');
    if (slope) copyParts(machine, backend.stored(slope).panels(1, batch, units), begin);
    else for (const { at, stride } of begin) machine.clear(at, stride);
  });

  const [first] = own;
  const key = [
    ...[transposed.at, first?.packed ?? 0, first?.values ?? 0, first?.input.at ?? 0, first?.input.stride ?? 0],
    ...[upstream[0]?.at ?? 0, upstream[0]?.stride ?? 0, scratch.at, gradients.at],
    ...[inputBlock?.at ?? 0, table?.at ?? 0, panels?.at ?? 0, ...(first?.states ?? [])],
  ];
  if (tokens) key.push(...tokenKey(tokens));
  const work = machine.heap.allocate(layer.workBytes(tokens?.vocabulary ?? 0));
  key.push(work);
  bound.backward.run(key, (writer) => {
    const gradient = { rows: table?.at, panels: panels?.at ?? 0 };
    layer.backward(writer, places, gradients.at, work, tokens && { ...tokens, gradient });
  });
  machine.heap.release(work);
  for (const { offset, size } of layer.withoutGradient) machine.heap.floats(gradients.at + 4 * offset, size).fill(0);
  if (!layer.reachesInput) {
    for (const block of [inputBlock, table]) if (block) machine.clear(block.at, block.bytes);
  }
  return {
    weights: gradients,
    input:
      table && tokens
        ? { block: table, table: [tokens.vocabulary, inputSize] }
        : inputBlock && { block: inputBlock, places: inputPlaces ?? [] },
    scratch,
    states: cell.states.map((_, index) => carries(index, 'end')),
  };
}
