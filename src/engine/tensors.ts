/** The one door to TF.js: who computes imports it from here, with the backend registered. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { registerAttentionKernels } from './backend/attention-kernel';
import { backendName, EngineBackend } from './backend/backend';
import { registerCtcKernels } from './backend/ctc-kernel';
import { registerHeadKernels } from './backend/head-kernel';
import { registerMatMulKernel } from './backend/matmul-kernel';
import { registerPointwiseKernels } from './backend/pointwise-kernels';
import { registerLayerGradient, registerLayerKernels } from './backend/recurrent-kernel';
import type { TensorFlowBackend } from './tensorflow';
import { tensorFlowName } from './tensorflow/name';
import type { Machine } from './wasm/machine';

export { tf };

/** Readies TF.js's own CPU backend: one thread, plain JavaScript. */
export async function useReference(): Promise<void> {
  // Without this the CPU backend advertises another package on the console.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  await tf.ready();
}

let isRegistered = false;

/** Makes a machine TF.js's backend; one that was before is forgotten, with its tensors. */
export async function useMachine(machine: Machine): Promise<void> {
  tf.enableProdMode();
  if (isRegistered) {
    tf.removeBackend(backendName);
  } else {
    isRegistered = true;
    tf.copyRegisteredKernels('cpu', backendName);
    registerLayerKernels();
    registerLayerGradient();
    registerHeadKernels();
    registerMatMulKernel();
    registerAttentionKernels();
    registerCtcKernels();
    registerPointwiseKernels();
  }
  tf.registerBackend(backendName, () => new EngineBackend(machine));
  await tf.setBackend(backendName);
  await tf.ready();
}

/**
 * Makes TensorFlow TF.js's backend.
 *
 * @param register loads ./tensorflow, which comes with its library alone, and has it register its backend
 */
export async function useTensorFlow(register: () => void): Promise<void> {
  tf.enableProdMode();
  register();
  registerLayerGradient();
  // What a factory throws is lost.
  if (!(await tf.setBackend(tensorFlowName))) throw new Error('TF.js did not take TensorFlow as its backend');
  await tf.ready();
}

/** Whether TensorFlow computes, through tfjs-node. */
export function isTensorFlow(): boolean {
  return tf.getBackend() === tensorFlowName;
}

/** Whether the engine's own backend computes, rather than TF.js's. */
export function isFused(): boolean {
  return tf.getBackend() === backendName;
}

/** The engine's own backend, when it computes. */
export function engineBackend(): EngineBackend | undefined {
  return isFused() ? (tf.backend() as EngineBackend) : undefined;
}

export const engineVersion: string = tf.version_core;

/** Has the engine let go of what it keeps to be fast, where a training is over. */
export function letGo(): void {
  const backend: Partial<Pick<TensorFlowBackend, 'letGo'>> = tf.backend() as object;
  backend.letGo?.();
}
