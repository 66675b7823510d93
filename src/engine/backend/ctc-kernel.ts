import * as tf from '@tensorflow/tfjs-core';
import type { Machine } from '../wasm/machine';
import { addressesOf, type PanelSequence, type PartPlace, panelSequence } from '../wasm/parts';
import { backendName, type EngineBackend } from './backend';
import { oneWay, Programs } from './programs';
import { Recent } from './recent';
import { Block } from './storage';

export interface CtcCall {
  /** Class numbers of each row, none of them 0. */
  readonly labels: readonly (readonly number[])[];
  /** Steps of each row. */
  readonly lengths: readonly number[];
  pass?: Pass;
}

/** What the backward pass needs of the forward one. */
interface Pass {
  readonly bound: Bound;
  readonly logits: readonly PartPlace[];
  readonly words: Words;
  readonly work: Block;
}

/** A shape with what is kept for it between calls. */
interface Bound {
  readonly time: number;
  readonly outputs: number;
  /** Labels that a row has room for. */
  readonly most: number;
  /** Bytes of what a row keeps. */
  readonly rowBytes: number;
  readonly sequence: PanelSequence;
  readonly forward: Programs;
  readonly backward: Programs;
}

/** Lengths, labels and their counts, one after another. */
interface Words {
  readonly block: Block;
  readonly lengths: number;
  readonly labels: number;
  readonly counts: number;
  readonly losses: number;
}

const forwardName = 'UnrollCtc';
const backwardName = 'UnrollCtcGradient';

/** Shapes that are kept ready. */
const mostShapes = 24;

const shapes = new Recent<Bound>(mostShapes, ({ forward, backward }) => {
  forward.dispose();
  backward.dispose();
});

/**
 * Sum of −log of the probability of each row's labels over all paths (CTC), as one kernel.
 *
 * @param logits [batch, time, outputs]; output 0 is the blank
 */
export function runCtc(logits: tf.Tensor3D, labels: CtcCall['labels'], lengths: readonly number[]): tf.Scalar {
  const call: CtcCall = { labels, lengths };
  const attrs = { call } as unknown as tf.NamedAttrMap;
  const [handle, loss] = tf.engine().runKernel(forwardName, { logits }, attrs) as unknown as tf.Tensor[];
  handle?.dispose();
  return loss as tf.Scalar;
}

export function registerCtcKernels(): void {
  tf.registerKernel({
    kernelName: forwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      ctcForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerKernel({
    kernelName: backwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      ctcGradient(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerGradient({
    kernelName: forwardName,
    outputsToSave: [true],
    gradFunc: (dys, [handle], attrs) => ({
      logits: () =>
        tf
          .engine()
          .runKernel(
            backwardName,
            { handle: handle as tf.Tensor, slope: (dys as tf.Tensor[])[1] as tf.Tensor },
            attrs,
          ) as tf.Tensor,
    }),
  });
}

function boundOf(
  machine: Machine,
  ...[batch, time, outputs, most]: [batch: number, time: number, outputs: number, most: number]
): Bound {
  const width = statesWidth(most);
  return shapes.get(`${machine.id} ${batch} ${time} ${outputs} ${most}`, () => ({
    ...{ time, outputs, most },
    rowBytes: 4 * (5 * width + time * (width + 1)),
    sequence: panelSequence(machine.parts(batch), time, machine.rowBytes(outputs)),
    forward: new Programs(machine, oneWay),
    backward: new Programs(machine, oneWay),
  }));
}

/** Numbers of the states of so many labels, with their margins: `widthOf` of ../kernels/ctc.ts. */
function statesWidth(labels: number): number {
  return 8 + 4 * Math.ceil((2 * labels + 1) / 4);
}

/** The forward kernel: a handle for the gradient, and the loss. */
function ctcForward({ logits }: tf.NamedTensorInfoMap, call: CtcCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const [batch = 0, time = 0, outputs = 0] = logits?.shape ?? [];
  if (!logits) throw new Error('The loss was given too little');
  // Rounded, so that batches share what is kept for a shape.
  const most = 8 * Math.ceil(Math.max(1, ...call.labels.map(({ length }) => length)) / 8);
  const bound = boundOf(machine, batch, time, outputs, most);
  const stored = backend.stored(logits);
  const places = stored.panels(time, batch, outputs);
  const words = wordsOf(machine, call, most);
  const work = Block.of(machine, batch * bound.rowBytes);
  bound.forward.run([...addressesOf(places), words.block.at, work.at], (writer) => {
    for (const part of places)
      writer
        .block('each', 1, part.rows, part.index)
        .command('ctc', ...ofPart(part, bound, words, work), words.losses + 4 * part.first);
  });
  call.pass = { bound, logits: places, words, work };
  let loss = 0;
  for (const own of machine.heap.floats(words.losses, batch)) loss += own;
  const keeps = [...(stored.region ? [stored.region.block.hold()] : []), words.block];
  return [
    backend.make([1], { block: work, layout: { kind: 'rows', at: work.at } }, keeps),
    backend.makeTensorInfo([], 'float32', Float32Array.of(loss)),
  ];
}

function wordsOf(machine: Machine, { labels, lengths }: CtcCall, most: number): Words {
  const batch = lengths.length;
  const block = Block.of(machine, 4 * batch * (most + 3));
  const all = machine.heap.words(block.at, batch * (most + 3));
  all.set(lengths);
  labels.forEach((own, row) => {
    all[batch + row] = own.length;
    all.set(own, 3 * batch + row * most);
  });
  const at = (index: number) => block.at + 4 * index * batch;
  return { block, lengths: at(0), counts: at(1), losses: at(2), labels: at(3) };
}

/** The words that both commands begin with. */
function ofPart(part: PartPlace, { time, outputs, most, rowBytes }: Bound, words: Words, work: Block) {
  const { first } = part;
  return [
    ...[part, outputs, time, words.lengths + 4 * first, words.labels + 4 * first * most],
    ...[words.counts + 4 * first, most, work.at + first * rowBytes],
  ];
}

function ctcGradient(inputs: tf.NamedTensorInfoMap, call: CtcCall, backend: EngineBackend): tf.TensorInfo {
  const { handle, slope } = inputs;
  if (!call.pass || !handle || !slope) throw new Error('There was no forward pass');
  const { bound, logits, words, work } = call.pass;
  const { machine } = backend;
  const gradient = backend.stored(handle).keep(Block.of(machine, bound.sequence.bytes));
  const out = bound.sequence.places(gradient.at);
  const scale = machine.heap.allocate(4);
  machine.heap.floats(scale, 1)[0] = (backend.stored(slope).values as Float32Array)[0] ?? 0;
  bound.backward.run([...addressesOf(logits), words.block.at, work.at, gradient.at, scale], (writer) => {
    logits.forEach((part, index) => {
      writer
        .block('each', 1, part.rows, part.index)
        .command('ctcGradient', ...ofPart(part, bound, words, work), scale, out[index] ?? part);
    });
  });
  machine.heap.release(scale);
  return backend.sequenceIn(gradient, bound.time, bound.outputs, out);
}

function callOf(attrs: unknown): CtcCall {
  return (attrs as { readonly call: CtcCall }).call;
}
