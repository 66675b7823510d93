import * as tf from '@tensorflow/tfjs-core';
import { ProgramWriter } from '../wasm/program';
import { backendName, type EngineBackend } from './backend';
import { Block } from './storage';

const kernelName = 'BatchMatMul';

/** Fewer multiplications than this are done before both operands are laid out in panels. */
const worthwhile = 4096;

/**
 * TF.js's matrix product for two single matrices of 32-bit floats, not transposed; any other one goes to TF.js's own
 * kernel. Its gradient is TF.js's.
 */
export function registerMatMulKernel(): void {
  const plain = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
      const [batchA = 0, rows = 0, inner = 0] = a.shape;
      const [batchB = 0, , columns = 0] = b.shape;
      const isPlain = batchA === 1 && batchB === 1 && !call.attrs?.transposeA && !call.attrs?.transposeB;
      const isFloat = a.dtype === 'float32' && b.dtype === 'float32';
      if (!isPlain || !isFloat || rows * inner * columns < worthwhile) return plain.kernelFunc(call);
      return product(call.backend as EngineBackend, a, b, rows, inner, columns);
    },
  });
}

function product(
  backend: EngineBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  rows: number,
  inner: number,
  columns: number,
): tf.TensorInfo {
  const { machine } = backend;
  const { panelBytes } = machine;
  const [aRows, bRows] = [backend.stored(a).rows(), backend.stored(b).rows()];
  const scratch = [
    machine.panelsOf(inner) * rows,
    machine.panelsOf(columns) * inner,
    machine.panelsOf(columns) * rows,
    machine.panelsOf(columns),
  ].map((count) => Block.of(machine, count * panelBytes));
  const [aPanels = 0, packed = 0, cPanels = 0, zeros = 0] = scratch.map(({ at }) => at);
  const result = Block.of(machine, 4 * rows * columns);
  const [left, sum] = [
    { at: aPanels, stride: 0 },
    { at: cPanels, stride: 0 },
  ];
  const words = new ProgramWriter()
    .block('panels', 1, rows)
    .command('pack', bRows, inner, columns, packed)
    .command('packVector', 0, columns, zeros, 0)
    .barrier()
    .block('each', 1, rows)
    .command('toPanels', aRows, 0, 4 * inner, inner, left)
    .command('product', left, inner, packed, sum, machine.panelsOf(columns), zeros)
    .command('fromPanels', sum, { at: result.at, stride: 0 }, 4 * columns, columns)
    .words();
  const at = machine.store(words);
  machine.run(at);
  machine.heap.release(at);
  for (const block of scratch) block.release();
  return backend.make([1, rows, columns], { block: result, layout: { kind: 'rows', at: result.at } });
}
