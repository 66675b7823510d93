import * as tf from '@tensorflow/tfjs-core';
import type { Machine } from '../wasm/machine';
import { addressesOf, type PanelSequence, type PartPlace, panelSequence } from '../wasm/parts';
import { backendName, type EngineBackend } from './backend';
import { oneWay, Programs } from './programs';
import { Recent } from './recent';
import { Block, type Stored } from './storage';

/** How weights come about, as the kernel's words have it: `attend` of ../kernels/attention.ts. */
const ways = { dot: 0, additive: 1, given: 2 } as const;

export interface AttendCall {
  readonly how: keyof typeof ways;
  /** Steps of each memory. */
  readonly lengths: readonly number[];
  /** Weights [batch, queries, time], where they are given. */
  readonly given?: Float32Array;
  pass?: Pass;
}

/** What the backward pass needs of the forward one. */
interface Pass {
  readonly bound: Bound;
  readonly queries: readonly PartPlace[];
  readonly keys: readonly PartPlace[];
  readonly memory: readonly PartPlace[];
  readonly score: number;
  readonly lengths: Block;
  readonly weights: Block;
  gradients?: Gradients;
}

/** How each gradient is given out; what they lie in is the handle's. */
type Gradients = Readonly<Record<string, () => tf.TensorInfo>>;

/** A shape with what is kept for it between calls. */
interface Bound {
  readonly queries: number;
  readonly time: number;
  readonly units: number;
  readonly ofQueries: PanelSequence;
  readonly ofMemory: PanelSequence;
  readonly forward: Programs;
  readonly backward: Programs;
}

const forwardName = 'UnrollAttend';
const backwardName = 'UnrollAttendGradient';

/** Shapes that are kept ready. */
const mostShapes = 24;

const shapes = new Recent<Bound>(mostShapes, ({ forward, backward }) => {
  forward.dispose();
  backward.dispose();
});

/**
 * For each query the mean of a memory, weighed by how well they suit each other, as one kernel.
 *
 * @param inputs `queries` [batch, queries, units], `memory` [batch, time, units]; for an additive score also `keys`, of the
 *   memory's shape, and `score` [units, 1]. Where weights are given the queries have no part in them.
 * @returns context [batch, queries, units], and weights [batch, queries, time], which have no gradient
 */
export function runAttend(inputs: tf.NamedTensorMap, call: AttendCall): { context: tf.Tensor3D; weights: tf.Tensor3D } {
  const attrs = { call } as unknown as tf.NamedAttrMap;
  const outputs = tf.engine().runKernel(forwardName, inputs, attrs) as unknown as tf.Tensor[];
  const [handle, context, weights] = outputs;
  handle?.dispose();
  return { context: context as tf.Tensor3D, weights: weights as tf.Tensor3D };
}

export function registerAttentionKernels(): void {
  tf.registerKernel({
    kernelName: forwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      attendForward(inputs as tf.NamedTensorInfoMap, callOf(attrs), backend as EngineBackend),
  });
  tf.registerKernel({
    kernelName: backwardName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      attendGradient(inputs as tf.NamedTensorInfoMap, callOf(attrs), String(attrs?.of), backend as EngineBackend),
  });
  tf.registerGradient({
    kernelName: forwardName,
    outputsToSave: [true],
    gradFunc: (dys, saved, attrs) => {
      const gradient = (of: string) => () =>
        tf.engine().runKernel(
          backwardName,
          { handle: saved[0] as tf.Tensor, slope: (dys as tf.Tensor[])[1] as tf.Tensor },
          {
            ...attrs,
            of,
          },
        ) as tf.Tensor;
      const names = ['queries', 'memory', ...(callOf(attrs).how === 'additive' ? ['keys', 'score'] : [])];
      return Object.fromEntries(names.map((name) => [name, gradient(name)]));
    },
  });
}

function boundOf(
  machine: Machine,
  ...[batch, queries, time, units]: [batch: number, queries: number, time: number, units: number]
): Bound {
  const sequence = (steps: number) => panelSequence(machine.parts(batch), steps, machine.rowBytes(units));
  return shapes.get(`${machine.id} ${batch} ${queries} ${time} ${units}`, () => ({
    ...{ queries, time, units },
    ofQueries: sequence(queries),
    ofMemory: sequence(time),
    forward: new Programs(machine, oneWay),
    backward: new Programs(machine, oneWay),
  }));
}

