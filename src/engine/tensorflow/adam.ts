import * as tf from '@tensorflow/tfjs-core';
import type { TensorFlowBackend } from './backend';
import { adamKernels, tensorFlowName } from './name';
import type { Operations, Value } from './operations';

/** What `ClippedAdam` (../adam.ts) asks of TensorFlow for a large parameter, in one pass over its memory each. */
export function registerAdamKernels(): void {
  tf.registerKernel({
    kernelName: adamKernels.squares,
    backendName: tensorFlowName,
    kernelFunc: ({ inputs, backend }) => {
      const own = backend as unknown as TensorFlowBackend;
      const { tensors } = own;
      const half = tensors.within(
        () => tensors.halfSquares(own.value(inputs.gradient as tf.TensorInfo)),
        (made) => [made],
      );
      return own.info(half, []);
    },
  });
  tf.registerKernel({
    kernelName: adamKernels.step,
    backendName: tensorFlowName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const own = backend as unknown as TensorFlowBackend;
      const [values, gradient, first, second] = (['values', 'gradient', 'first', 'second'] as const).map((name) =>
        own.value(inputs[name] as tf.TensorInfo),
      ) as [Value, Value, Value, Value];
      const settings = attrs as unknown as AdamStep;
      const made = own.tensors.within(
        () => step(own.tensors, [values, first, second], gradient, settings),
        (list) => list,
      );
      return made.map((value) => own.info(value, value.shape as number[]));
    },
  });
}

/** One step's numbers, with Adam's corrections in them; gradients are multiplied by the scale. */
interface AdamStep {
  readonly rate: number;
  readonly epsilon: number;
  readonly scale: number;
  readonly beta1: number;
  readonly beta2: number;
}

/** @param before values and moments. @returns the same after the step */
function step(
  tensors: Operations,
  before: readonly Value[],
  gradient: Value,
  { rate, epsilon, scale, beta1, beta2 }: AdamStep,
): readonly Value[] {
  const slope = scale === 1 ? gradient : tensors.multiply(gradient, tensors.passing(scale));
  // TensorFlow would correct the rate by the powers of beta, which are in it already: with powers of 0 it does not.
  const numbers = [0, 0, rate, beta1, beta2, epsilon].map((value) => tensors.passing(value));
  return tensors.applyAdam(before, numbers, tensors.reshape(slope, before[0]?.shape ?? []));
}
