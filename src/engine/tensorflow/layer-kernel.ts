import * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import { cellParameters, type Parameter } from '../../cells/parameters';
import { type LayerCall as EngineCall, layerKernels, required } from '../backend/layer-call';
import { planOf } from '../plan/plan';
import type { TensorFlowBackend } from './backend';
import { type Backflow, backward } from './layer-backward';
import { forward, type LayerSizes, type LayerSource, type LayerValues } from './layer-forward';
import { type Read, weightGradients } from './layer-gradients';
import { LayerWeights, sizeOf } from './layer-weights';
import { type Lowered, lowered } from './lower';
import { tensorFlowName } from './name';
import type { Operations, Value } from './operations';

/** The same call as of the engine's own kernels, with what TensorFlow leaves for the way back. */
type LayerCall = Omit<EngineCall, 'pass'> & { pass?: Pass };

/** A forward pass that a backward one can follow. */
interface Pass {
  readonly lowered: Lowered;
  readonly weights: LayerWeights;
  readonly parameters: readonly Parameter[];
  readonly values: LayerValues;
  readonly sizes: LayerSizes;
  readonly read: Read;
  readonly inputShape: readonly number[];
  gradients?: Gradients;
}

interface Gradients {
  readonly weights: Value;
  /** Of the shape of what was read; undefined when nobody asked: TF.js asks for it first, if at all. */
  readonly input: Value | undefined;
  readonly states: readonly Value[];
}

/** The kernels of `runLayer` (../backend/recurrent-kernel.ts) on TensorFlow. */
export function registerLayerKernels(): void {
  tf.registerKernel({
    kernelName: layerKernels.forward,
    backendName: tensorFlowName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as unknown as TensorFlowBackend),
  });
  tf.registerKernel({
    kernelName: layerKernels.backward,
    backendName: tensorFlowName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerGradient(
        inputs as tf.NamedTensorInfoMap,
        callOf(attrs),
        String(attrs?.of),
        backend as unknown as TensorFlowBackend,
      ),
  });
}

function callOf(attrs: unknown): LayerCall {
  return (attrs as { readonly call: LayerCall }).call;
}

const plans = new WeakMap<Cell, Map<boolean, Lowered>>();

function loweredOf(cell: Cell, record: boolean): Lowered {
  const ofCell = plans.get(cell) ?? new Map<boolean, Lowered>();
  plans.set(cell, ofCell);
  const known = ofCell.get(record) ?? lowered(planOf(cell, { record }));
  ofCell.set(record, known);
  return known;
}

const weightsOf = new WeakMap<object, LayerWeights>();

/** A layer's weights with whatever was made of them, as long as the tensor lives. */
function layerWeights(backend: TensorFlowBackend, info: tf.TensorInfo, parameters: readonly Parameter[]): LayerWeights {
  const known = weightsOf.get(info.dataId);
  if (known) return known;
  const made = new LayerWeights(backend.tensors, backend.value(info), parameters);
  weightsOf.set(info.dataId, made);
  backend.whenGone(info.dataId, () => backend.tensors.release(made.values));
  return made;
}

function layerForward(inputs: tf.NamedTensorInfoMap, call: LayerCall, backend: TensorFlowBackend): tf.TensorInfo[] {
  const { tensors } = backend;
  const { cell, record, ids } = call;
  const input = required(inputs, 'input');
  const [batch = 0, timeSteps = 0] = ids ? ids.shape : input.shape;
  const inputSize = input.shape.at(-1) ?? 0;
  const units = required(inputs, 'state0').shape[1] ?? 0;
  const sizes = { batch, timeSteps, units };
  const parameters = cellParameters(cell, inputSize, units);
  const weights = layerWeights(backend, required(inputs, 'weights'), parameters);
  const ofCell = loweredOf(cell, record);
  const { results, kept } = tensors.within(
    () => {
      const { source, read, held } = sourceOf(backend, weights, input, ids);
      const first = cell.states.map((_, index) =>
        tensors.transpose(backend.value(required(inputs, `state${index}`)), [1, 0]),
      );
      const values = forward(tensors, ofCell, weights, source, first, sizes);
      const sequence = (value: Value) => tensors.transpose(value, [2, 0, 1]);
      const output = timeSteps > 0 ? sequence(values.wholeOf('next:0')) : tensors.zeros([batch, 0, units]);
      const last = values.states.map((list) => tensors.transpose(list.at(-1) as Value, [1, 0]));
      const recorded = record
        ? cell.equations.map(({ name }) => sequence(values.wholeOf(ofCell.plan.recorded.get(name) ?? '')))
        : [];
      call.pass = { lowered: ofCell, weights, parameters, values, sizes, read, inputShape: input.shape };
      return { results: [output, ...last, ...recorded], kept: [...values.prune(ofCell.kept), ...held] };
    },
    (made) => [...made.results, ...made.kept],
  );
  const handle = backend.info(tensors.again(tensors.number(0)), [1]);
  backend.keepWith(handle.dataId, kept);
  const [output, ...rest] = results;
  return [
    handle,
    backend.info(output as Value, [batch, timeSteps, units]),
    ...rest.map((value, index) =>
      backend.info(value, index < cell.states.length ? [batch, units] : [batch, timeSteps, units]),
    ),
  ];
}

