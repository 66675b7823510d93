import * as tf from '@tensorflow/tfjs-core';
import { Head, type LossPlaces } from '../wasm/head';
import type { Machine } from '../wasm/machine';
import { addressesOf, type Part, type PartPlace } from '../wasm/parts';
import { backendName, type EngineBackend } from './backend';
import { oneWay, Programs } from './programs';
import { Recent } from './recent';
import { Block, type Stored } from './storage';

/** What the backward pass needs of the forward one. */
interface Pass {
  readonly bound: BoundHead;
  readonly sequence: readonly PartPlace[];
  readonly output: readonly PartPlace[];
  readonly weights: Stored;
  readonly loss: (LossPlaces & { readonly counted: number }) | undefined;
  gradients?: Gradients;
}

interface Gradients {
  readonly sequence: Block;
  readonly weights: Block;
  readonly bias: Block;
}

export interface HeadCall {
  /** Class numbers [batch, time], for the loss; absent for the output itself. */
  readonly targets: tf.Tensor2D | undefined;
  pass?: Pass;
}

const forwardName = 'UnrollHead';
const backwardName = 'UnrollHeadGradient';

/** A linear map of a sequence [batch, time, units] · W [units, outputs] + b → [batch, time, outputs], as one kernel. */
export function runHead(sequence: tf.Tensor3D, weights: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor3D {
  return run(sequence, weights, bias, undefined) as tf.Tensor3D;
}

/**
 * Mean softmax cross-entropy, in nats per token, of the same map's output, as one kernel with it.
 *
 * @param targets class numbers [batch, time]; a negative one does not count
 */
export function runHeadCrossEntropy(
  sequence: tf.Tensor3D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor2D,
): tf.Scalar {
  return run(sequence, weights, bias, targets) as tf.Scalar;
}

function run(sequence: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor2D | undefined): tf.Tensor {
  const call: HeadCall = { targets };
  const attrs = { call } as unknown as tf.NamedAttrMap;
  const outputs = tf.engine().runKernel(forwardName, { sequence, weights, bias }, attrs) as unknown as tf.Tensor[];
  const [handle, result] = outputs;
  if (!result) throw new Error('The head gave nothing');
  handle?.dispose();
  return result;
}

/** Shapes that are kept ready. */
const mostShapes = 16;

/** A head with what is kept for it between calls. */
interface BoundHead {
  readonly head: Head;
  readonly forward: Programs;
  readonly backward: Programs;
  readonly packing: Programs;
}

const heads = new Recent<BoundHead>(mostShapes, ({ forward, backward, packing }) => {
  for (const programs of [forward, backward, packing]) programs.dispose();
});

export function registerHeadKernels(): void {
  tf.registerKernel({
    kernelName: forwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      headForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerKernel({
    kernelName: backwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      headGradient(inputs as tf.NamedTensorInfoMap, callOf(attrs), String(attrs?.of), backend as EngineBackend),
  });
  tf.registerGradient({
    kernelName: forwardName,
    inputsToSave: ['weights'],
    outputsToSave: [true],
    gradFunc: (dys, saved, attrs) => {
      // One kernel call for each gradient, as of a layer; the first one computes.
      const gradient = (of: string) => () => {
        const inputs = { handle: saved[1] as tf.Tensor, slope: (dys as tf.Tensor[])[1] as tf.Tensor };
        return tf.engine().runKernel(backwardName, inputs, { ...attrs, of }) as tf.Tensor;
      };
      return { sequence: gradient('sequence'), weights: gradient('weights'), bias: gradient('bias') };
    },
  });
}

function headOf(
  machine: Machine,
  parts: readonly Part[],
  ...sizes: [batch: number, timeSteps: number, units: number, outputs: number]
): BoundHead {
  const cuts = parts.map(({ first }) => first).join();
  return heads.get(`${machine.id} ${sizes.join(' ')} ${cuts}`, () => ({
    head: new Head(machine, parts, ...sizes),
    forward: new Programs(machine, oneWay),
    backward: new Programs(machine, oneWay),
    packing: new Programs(machine, oneWay),
  }));
}

/** The forward kernel: a handle for the gradient, and the output or the loss. */
export function headForward(inputs: tf.NamedTensorInfoMap, call: HeadCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const { sequence, weights, bias } = inputs;
  if (!sequence || !weights || !bias) throw new Error('The head was given too little');
  const [batch = 0, timeSteps = 0, units = 0] = sequence.shape;
  const outputs = weights.shape[1] ?? 0;
  const sequenceStored = backend.stored(sequence);
  const sequencePlaces = sequenceStored.panels(timeSteps, batch, units);
  const bound = headOf(machine, sequencePlaces, batch, timeSteps, units, outputs);
  const { head } = bound;
  const isLoss = call.targets !== undefined;

  const weightsStored = backend.stored(weights);
  const weightsAt = weightsStored.rows();
  const biasStored = backend.stored(bias);
  const biasAt = biasStored.rows();
  const packed = weightsStored.derived(isLoss ? 'packed for a loss' : 'packed', head.packedBytes);
  // The bias is packed with the weights, and marked as seen.
  const seen = biasStored.derived(isLoss ? 'packed for a loss' : 'packed', 4);
  if (packed.isStale || seen.isStale) {
    bound.packing.run([weightsAt, biasAt, packed.at, isLoss ? 1 : 0], (writer) =>
      head.pack(writer, weightsAt, biasAt, packed.at, isLoss),
    );
  }
  const block = Block.of(machine, head.outInPanels.bytes);
  const output = head.outInPanels.places(block.at);
  const keeps = sequenceStored.region ? [sequenceStored.region.block.hold()] : [];
  const rest = { bound, sequence: sequencePlaces, output, weights: weightsStored };
  const key = [...addressesOf(sequencePlaces), packed.at, block.at];
  if (!call.targets) {
    bound.forward.run(key, (writer) => head.output(writer, sequencePlaces, packed.at, output));
    call.pass = { ...rest, loss: undefined };
    const result = backend.sequenceIn(block, timeSteps, outputs, output);
    return [backend.make([1], { block, layout: { kind: 'rows', at: block.at } }, keeps), result];
  }

  const count = batch * timeSteps;
  // Targets, sums and losses, one after another; of each, part after part.
  const numbers = Block.of(machine, 12 * count);
  keeps.push(numbers);
  const classes = backend.stored(call.targets).values as Int32Array;
  const targets = machine.layOutIds(classes, batch, timeSteps, numbers.at, sequencePlaces);
  let counted = 0;
  for (const target of classes) if (target >= 0) counted += 1;
  const loss = {
    counted,
    targets,
    sums: targets.map((at) => at + 4 * count),
    losses: targets.map((at) => at + 8 * count),
  };
  bound.forward.run([...key, numbers.at], (writer) => head.output(writer, sequencePlaces, packed.at, output, loss));
  call.pass = { ...rest, loss };
  return [
    backend.make([1], { block, layout: { kind: 'rows', at: block.at } }, keeps),
    backend.makeTensorInfo([], 'float32', Float32Array.of(sumOfLosses(machine, output, timeSteps, loss) / counted)),
  ];
}

/** In the same order however the rows are shared out. */
function sumOfLosses(machine: Machine, parts: readonly Part[], timeSteps: number, { losses }: LossPlaces): number {
  const ofParts = parts.map(({ rows }, index) => machine.heap.floats(losses[index] ?? 0, rows * timeSteps));
  let sum = 0;
  for (let time = 0; time < timeSteps; time++) {
    for (const own of ofParts) {
      const rows = own.length / timeSteps;
      // Not by the array's iterator, which takes ten times as long.
      for (let index = time * rows; index < (time + 1) * rows; index++) sum += own[index] as number;
    }
  }
  return sum;
}

/** One of the gradients; computes all of them when it is the first. */
export function headGradient(
  inputs: tf.NamedTensorInfoMap,
  call: HeadCall,
  of: string,
  backend: EngineBackend,
): tf.TensorInfo {
  const { pass } = call;
  if (!pass) throw new Error('There was no forward pass');
  pass.gradients ??= backward(inputs, pass, backend);
  const { timeSteps, units, outputs, inPanels } = pass.bound.head;
  if (of === 'weights') return backend.rowsIn(pass.gradients.weights, [units, outputs]);
  if (of === 'bias') return backend.rowsIn(pass.gradients.bias, [outputs]);
  const block = pass.gradients.sequence;
  return backend.sequenceIn(block, timeSteps, units, inPanels.places(block.at));
}

function backward(inputs: tf.NamedTensorInfoMap, pass: Pass, backend: EngineBackend): Gradients {
  const { machine } = backend;
  const { handle, slope } = inputs;
  if (!handle || !slope) throw new Error('The head was given too little');
  const { bound, sequence, output, weights, loss } = pass;
  const { head } = bound;
  const { timeSteps, units, outputs } = head;
  const kept = (bytes: number) => backend.stored(handle).keep(Block.of(machine, bytes));
  const transposed = weights.derived('transposed', head.transposedBytes);
  if (transposed.isStale) {
    const weightsAt = weights.rows();
    bound.packing.run([weightsAt, transposed.at, -1], (writer) =>
      head.packTransposed(writer, weightsAt, transposed.at),
    );
  }
  const gradients: Gradients = {
    sequence: kept(head.inPanels.bytes),
    weights: kept(4 * units * outputs),
    bias: kept(4 * outputs),
  };
  const slopes = loss ? output : backend.stored(slope).panels(timeSteps, head.batch, outputs, head.parts);
  const scale = machine.heap.allocate(4);
  const work = machine.heap.allocate(head.workBytes);
  if (loss) {
    const factor = (backend.stored(slope).values as Float32Array)[0] ?? 0;
    machine.heap.floats(scale, 1)[0] = factor / loss.counted;
  }
  const key = [
    ...[...addressesOf(sequence), ...addressesOf(slopes), transposed.at],
    ...[gradients.sequence.at, gradients.weights.at, gradients.bias.at, loss?.targets[0] ?? 0, scale, work],
  ];
  bound.backward.run(key, (writer) => {
    head.gradients(writer, {
      ...{ sequence, slope: slopes, transposed: transposed.at },
      sequenceGradient: head.inPanels.places(gradients.sequence.at),
      weightGradient: gradients.weights.at,
      biasGradient: gradients.bias.at,
      work,
      loss: loss && { ...loss, scale },
    });
  });
  machine.heap.release(scale);
  machine.heap.release(work);
  return gradients;
}

function callOf(attrs: unknown): HeadCall {
  return (attrs as { readonly call: HeadCall }).call;
}