/** The forward kernel: a handle for the gradient, the context, and the weights. */
function attendForward(inputs: tf.NamedTensorInfoMap, call: AttendCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const { queries, memory, keys, score } = inputs;
  if (!queries || !memory) throw new Error('The attention was given too little');
  const [batch = 0, count = 0, units = 0] = queries.shape;
  const time = memory.shape[1] ?? 0;
  const bound = boundOf(machine, batch, count, time, units);
  const stored = {
    queries: backend.stored(queries),
    memory: backend.stored(memory),
    keys: backend.stored(keys ?? memory),
  };
  const places = {
    queries: stored.queries.panels(count, batch, units),
    memory: stored.memory.panels(time, batch, units),
    keys: stored.keys.panels(time, batch, units),
  };
  const scoreAt = score ? paddedScore(backend.stored(score), machine, units) : 0;
  const lengths = Block.of(machine, 4 * batch);
  machine.heap.words(lengths.at, batch).set(call.lengths);
  const weights = Block.of(machine, 4 * batch * count * time);
  if (call.given) machine.heap.floats(weights.at, batch * count * time).set(call.given);
  const context = Block.of(machine, bound.ofQueries.bytes);
  const out = bound.ofQueries.places(context.at);
  const key = [
    ...Object.values(places).flatMap(addressesOf),
    scoreAt,
    lengths.at,
    weights.at,
    context.at,
    ways[call.how],
  ];
  bound.forward.run(key, (writer) => {
    places.queries.forEach((part, index) => {
      const [k = part, m = part, c = part] = [places.keys[index], places.memory[index], out[index]];
      const own = ownRows(part, count, time, lengths, weights);
      writer
        .block('each', 1, part.rows, part.index)
        .command('attend', part, count, k, m, time, units, own.lengths, own.weights, c, ways[call.how], scoreAt);
    });
  });
  // What the gradient reads lives as long as its handle.
  const keeps = [
    ...Object.values(stored).flatMap(({ region }) => (region ? [region.block.hold()] : [])),
    ...[lengths, weights.hold()],
  ];
  call.pass = { bound, ...places, score: scoreAt, lengths, weights };
  return [
    backend.make([1], { block: context.hold(), layout: { kind: 'rows', at: context.at } }, keeps),
    backend.make([batch, count, units], {
      block: context,
      layout: { kind: 'panels', timeSteps: count, columns: units, places: out },
    }),
    backend.make([batch, count, time], { block: weights, layout: { kind: 'rows', at: weights.at } }),
  ];
}

/** One of the gradients; computes all of them when it is the first. */
function attendGradient(
  inputs: tf.NamedTensorInfoMap,
  call: AttendCall,
  of: string,
  backend: EngineBackend,
): tf.TensorInfo {
  const { pass } = call;
  if (!pass) throw new Error('There was no forward pass');
  pass.gradients ??= backward(inputs, call, pass, backend);
  const found = pass.gradients[of];
  if (!found) throw new Error(`There is no gradient of ${of}`);
  return found();
}

function backward(
  { handle, slope }: tf.NamedTensorInfoMap,
  call: AttendCall,
  { bound, queries, keys, memory, score, lengths, weights }: Pass,
  backend: EngineBackend,
): Gradients {
  if (!slope || !handle) throw new Error('The attention was given too little');
  const { machine } = backend;
  const { queries: count, time, units, ofQueries, ofMemory } = bound;
  const batch = call.lengths.length;
  const isAdditive = call.how === 'additive';
  const slopes = backend.stored(slope).panels(count, batch, units);
  const kept = (bytes: number) => backend.stored(handle).keep(Block.of(machine, bytes));
  const [ofQuery, ofSource] = [kept(ofQueries.bytes), kept(ofMemory.bytes)];
  const ofKeys = isAdditive ? kept(ofMemory.bytes) : ofSource;
  const rowBytes = machine.rowBytes(units);
  const ofScore = isAdditive ? machine.heap.allocate(batch * rowBytes) : 0;
  const work = machine.heap.allocate(4 * batch * time);
  const [dq, dm] = [ofQueries.places(ofQuery.at), ofMemory.places(ofSource.at)];
  const dk = ofMemory.places(ofKeys.at);
  const key = [
    ...[queries, keys, memory, slopes].flatMap(addressesOf),
    ...[score, lengths.at, weights.at, ofQuery.at, ofSource.at, ofKeys.at, ofScore, work, ways[call.how]],
  ];
  bound.backward.run(key, (writer) => {
    queries.forEach((part, index) => {
      const [k = part, m = part, d = part] = [keys[index], memory[index], slopes[index]];
      const [toQ = part, toK = part, toM = part] = [dq[index], dk[index], dm[index]];
      const own = ownRows(part, count, time, lengths, weights);
      writer
        .block('each', 1, part.rows, part.index)
        .command(
          'attendGradient',
          ...[part, count, k, m, time, units, own.lengths, own.weights, d, toQ, toK, toM, ways[call.how], score],
          ofScore + part.first * rowBytes,
          work + 4 * part.first * time,
        );
    });
  });
  machine.heap.release(work);
  const gradients: Record<string, () => tf.TensorInfo> = {
    queries: () => backend.sequenceIn(ofQuery, count, units, dq),
    memory: () => backend.sequenceIn(ofSource, time, units, dm),
  };
  if (isAdditive) {
    const sum = sumOfRows(machine, ofScore, batch, units);
    machine.heap.release(ofScore);
    gradients.keys = () => backend.sequenceIn(ofKeys, time, units, dk);
    gradients.score = () => backend.makeTensorInfo([units, 1], 'float32', sum);
  }
  return gradients;
}

/** Where a part's rows have their lengths and weights. */
function ownRows({ first }: PartPlace, queries: number, time: number, lengths: Block, weights: Block) {
  return { lengths: lengths.at + 4 * first, weights: weights.at + 4 * first * queries * time };
}

/** With zeros beyond the units, up to a whole panel. */
function paddedScore(score: Stored, machine: Machine, units: number): number {
  const { at, isStale } = score.derived('padded', machine.rowBytes(units));
  if (isStale) {
    machine.clear(at, machine.rowBytes(units));
    machine.heap.floats(at, units).set(score.values as Float32Array);
  }
  return at;
}

function sumOfRows(machine: Machine, at: number, rows: number, units: number): Float32Array {
  const width = machine.rowBytes(units) / 4;
  const values = machine.heap.floats(at, rows * width);
  const sum = new Float32Array(units);
  for (let row = 0; row < rows; row++)
    for (let unit = 0; unit < units; unit++) sum[unit] = (sum[unit] as number) + (values[row * width + unit] as number);
  return sum;
}

function callOf(attrs: unknown): AttendCall {
  return (attrs as { readonly call: AttendCall }).call;
}
