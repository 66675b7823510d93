import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Machine } from '../wasm/machine';
import type { PartPlace } from '../wasm/parts';
import { type Block, type Region, Stored } from './storage';

/** TF.js's name of this backend. */
export const backendName = 'unroll-wasm';

/**
 * A TF.js backend whose tensors can lie in the engine's memory. What it has no kernel for runs on TF.js's own CPU kernels
 * (`copyRegisteredKernels`), which read a tensor's `values`.
 */
export class EngineBackend extends MathBackendCPU {
  private lastId = 0;

  constructor(readonly machine: Machine) {
    super();
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = { id: ++this.lastId };
    this.put(dataId, new Stored(this.machine, dtype, tf.util.sizeFromShape(shape), { array: values }));
    return dataId;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    const stored = new Stored(this.machine, dtype, tf.util.sizeFromShape(shape), { array: values });
    stored.refCount = refCount;
    this.put(dataId, stored);
  }

  override readSync(dataId: object): tf.BackendValues {
    const stored = this.stored({ dataId });
    // A copy, since what lies in memory changes with the next step.
    return stored.region ? (stored.values as Float32Array).slice() : super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const stored = this.data.has(dataId) ? this.stored({ dataId }) : undefined;
    const isGone = super.disposeData(dataId, force);
    if (isGone) stored?.dispose();
    return isGone;
  }

  /** A tensor in the engine's memory, which from now on holds its block. */
  make(shape: number[], region: Region, keeps: Block[] = []): tf.TensorInfo {
    const dataId = { id: ++this.lastId };
    this.put(dataId, new Stored(this.machine, 'float32', tf.util.sizeFromShape(shape), { region }, keeps));
    return { dataId, shape, dtype: 'float32' };
  }

  /** A tensor row after row in a block that others hold too. */
  rowsIn(block: Block, shape: number[]): tf.TensorInfo {
    return this.make(shape, { block: block.hold(), layout: { kind: 'rows', at: block.at } });
  }

  /** Several time steps [batch, time, columns] in panels, in a block that others hold too. */
  sequenceIn(block: Block, timeSteps: number, columns: number, places: readonly PartPlace[]): tf.TensorInfo {
    const batch = places.reduce((sum, { rows }) => sum + rows, 0);
    const layout = { kind: 'panels', timeSteps, columns, places } as const;
    return this.make([batch, timeSteps, columns], { block: block.hold(), layout });
  }

  /** One time step [batch, columns], in the same way. */
  stateIn(block: Block, columns: number, places: readonly PartPlace[]): tf.TensorInfo {
    const batch = places.reduce((sum, { rows }) => sum + rows, 0);
    const layout = { kind: 'panels', timeSteps: 1, columns, places } as const;
    return this.make([batch, columns], { block: block.hold(), layout });
  }

  stored({ dataId }: Pick<tf.TensorInfo, 'dataId'>): Stored {
    return this.data.get(dataId) as unknown as Stored;
  }

  private put(dataId: object, stored: Stored): void {
    this.data.set(dataId, stored as never);
  }
}
