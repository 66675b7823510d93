import type { TensorFlowBackend } from '../../../src/engine/tensorflow';
import { isTensorFlow, tf } from '../../../src/engine/tensors';

/** Tensors in the library, where that computes. */
export function heldByTensorFlow(): number | undefined {
  return isTensorFlow() ? (tf.backend() as TensorFlowBackend).tensors.binding.getNumOfTensors() : undefined;
}
