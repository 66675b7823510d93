import * as tf from '@tensorflow/tfjs-core';
import { addressesOf, type PartPlace, panelSequence } from '../wasm/parts';
import type { ProgramWriter } from '../wasm/program';
import { backendName, type EngineBackend } from './backend';
import { oneWay, Programs } from './programs';
import { Recent } from './recent';
import { Block } from './storage';

/** Shapes that are kept ready, of each kind. */
const mostShapes = 24;
const programs = new Recent<Programs>(2 * mostShapes, (known) => known.dispose());

const tanhName = 'UnrollTanhOfSum';
const tanhGradientName = 'UnrollTanhGradient';
const backwardsName = 'UnrollBackwards';

/** tanh of a sum of two sequences [batch, time, units], as one kernel. */
export function runTanhOfSum(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return tf.engine().runKernel(tanhName, { a, b }) as tf.Tensor3D;
}

/** Sequences [batch, time, units], each backwards within its length, as one kernel. */
export function runBackwards(sequence: tf.Tensor3D, lengths: readonly number[]): tf.Tensor3D {
  return tf.engine().runKernel(backwardsName, { sequence }, { lengths } as unknown as tf.NamedAttrMap) as tf.Tensor3D;
}

export function registerPointwiseKernels(): void {
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) =>
    tf.registerKernel({ kernelName, backendName, kernelFunc });

  register(tanhName, ({ inputs, backend }) => {
    const { a, b } = inputs as { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
    return ofSequences(backend as EngineBackend, tanhName, [a, b], [], (writer, first, second, out, panels) =>
      writer.command('tanhOfSum', first, second, out, panels),
    );
  });
  register(tanhGradientName, ({ inputs, backend }) => {
    const { slope, output } = inputs as { readonly slope: tf.TensorInfo; readonly output: tf.TensorInfo };
    return ofSequences(backend as EngineBackend, tanhGradientName, [slope, output], [], (writer, dy, y, out, panels) =>
      writer.command('tanhGradient', dy, y, out, panels),
    );
  });
  tf.registerGradient({
    kernelName: tanhName,
    outputsToSave: [true],
    gradFunc: (dy, [output]) => {
      const of = () =>
        tf.engine().runKernel(tanhGradientName, { slope: dy as tf.Tensor, output: output as tf.Tensor }) as tf.Tensor;
      return { a: of, b: of };
    },
  });

  // Sums of sequences that lie in panels, as gradients do that come from two sides; any other sum is TF.js's own.
  const plain = tf.getKernel('Add', 'cpu');
  tf.unregisterKernel('Add', backendName);
  register('Add', (call) => {
    const backend = call.backend as EngineBackend;
    const { a, b } = call.inputs as { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
    const isPanels = ({ shape, dtype, dataId }: tf.TensorInfo) =>
      shape.length === 3 && dtype === 'float32' && backend.stored({ dataId }).region?.layout.kind === 'panels';
    if (a.shape.join() !== b.shape.join() || !isPanels(a) || !isPanels(b)) return plain.kernelFunc(call);
    return ofSequences(backend, 'Add', [a, b], [], (writer, first, second, out, panels) =>
      writer.command('sum', first, second, out, panels),
    );
  });

  register(backwardsName, ({ inputs, attrs, backend }) => {
    const { sequence } = inputs as { readonly sequence: tf.TensorInfo };
    const lengths = (attrs as unknown as { readonly lengths: readonly number[] }).lengths;
    const { machine } = backend as EngineBackend;
    const block = Block.of(machine, 4 * lengths.length);
    machine.heap.words(block.at, lengths.length).set(lengths);
    const result = ofSequences(
      backend as EngineBackend,
      backwardsName,
      [sequence],
      [block.at],
      (writer, from, _, out, panels) => writer.command('backwards', from, out, block.at + 4 * from.first, panels),
    );
    block.release();
    return result;
  });
  tf.registerGradient({
    kernelName: backwardsName,
    // Twice backwards is forwards.
    gradFunc: (dy, _, attrs) => ({
      sequence: () => tf.engine().runKernel(backwardsName, { sequence: dy as tf.Tensor }, attrs) as tf.Tensor,
    }),
  });
}

/** What is made of sequences of one shape, step by step and part by part. */
function ofSequences(
  backend: EngineBackend,
  name: string,
  inputs: readonly [tf.TensorInfo, tf.TensorInfo?],
  key: readonly number[],
  write: (writer: ProgramWriter, first: PartPlace, second: PartPlace, output: PartPlace, panels: number) => void,
): tf.TensorInfo {
  const { machine } = backend;
  const [one, other = one] = inputs;
  const [batch = 0, timeSteps = 0, units = 0] = one.shape;
  const places = backend.stored(one).panels(timeSteps, batch, units);
  const others = backend.stored(other).panels(timeSteps, batch, units, places);
  const layout = panelSequence(places, timeSteps, machine.rowBytes(units));
  const block = Block.of(machine, layout.bytes);
  const out = layout.places(block.at);
  const known = programs.get(
    `${machine.id} ${name} ${batch} ${timeSteps} ${units} ${places.map(({ first }) => first).join()}`,
    () => new Programs(machine, oneWay),
  );
  known.run([...addressesOf(places), ...addressesOf(others), ...key, block.at], (writer) => {
    out.forEach((part, index) => {
      writer.block('each', timeSteps, part.rows, part.index);
      write(writer, places[index] ?? part, others[index] ?? part, part, machine.panelsOf(units));
    });
  });
  return backend.make([batch, timeSteps, units], {
    block,
    layout: { kind: 'panels', timeSteps, columns: units, places: out },
  });
}
