import * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import { cellParameters } from '../../cells/parameters';
import { planOf, segmentsOf } from '../plan/plan';
import { type BackwardPlaces, Layer, type LayerPlaces, type Tokens, type WeightLayout } from '../wasm/layer';
import type { Machine } from '../wasm/machine';
import { backendName, type EngineBackend } from './backend';
import { Programs } from './programs';
import { Block, type Layout, type Region, type Stored } from './storage';

/** What a layer is called with besides tensors; the gradient finds the forward pass in it. */
export interface LayerCall {
  readonly cell: Cell;
  readonly record: boolean;
  /** Ids [batch, time]: the input is a table of embeddings then. */
  readonly ids: tf.Tensor2D | undefined;
  /** Left by the forward pass for the backward one; the tensor that is saved holds its blocks. */
  pass?: Pass;
}

interface Pass {
  readonly bound: BoundLayer;
  readonly places: LayerPlaces;
  readonly tokens: Tokens | undefined;
  readonly weights: Stored;
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

/** A layer at a shape with what is kept for it between calls. */
interface BoundLayer {
  readonly layer: Layer;
  readonly forward: Programs;
  readonly backward: Programs;
  readonly packing: Programs;
}

/** Shapes that are kept ready of each cell. */
const mostShapes = 12;

class CellLayers {
  private readonly shapes = new Map<string, BoundLayer>();

  constructor(
    private readonly machine: Machine,
    private readonly cell: Cell,
    record: boolean,
  ) {
    this.plan = planOf(cell, { record });
    this.code = machine.compile(this.plan.graph, segmentsOf(this.plan));
  }

  private readonly plan;
  private readonly code;

