import { append } from '../../base/grouped';
import type { Buffer } from '../plan/commands';
import type { NodeId } from '../plan/graph';
import { type LayerSizes, type LayerValues, leafOf } from './layer-forward';
import type { LayerWeights } from './layer-weights';
import { addedTo, type Gathered, isGradient, type Lowered } from './lower';
import { normGradient } from './norm';
import type { Operations, Value } from './operations';
import { type Left, type Reach, Scan, scanOf } from './scan';
import { Series } from './series';
import { Terms } from './terms';

/** What flows back through a layer; the gradients of its matrices are made of it. */
export interface Backflow {
  /** Gradients over all steps, of maps and, where it was asked for, of the input. */
  readonly series: Series;
  /** Of learned vectors by name: [units]. */
  readonly vectors: ReadonlyMap<string, Value>;
  /** Of each state before the first step: [units, batch]. */
  readonly states: readonly Value[];
}

interface Call {
  readonly tensors: Operations;
  readonly lowered: Lowered;
  readonly weights: LayerWeights;
  readonly values: LayerValues;
  readonly sizes: LayerSizes;
}

/**
 * @param upstream of the output, [units, time · batch]
 * @param last of each state after the last step, [units, batch]
 */
export function backward(call: Call, upstream: Value, last: readonly Value[], wantsInput: boolean): Backflow {
  const { tensors } = call;
  call.values.series.enter();
  const series = new Series(tensors, call.sizes.timeSteps);
  series.setWhole('upstream', upstream);
  const sums = new Map<Buffer, Value[]>();
  const states = loopBackwards(call, series, sums, last);
  afterwards(call, series, sums, wantsInput);
  const vectors = [...sums].map(([buffer, list]): [string, Value] => {
    const all = list.map((value) => tensors.sum(value, [1]));
    return [buffer.slice('sum:'.length), all.reduce((a, b) => tensors.add(a, b))];
  });
  return { series, vectors: new Map(vectors), states };
}

/** Step by step from the last one. @returns the gradients of the first states */
function loopBackwards(
  call: Call,
  series: Series,
  sums: Map<Buffer, Value[]>,
  last: readonly Value[],
): readonly Value[] {
  const { tensors, lowered, weights, values, sizes } = call;
  const { units, batch, timeSteps } = sizes;
  const scan = scanOf(lowered, `backward ${units} ${batch}`, () => {
    return new Scan<BackwardPass>(tensors, (reach, carried) => backwardStep(tensors, lowered, reach, carried, sizes));
  });
  const steps = [...Array(timeSteps).keys()].reverse();
  const pass = { weights, values, series, factors: factorsOf(call) };
  const { carried, kept } = scan.run(pass, steps, last);
  joinedOf(lowered).forEach(({ gradients }, index) => {
    const list = kept.get(`joined ${index}`);
    if (list) series.addJoined(gradients, list.toReversed());
  });
  for (const [buffer, list] of kept) {
    if (buffer.startsWith('sum:')) append(sums, buffer, tensors.concat(list, 1));
    else if (isGradient(buffer)) series.setSteps(buffer, list.toReversed());
  }
  return carried.at(-1) ?? last;
}

interface BackwardPass {
  readonly weights: LayerWeights;
  readonly values: LayerValues;
  readonly series: Series;
  readonly factors: ReadonlyMap<NodeId, readonly Value[]>;
}

/** What one product takes unit under unit. */
function joinedOf({ loopBack }: Lowered): readonly Gathered[] {
  return loopBack.filter((step) => step.op === 'gathered');
}

