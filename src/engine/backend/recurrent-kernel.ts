import * as tf from '@tensorflow/tfjs-core';
import { backendName, type EngineBackend } from './backend';
import { layerGradient } from './layer-backward';
import { type LayerCall, layerKernels } from './layer-call';
import { layerForward } from './layer-forward';

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
  return tf
    .engine()
    .runKernel(layerKernels.forward, inputs, { call } as unknown as tf.NamedAttrMap) as unknown as tf.Tensor[];
}

export function registerLayerKernels(): void {
  tf.registerKernel({
    kernelName: layerKernels.forward,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerKernel({
    kernelName: layerKernels.backward,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      layerGradient(inputs as tf.NamedTensorInfoMap, callOf(attrs), String(attrs?.of), backend as EngineBackend),
  });
}

/** On every backend that has the kernels. */
export function registerLayerGradient(): void {
  if (tf.getGradient(layerKernels.forward)) return;
  tf.registerGradient({
    kernelName: layerKernels.forward,
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
        return tf.engine().runKernel(layerKernels.backward, inputs, { ...attrs, of }) as tf.Tensor;
      };
      const names = ['input', 'weights', ...cell.states.map((_, index) => `state${index}`)];
      return Object.fromEntries(names.map((name) => [name, gradient(name)]));
    },
  });
}

function callOf(attrs: unknown): LayerCall {
  return (attrs as { readonly call: LayerCall }).call;
}