/** What a layer reads, in the forms that its passes ask for. */
function sourceOf(
  backend: TensorFlowBackend,
  weights: LayerWeights,
  input: tf.TensorInfo,
  ids: tf.TensorInfo | undefined,
): { readonly source: LayerSource; readonly read: Read; readonly held: readonly Value[] } {
  const { tensors } = backend;
  // The caller's tensors may be gone when the gradient is asked for.
  const own = tensors.again(backend.value(input));
  if (!ids) {
    const rows = () => tensors.reshape(tensors.transpose(own, [1, 0, 2]), [-1, input.shape[2] ?? 0]);
    return {
      source: { input: () => tensors.transpose(own, [1, 2, 0]), products: undefined },
      read: { rows, tokens: undefined, isMultiplied: false },
      held: [own],
    };
  }
  const [batch = 0, timeSteps = 0] = ids.shape;
  const [entries = 0, inputSize = 0] = input.shape;
  const places = tensors.reshapeWhole(tensors.transposeWhole(backend.value(ids), [1, 0]), [-1]);
  const rows = () => tensors.gather(own, places);
  const bySteps = (value: Value, size: number) =>
    tensors.transpose(tensors.reshape(value, [timeSteps, batch, size]), [0, 2, 1]);
  // Exact up to rounding, and fewer products where the table has fewer rows than are looked up.
  const isMultiplied = entries <= batch * timeSteps;
  const products = (names: readonly string[], biases: readonly string[]) => {
    const plain = tensors.matMul(own, weights.beside(names));
    const product = biases.length > 0 ? tensors.add(plain, weights.row(biases)) : plain;
    return bySteps(tensors.gather(product, places), product.shape[1] ?? 0);
  };
  return {
    source: { input: () => bySteps(rows(), inputSize), products: isMultiplied ? products : undefined },
    read: { rows, tokens: { table: own, ids: places, entries }, isMultiplied },
    held: [own, places],
  };
}

/** One of the gradients; computes all of them when it is the first. */
function layerGradient(
  inputs: tf.NamedTensorInfoMap,
  call: LayerCall,
  of: string,
  backend: TensorFlowBackend,
): tf.TensorInfo {
  const { tensors } = backend;
  const { pass } = call;
  if (!pass) throw new Error('There was no forward pass');
  const { sizes, parameters, inputShape } = pass;
  if (!pass.gradients) {
    const made = tensors.within(() => gradientsOf(inputs, call.cell, pass, of === 'input', backend), valuesOf);
    pass.gradients = made;
    backend.keepWith(required(inputs, 'handle').dataId, valuesOf(made));
  }
  const { weights, input, states } = pass.gradients;
  if (of === 'weights') {
    const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return backend.info(tensors.again(weights), [count]);
  }
  if (of === 'input') {
    if (!input) throw new Error('The gradient of the input was asked for too late');
    return backend.info(tensors.again(input), inputShape);
  }
  const state = states[Number(of.replace('state', ''))];
  if (!state) throw new Error(`There is no gradient of ${of}`);
  return backend.info(tensors.again(state), [sizes.batch, sizes.units]);
}

function valuesOf({ weights, input, states }: Gradients): Value[] {
  return [weights, ...(input ? [input] : []), ...states];
}

function gradientsOf(
  inputs: tf.NamedTensorInfoMap,
  cell: Cell,
  { lowered: ofCell, weights, parameters, values, sizes, read, inputShape }: Pass,
  wantsInput: boolean,
  backend: TensorFlowBackend,
): Gradients {
  const { tensors } = backend;
  const upstream = tensors.transpose(backend.value(required(inputs, 'output')), [1, 2, 0]);
  const last = cell.states.map((_, index) =>
    tensors.transpose(backend.value(required(inputs, `state${index}`)), [1, 0]),
  );
  const call = { tensors, lowered: ofCell, weights, values, sizes };
  const flow = backward(call, upstream, last, wantsInput && !read.isMultiplied);
  const { flat, table } = weightGradients(tensors, ofCell, weights, parameters, values, flow, read);
  return {
    weights: flat,
    input: wantsInput ? (table ?? inputGradient(tensors, flow, read, inputShape)) : undefined,
    states: flow.states.map((value) => tensors.transpose(value, [1, 0])),
  };
}

function inputGradient(tensors: Operations, { series }: Backflow, { tokens }: Read, shape: readonly number[]): Value {
  if (!series.has('gradient of input')) return tensors.zeros(shape);
  const bySteps = series.wholeOf('gradient of input');
  if (!tokens) return tensors.transpose(bySteps, [2, 0, 1]);
  const rows = tensors.reshape(tensors.transpose(bySteps, [0, 2, 1]), [-1, shape[1] ?? 0]);
  return tensors.sumByNumber(rows, tokens.ids, tokens.entries);
}