/** @param carried the gradients of the states after the step, [units, batch] */
function backwardStep(
  tensors: Operations,
  lowered: Lowered,
  reach: Reach<BackwardPass>,
  carried: readonly Value[],
  { units, batch }: LayerSizes,
): Left {
  const { plan, loopBack, keptGradients } = lowered;
  const joints = joinedOf(lowered);
  const isJoined = new Set(joints.flatMap(({ gradients }) => gradients));
  const own = new Map<Buffer, Value>(carried.map((value, index) => [`carry:${index}`, value]));
  const kept: [string, Value][] = [];
  const at = (buffer: Buffer): Value =>
    own.get(buffer) ?? reach.own(({ series, values }, step) => (isGradient(buffer) ? series : values).at(buffer, step));
  const terms = new Terms(tensors, plan.graph, (name) => reach.shared(({ weights }) => weights.column([name])));
  for (const id of factorIds(lowered))
    terms.set(
      id,
      reach.own(({ factors }, step) => factors.get(id)?.[step] as Value),
    );
  for (const command of loopBack) {
    if (command.op === 'segment') {
      const { reads, writes } = command.segment;
      const list = writes.map(({ of, to }) => [to, terms.value(of, leafOf(reads, at))] as const);
      for (const [to, value] of list) {
        if (to.startsWith('sum:')) kept.push([to, value]);
        else own.set(to, value);
      }
    } else if (command.op === 'gathered') {
      const all = tensors.concat(command.gradients.map(at), 0);
      kept.push([`joined ${joints.indexOf(command)}`, all]);
      const matrix = reach.shared(({ weights }) => weights.beside(command.weights));
      const product = tensors.matMul(matrix, all);
      own.set(command.c, command.add ? tensors.add(at(command.c), product) : product);
    } else if (command.op === 'normGradient') {
      const value = normGradient(tensors, at(command.d), at(command.y), at(command.r));
      own.set(command.a, command.add ? tensors.add(at(command.a), value) : value);
    } else if (command.op === 'zero') own.set(command.c, tensors.zeros([units, batch]));
  }
  for (const [buffer, value] of own) if (keptGradients.has(buffer) && !isJoined.has(buffer)) kept.push([buffer, value]);
  return { carried: carried.map((_, index) => at(`carry out:${index}`)), kept };
}

function termsOf({ tensors, lowered, weights }: Call): Terms {
  return new Terms(tensors, lowered.plan.graph, (name) => weights.column([name]));
}

/** What gradients are multiplied by, made for all steps at once. */
function factorsOf(call: Call): ReadonlyMap<NodeId, readonly Value[]> {
  const { tensors, lowered, values, sizes } = call;
  const { timeSteps, batch } = sizes;
  const terms = termsOf(call);
  const leaf = leafOf(readsOf(lowered), (buffer) => values.wholeOf(buffer));
  return new Map(
    factorIds(lowered).map((id): [NodeId, readonly Value[]] => {
      const value = terms.value(id, leaf);
      const isSame = value.shape[1] !== timeSteps * batch;
      return [id, isSame ? Array<Value>(timeSteps).fill(value) : tensors.split(value, timeSteps, 1)];
    }),
  );
}

/** Factors that are not simply read. */
function factorIds(lowered: Lowered): readonly NodeId[] {
  const reads = readsOf(lowered);
  return [...lowered.factors].filter((id) => !reads.has(id));
}

function readsOf({ loopBack }: Lowered): ReadonlyMap<NodeId, Buffer> {
  return new Map(loopBack.flatMap((step) => (step.op === 'segment' ? [...step.segment.reads] : [])));
}

/** Over all steps at once, what comes before the loop. */
function afterwards(call: Call, series: Series, sums: Map<Buffer, Value[]>, wantsInput: boolean): void {
  const { tensors, lowered, weights, values } = call;
  const terms = termsOf(call);
  const wholeOf = (buffer: Buffer) => (isGradient(buffer) ? series.wholeOf(buffer) : values.wholeOf(buffer));
  const add = (buffer: Buffer, value: Value, isMore: boolean) =>
    series.setWhole(buffer, isMore ? tensors.add(series.wholeOf(buffer), value) : value);
  for (const command of lowered.after) {
    if (command.op === 'segment') {
      const { reads, writes } = command.segment;
      const list = writes.flatMap(({ of, to }): [Buffer, Value][] => {
        const own = to.startsWith('sum:') ? addedTo(lowered.plan.graph, of, to) : of;
        return own === undefined ? [] : [[to, terms.value(own, leafOf(reads, wholeOf))]];
      });
      for (const [to, value] of list) {
        if (to.startsWith('sum:')) append(sums, to, value);
        else series.setWhole(to, value);
      }
    } else if (command.op === 'gathered') {
      if (command.c === 'gradient of input' && !wantsInput) continue;
      const product = tensors.matMul(weights.beside(command.weights), series.joined(command.gradients));
      add(command.c, product, command.add);
    } else if (command.op === 'normGradient') {
      const value = normGradient(tensors, wholeOf(command.d), wholeOf(command.y), wholeOf(command.r));
      add(command.a, value, command.add);
    }
  }
}
