import type * as tf from '@tensorflow/tfjs-core';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import type { GraphLoader } from './graphs';
import { Operations, type Value } from './operations';

/** What tfjs-node keeps to itself, and is the only way to what TensorFlow holds of a tensor and back. */
const inner = { tensors: 'tensorMap', ids: 'getInputTensorIds' } as const;

/** tfjs-node's backend, whose tensors TensorFlow's operations can also be given without TF.js's bookkeeping. */
export class TensorFlowBackend extends NodeJSKernelBackend {
  readonly tensors: Operations;
  /** What is let go of with a tensor. */
  private readonly companions = new Map<object, (() => void)[]>();

  constructor(binding: TFJSBinding, load: GraphLoader) {
    super(binding, '@tensorflow/tfjs-node');
    this.tensors = new Operations(binding, load);
  }

  /** What TensorFlow holds of a tensor of TF.js's. It stays that one's. */
  value({ dataId, shape, dtype }: tf.TensorInfo): Value {
    const [id = -1] = this[inner.ids]([{ dataId, shape, dtype } as tf.Tensor]);
    return { id, shape };
  }

  /** A tensor of TF.js's from now on. */
  info(value: Value, shape: readonly number[]): tf.TensorInfo {
    const dataId = {};
    this.tensors.hold([value]);
    const { TF_FLOAT } = this.tensors.binding;
    this[inner.tensors].set(dataId, { shape: [...shape], dtype: TF_FLOAT, values: null, id: value.id, refCount: 1 });
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  /** Lets values live as long as a tensor does. */
  keepWith(dataId: object, values: readonly Value[]): void {
    this.tensors.hold(values);
    this.whenGone(dataId, () => this.tensors.release(values));
  }

  whenGone(dataId: object, work: () => void): void {
    const list = this.companions.get(dataId);
    if (list) list.push(work);
    else this.companions.set(dataId, [work]);
  }

  /** Lets go of what it keeps to be fast; it is made anew when it is needed. */
  letGo(): void {
    this.tensors.graphs.release();
  }

  override disposeData(dataId: object, force = false): boolean {
    const isGone = super.disposeData(dataId, force);
    if (isGone) {
      for (const work of this.companions.get(dataId) ?? []) work();
      this.companions.delete(dataId);
    }
    return isGone;
  }
}
