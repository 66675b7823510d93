import * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import { cellParameters, type Parameter } from '../../cells/parameters';
import { type LayerCall as EngineCall, layerKernels, required } from '../backend/layer-call';
import { planOf } from '../plan/plan';
import type { TensorFlowBackend } from './backend';
import { type BlockCell, blockCellOf } from './block-cell';
import { blockPass, isBlock } from './block-layer';
import type { Gradients, LayerPass } from './layer-pass';
import { LayerRead } from './layer-read';
import { LayerWeights } from './layer-weights';
import { type Lowered, lowered } from './lower';
import { tensorFlowName } from './name';
import type { Value } from './operations';
import { plannedPass } from './planned-layer';

/** The same call as of the engine's own kernels, with what TensorFlow leaves for the way back. */
type LayerCall = Omit<EngineCall, 'pass'> & { pass?: LayerPass & { made?: Gradients } };

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

const blocks = new WeakMap<Cell, { readonly of: BlockCell | undefined }>();

function blockOf(cell: Cell): BlockCell | undefined {
  const known = blocks.get(cell) ?? { of: blockCellOf(cell) };
  blocks.set(cell, known);
  return known.of;
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
  const { results, kept } = tensors.within(
    () => {
      // The caller's tensors may be gone when the gradient is asked for.
      const read = new LayerRead(tensors, tensors.again(backend.value(input)), ids && backend.value(ids));
      const first = cell.states.map((_, index) => tensors.again(backend.value(required(inputs, `state${index}`))));
      const block = record ? undefined : blockOf(cell);
      const pass =
        block && isBlock(block, inputSize, sizes)
          ? blockPass(tensors, block, weights, parameters, read, first, sizes)
          : plannedPass(tensors, loweredOf(cell, record), weights, parameters, read, first, sizes, record);
      call.pass = pass;
      return { results: [pass.output, ...pass.last, ...pass.recorded], kept: pass.kept };
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
  if (!pass.made) {
    const upstream = backend.value(required(inputs, 'output'));
    const last = call.cell.states.map((_, index) => backend.value(required(inputs, `state${index}`)));
    const made = tensors.within(() => pass.gradients(upstream, last, of === 'input'), valuesOf);
    pass.made = made;
    backend.keepWith(required(inputs, 'handle').dataId, valuesOf(made));
  }
  const { weights, input, states } = pass.made;
  const value = of === 'weights' ? weights : of === 'input' ? input : states[Number(of.replace('state', ''))];
  if (!value) throw new Error(`The gradient of ${of} was asked for too late, or is none`);
  return backend.info(tensors.again(value), [...value.shape]);
}

function valuesOf({ weights, input, states }: Gradients): Value[] {
  return [weights, ...(input ? [input] : []), ...states];
}