  at(batch: number, timeSteps: number, inputSize: number, units: number): BoundLayer {
    const key = `${batch} ${timeSteps} ${inputSize} ${units}`;
    const known = this.shapes.get(key);
    this.shapes.delete(key);
    const { machine } = this;
    const bound = known ?? {
      layer: new Layer(
        machine,
        this.plan,
        { batch, timeSteps, inputSize, units },
        weightLayout(this.cell, inputSize, units),
        this.code,
      ),
      forward: new Programs(machine),
      backward: new Programs(machine),
      packing: new Programs(machine),
    };
    this.shapes.set(key, bound);
    const [oldest] = this.shapes;
    if (this.shapes.size > mostShapes && oldest) {
      this.shapes.delete(oldest[0]);
      for (const programs of [oldest[1].forward, oldest[1].backward, oldest[1].packing]) programs.dispose();
    }
    return bound;
  }
}

/** Where each weight of a layer lies in its flat tensor. */
export function weightLayout(cell: Cell, inputSize: number, units: number): WeightLayout {
  let offset = 0;
  return new Map(
    cellParameters(cell, inputSize, units).map(({ name, shape, trained }) => {
      const at = offset;
      offset += shape.reduce((a, b) => a * b, 1);
      return [name, { offset: at, shape, trained }];
    }),
  );
}

const layers = new WeakMap<Cell, Map<string, CellLayers>>();

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

function layersOf(machine: Machine, cell: Cell, record: boolean): CellLayers {
  let ofCell = layers.get(cell);
  if (!ofCell) {
    ofCell = new Map();
    layers.set(cell, ofCell);
  }
  const key = `${machine.id} ${record}`;
  let known = ofCell.get(key);
  if (!known) {
    known = new CellLayers(machine, cell, record);
    ofCell.set(key, known);
  }
  return known;
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
  const bound = layersOf(machine, cell, record).at(batch, timeSteps, inputSize, units);
  const { layer } = bound;

  const values = Block.of(machine, layer.valuesBytes);
  const keeps: Block[] = [];
  const own = (bytes: number) => {
    const block = Block.of(machine, bytes);
    keeps.push(block);
    return block.at;
  };
  const sequences = cell.states.map((_, index) => {
    const block = Block.of(machine, layer.stateStride * (timeSteps + 1));
    const { at } = backend.stored(required(inputs, `state${index}`)).panels(1, batch, units);
    machine.copy(at, block.at, layer.matrixBytes);
    return block;
  });
  let tokens: Tokens | undefined;
  let place = { at: 0, stride: 0 };
  if (ids) {
    const vocabulary = input.shape[0] ?? 0;
    const table = backend.stored(input).rows();
    const idsAt = own(4 * batch * timeSteps);
    machine.idsByTime(backend.stored(ids).values as Int32Array, batch, timeSteps, idsAt);
    const byTable = layer.multipliesTable(vocabulary);
    tokens = {
      vocabulary,
      ids: idsAt,
      table: own(layer.tableBytes(vocabulary, inputSize)),
      products: byTable ? own(layer.productBytes(vocabulary)) : 0,
      rows: table,
    };
    const stride = machine.panelsOf(inputSize) * batch * machine.panelBytes;
    if (!byTable) place = { at: own(stride * timeSteps), stride };
  } else {
    const stored = backend.stored(input);
    place = stored.panels(timeSteps, batch, inputSize);
    if (stored.region) keeps.push(stored.region.block.hold());
  }
  const weightsAt = weights.rows();
  const packed = weights.derived('packed', layer.packed.bytes);
  if (packed.isStale) {
    bound.packing.run([0, weightsAt, packed.at], (writer) => layer.pack(writer, weightsAt, packed.at, 'plain'));
  }
  const places: LayerPlaces = {
    weights: weightsAt,
    packed: packed.at,
    input: place,
    values: values.at,
    states: sequences.map(({ at }) => at),
  };
  const key = [weightsAt, packed.at, place.at, values.at, ...places.states, ...Object.values(tokens ?? {})];
  bound.forward.run(
    key,
    (writer) => {
      if (tokens) {
        writer
          .block('each', 1, tokens.vocabulary)
          .command('toPanels', tokens.rows, 0, 4 * inputSize, inputSize, { at: tokens.table, stride: 0 });
      }
      if (tokens) writer.barrier();
      layer.forward(writer, places, tokens);
    },
    batch,
  );
  call.pass = { bound, places, tokens, weights };

  const stride = layer.stateStride;
  const sequence = (block: Block, at: number, sequenceStride: number): tf.TensorInfo => {
    const layout = { kind: 'panels', timeSteps, rows: batch, columns: units, stride: sequenceStride } as const;
    return backend.make([batch, timeSteps, units], { block: block.hold(), at, layout });
  };
  const last = (block: Block): Region => ({
    block: block.hold(),
    at: block.at + stride * timeSteps,
    layout: { kind: 'panels', timeSteps: 1, rows: batch, columns: units, stride },
  });
  const [first] = sequences;
  if (!first) throw new Error('A cell has no state');
  const outputs = [
    backend.make([1], { block: values.hold(), at: values.at, layout: { kind: 'rows' } }, [
      ...keeps,
      ...sequences.map((block) => block.hold()),
    ]),
    sequence(first, first.at + stride, stride),
    ...sequences.map((block) => backend.make([batch, units], last(block))),
  ];
  if (record) {
    for (const buffer of layer.plan.recorded.values()) {
      const { at, stride: valueStride } = layer.value(buffer, places);
      const state = buffer.startsWith('next:') ? sequences[Number(buffer.split(':')[1])] : undefined;
      outputs.push(sequence(state ?? values, at, valueStride));
    }
  }
  values.release();
  for (const block of sequences) block.release();
  return outputs;
}

/** What a backward pass leaves. */
interface Gradients {
  readonly weights: Block;
  /** Undefined when nobody asked: TF.js asks for it first, if at all. */
  readonly input: { readonly block: Block; readonly shape: number[]; readonly layout: Layout } | undefined;
  /** Each state's [batch, units], within the scratch block. */
  readonly scratch: Block;
  readonly states: readonly number[];
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
  if (of === 'weights') return backend.rowsIn(weights, [layer.weightCount]);
  if (of === 'input') {
    if (!input) throw new Error('The gradient of the input was asked for too late');
    const { block, shape, layout } = input;
    return backend.make(shape, { block: block.hold(), at: block.at, layout });
  }
  const { batch, units } = layer.shape;
  return backend.make([batch, units], {
    block: scratch.hold(),
    at: states[Number(of.replace('state', ''))] ?? 0,
    layout: { kind: 'panels', timeSteps: 1, rows: batch, columns: units, stride: layer.matrixBytes },
  });
}

function backward(
  inputs: tf.NamedTensorInfoMap,
  cell: Cell,
  pass: Pass,
  wantsInput: boolean,
  backend: EngineBackend,
): Gradients {
  const { machine } = backend;
  const { bound, places: own, tokens, weights } = pass;
  const { layer } = bound;
  const { batch, timeSteps, units, inputSize } = layer.shape;
  const handle = backend.stored(required(inputs, 'handle'));
  const kept = (bytes: number) => handle.keep(Block.of(machine, bytes));
  const upstream = backend.stored(required(inputs, 'output')).panels(timeSteps, batch, units);
  const scratch = kept(layer.scratch.bytes);
  const gradients = kept(4 * layer.weightCount);
  const transposed = weights.derived('transposed', layer.transposed.bytes);
  if (transposed.isStale) {
    bound.packing.run([1, own.weights, transposed.at], (writer) =>
      layer.pack(writer, own.weights, transposed.at, 'transposed'),
    );
  }
  const places: BackwardPlaces = {
    ...own,
    transposed: transposed.at,
    upstream,
    scratch: scratch.at,
    gradients: gradients.at,
  };
  cell.states.forEach((_, index) => {
    const slope = inputs[`state${index}`];
    const carry = layer.carry(index, places, 'begin');
    if (slope) machine.copy(backend.stored(slope).panels(1, batch, units).at, carry, layer.matrixBytes);
    else machine.clear(carry, layer.matrixBytes);
  });

  const stride = machine.panelsOf(inputSize) * batch * machine.panelBytes;
  const byTable = tokens !== undefined && layer.multipliesTable(tokens.vocabulary);
  const sequence = wantsInput && !byTable ? kept(stride * timeSteps) : undefined;
  const input = sequence && { at: sequence.at, stride };
  const table = tokens && wantsInput ? kept(4 * tokens.vocabulary * inputSize) : undefined;
  const panels = table && tokens ? kept(layer.tableBytes(tokens.vocabulary, inputSize)) : undefined;
  const key = [
    ...[transposed.at, places.packed, places.input.at, places.values, ...places.states],
    ...[upstream.at, upstream.stride, scratch.at, gradients.at, input?.at ?? 0, table?.at ?? 0, panels?.at ?? 0],
    ...Object.values(tokens ?? {}),
  ];
  bound.backward.run(key, (writer) => {
    layer.backward(writer, places, {
      input,
      tokens: tokens && { ...tokens, gradientTable: table?.at, gradientPanels: panels?.at ?? 0 },
    });
  });
  for (const { offset, size } of layer.withoutGradient) machine.heap.floats(gradients.at + 4 * offset, size).fill(0);
  if (!layer.reachesInput) {
    for (const block of [sequence, table]) if (block) machine.clear(block.at, block.bytes);
  }
  return {
    weights: gradients,
    input:
      table && tokens
        ? { block: table, shape: [tokens.vocabulary, inputSize], layout: { kind: 'rows' } }
        : sequence && {
            block: sequence,
            shape: [batch, timeSteps, inputSize],
            layout: { kind: 'panels', timeSteps, rows: batch, columns: inputSize, stride },
          },
    scratch,
    states: cell.states.map((_, index) => layer.carry(index, places, 'end')),
  };
}
