import * as tf from '@tensorflow/tfjs-core';
import type { Machine } from '../wasm/machine';
import { floatBits, type Place, type ProgramWriter } from '../wasm/program';
import { backendName, type EngineBackend } from './backend';
import { Programs } from './programs';
import { Block, type Stored } from './storage';

/** What the backward pass needs of the forward one. */
interface Pass {
  readonly head: Head;
  readonly sequence: Place;
  readonly output: Place;
  readonly weights: Stored;
  /** Targets and sums of a cross-entropy. */
  readonly targets: number;
  readonly sums: number;
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
 * @param targets class numbers [batch, time]
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

/** Logits in columns beyond the classes: as good as impossible, and e to their power is 0. */
const impossible = -1e30;

class Head {
  readonly forward: Programs;
  readonly backward: Programs;
  readonly packing: Programs;
  readonly sequenceStride: number;
  readonly outputStride: number;
  readonly packedBytes: number;
  readonly transposedBytes: number;
  private readonly biasOffset: number;

  constructor(
    readonly machine: Machine,
    readonly batch: number,
    readonly timeSteps: number,
    readonly units: number,
    readonly outputs: number,
  ) {
    this.forward = new Programs(machine);
    this.backward = new Programs(machine);
    this.packing = new Programs(machine);
    this.sequenceStride = machine.panelsOf(units) * batch * machine.panelBytes;
    this.outputStride = machine.panelsOf(outputs) * batch * machine.panelBytes;
    this.biasOffset = machine.panelsOf(outputs) * units * machine.panelBytes;
    this.packedBytes = this.biasOffset + machine.panelsOf(outputs) * machine.panelBytes;
    this.transposedBytes = machine.panelsOf(units) * (outputs + 1) * machine.panelBytes;
  }

  pack(writer: ProgramWriter, weights: number, bias: number, packed: number, isLoss: boolean): void {
    const beyond = isLoss ? floatBits(impossible) : 0;
    writer
      .block('panels', 1, 1)
      .command('pack', weights, this.units, this.outputs, packed)
      .command('packVector', bias, this.outputs, packed + this.biasOffset, beyond);
  }

  output(writer: ProgramWriter, sequence: Place, packed: number, output: Place): void {
    const panels = this.machine.panelsOf(this.outputs);
    writer
      .block('each', this.timeSteps, this.batch)
      .command('product', sequence, this.units, packed, output, panels, packed + this.biasOffset);
  }

  /** Gradients of the sequence and of what is learned, from the gradient of the output. */
  gradients(
    writer: ProgramWriter,
    places: {
      readonly sequence: Place;
      readonly slope: Place;
      readonly transposed: number;
      readonly sequenceGradient: Place;
      readonly weightGradient: number;
      readonly biasGradient: number;
    },
  ): void {
    const { machine, units, outputs, timeSteps, batch } = this;
    const { sequence, slope, transposed, sequenceGradient, weightGradient, biasGradient } = places;
    const panels = machine.panelsOf(units);
    const zeros = transposed + panels * outputs * machine.panelBytes;
    writer
      .block('each', timeSteps, batch)
      .command('product', slope, outputs, transposed, sequenceGradient, panels, zeros)
      .barrier()
      .block('panels', timeSteps, batch)
      .command('weightGradient', sequence, units, slope, outputs, weightGradient)
      .command('columnSums', slope, outputs, biasGradient);
  }

