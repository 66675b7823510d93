import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import '@tensorflow/tfjs-node/dist/register_all_kernels';
import * as tf from '@tensorflow/tfjs-core';
import { registerAdamKernels } from './adam';
import { TensorFlowBackend } from './backend';
import type { GraphLoader } from './graphs';
import { registerLayerKernels } from './layer-kernel';
import { tensorFlowName } from './name';

export type { TensorFlowBackend } from './backend';

/** Registers TensorFlow as a backend of TF.js, with the engine's kernels on it. */
export function registerTensorFlow(binding: TFJSBinding, load: GraphLoader): void {
  if (tf.findBackendFactory(tensorFlowName)) return;
  registerLayerKernels();
  registerAdamKernels();
  tf.registerBackend(tensorFlowName, () => new TensorFlowBackend(binding, load));
}