  dispose(): void {
    for (const programs of [this.forward, this.backward, this.packing]) programs.dispose();
  }
}

const heads = new Map<string, Head>();

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

function headOf(machine: Machine, ...sizes: [batch: number, timeSteps: number, units: number, outputs: number]): Head {
  const key = `${machine.id} ${sizes.join(' ')}`;
  const head = heads.get(key) ?? new Head(machine, ...sizes);
  heads.delete(key);
  heads.set(key, head);
  const [oldest] = heads;
  if (heads.size > mostShapes && oldest) {
    heads.delete(oldest[0]);
    oldest[1].dispose();
  }
  return head;
}

/** The forward kernel: a handle for the gradient, and the output or the loss. */
export function headForward(inputs: tf.NamedTensorInfoMap, call: HeadCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const { sequence, weights, bias } = inputs;
  if (!sequence || !weights || !bias) throw new Error('The head was given too little');
  const [batch = 0, timeSteps = 0, units = 0] = sequence.shape;
  const outputs = weights.shape[1] ?? 0;
  const head = headOf(machine, batch, timeSteps, units, outputs);
  const isLoss = call.targets !== undefined;

  const sequenceStored = backend.stored(sequence);
  const sequencePlace = sequenceStored.panels(timeSteps, batch, units);
  const weightsStored = backend.stored(weights);
  const weightsAt = weightsStored.rows();
  const biasStored = backend.stored(bias);
  const biasAt = biasStored.rows();
  const packed = weightsStored.derived(isLoss ? 'packed for a loss' : 'packed', head.packedBytes);
  // The bias is packed with the weights, and marked as seen.
  const seen = biasStored.derived(isLoss ? 'packed for a loss' : 'packed', 4);
  if (packed.isStale || seen.isStale) {
    head.packing.run([weightsAt, biasAt, packed.at, isLoss ? 1 : 0], (writer) =>
      head.pack(writer, weightsAt, biasAt, packed.at, isLoss),
    );
  }
  const block = Block.of(machine, head.outputStride * timeSteps);
  const output = { at: block.at, stride: head.outputStride };
  const keeps = sequenceStored.region ? [sequenceStored.region.block.hold()] : [];
  const rest = { head, sequence: sequencePlace, output, weights: weightsStored };
  if (!call.targets) {
    head.forward.run([sequencePlace.at, sequencePlace.stride, packed.at, output.at], (writer) =>
      head.output(writer, sequencePlace, packed.at, output),
    );
    call.pass = { ...rest, targets: 0, sums: 0 };
    const layout = { kind: 'panels', timeSteps, rows: batch, columns: outputs, stride: output.stride } as const;
    return [
      backend.make([1], { block: block.hold(), at: block.at, layout: { kind: 'rows' } }, keeps),
      backend.make([batch, timeSteps, outputs], { block, at: block.at, layout }),
    ];
  }

  const count = batch * timeSteps;
  // Targets, sums and losses, one after another.
  const numbers = Block.of(machine, 12 * count);
  keeps.push(numbers);
  const [targets, sums, losses] = [numbers.at, numbers.at + 4 * count, numbers.at + 8 * count];
  machine.idsByTime(backend.stored(call.targets).values as Int32Array, batch, timeSteps, targets);
  head.forward.run([sequencePlace.at, sequencePlace.stride, packed.at, output.at, targets], (writer) => {
    head.output(writer, sequencePlace, packed.at, output);
    writer.command('crossEntropy', output, targets, sums, losses, machine.panelsOf(outputs));
  });
  call.pass = { ...rest, targets, sums };
  let loss = 0;
  const ofTokens = machine.heap.floats(losses, count);
  // Not by its iterator, which takes ten times as long.
  for (let index = 0; index < count; index++) loss += ofTokens[index] as number;
  return [
    backend.make([1], { block, at: block.at, layout: { kind: 'rows' } }, keeps),
    backend.makeTensorInfo([], 'float32', Float32Array.of(loss / count)),
  ];
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
  pass.gradients ??= backward(inputs, call.targets !== undefined, pass, backend);
  const { batch, timeSteps, units, outputs, sequenceStride } = pass.head;
  if (of === 'weights') return backend.rowsIn(pass.gradients.weights, [units, outputs]);
  if (of === 'bias') return backend.rowsIn(pass.gradients.bias, [outputs]);
  const block = pass.gradients.sequence;
  const layout = { kind: 'panels', timeSteps, rows: batch, columns: units, stride: sequenceStride } as const;
  return backend.make([batch, timeSteps, units], { block: block.hold(), at: block.at, layout });
}

function backward(inputs: tf.NamedTensorInfoMap, isLoss: boolean, pass: Pass, backend: EngineBackend): Gradients {
  const { machine } = backend;
  const { handle, slope } = inputs;
  if (!handle || !slope) throw new Error('The head was given too little');
  const { head, sequence, output, weights, targets, sums } = pass;
  const { batch, timeSteps, units, outputs } = head;
  const kept = (bytes: number) => backend.stored(handle).keep(Block.of(machine, bytes));
  const transposed = weights.derived('transposed', head.transposedBytes);
  if (transposed.isStale) {
    const weightsAt = weights.rows();
    head.packing.run([weightsAt, transposed.at, -1], (writer) => {
      const zeros = transposed.at + machine.panelsOf(units) * outputs * machine.panelBytes;
      writer
        .block('panels', 1, 1)
        .command('packTransposed', weightsAt, units, outputs, transposed.at)
        // A whole row of zeros for products to begin with.
        .command('packVector', 0, units, zeros, 0);
    });
  }
  const gradients: Gradients = {
    sequence: kept(head.sequenceStride * timeSteps),
    weights: kept(4 * units * outputs),
    bias: kept(4 * outputs),
  };
  const sequenceGradient = { at: gradients.sequence.at, stride: head.sequenceStride };
  const [weightGradient, biasGradient] = [gradients.weights.at, gradients.bias.at];
  const slopePlace = isLoss ? output : backend.stored(slope).panels(timeSteps, batch, outputs);
  const scale = machine.heap.allocate(4);
  if (isLoss) {
    const factor = (backend.stored(slope).values as Float32Array)[0] ?? 0;
    machine.heap.floats(scale, 1)[0] = factor / (batch * timeSteps);
  }
  const places = {
    ...{ sequence, slope: slopePlace, transposed: transposed.at, sequenceGradient },
    ...{ weightGradient, biasGradient },
  };
  const key = [
    ...[sequence.at, sequence.stride, slopePlace.at, slopePlace.stride, transposed.at, sequenceGradient.at],
    ...[weightGradient, biasGradient, targets, sums, scale],
  ];
  head.backward.run(key, (writer) => {
    if (isLoss) {
      writer
        .block('each', timeSteps, batch)
        .command('crossEntropyGradient', output, targets, sums, scale, machine.panelsOf(outputs));
    }
    head.gradients(writer, places);
  });
  machine.heap.release(scale);
  return gradients;
}

function callOf(attrs: unknown): HeadCall {
  return (attrs as { readonly call: HeadCall }).call;
}
