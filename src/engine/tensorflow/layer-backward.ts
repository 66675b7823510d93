import { append } from '../../base/grouped';
import type { Buffer } from '../plan/commands';
import type { NodeId } from '../plan/graph';
import { type LayerSizes, type LayerValues, leafOf } from './layer-forward';
import type { LayerWeights } from './layer-weights';
import { addedTo, type Gathered, isGradient, type Lowered } from './lower';
import { normGradient } from './norm';
import type { Operations, Value } from './operations';
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
  const { loopBack, keptGradients } = lowered;
  const factors = factorsOf(call);
  const joints = loopBack.filter((step) => step.op === 'gathered');
  const joined = new Map<Gathered, Value[]>(joints.map((step) => [step, []]));
  const isJoined = new Set(joints.flatMap(({ gradients }) => gradients));
  const made = new Map<Buffer, Value[]>();
  let carried = last;
  for (let step = sizes.timeSteps - 1; step >= 0; step--) {
    carried = tensors.within(
      () => {
        const own = new Map<Buffer, Value>();
        const survivors: Value[] = [];
        const keep = (buffer: Buffer, value: Value) => {
          append(made, buffer, value);
          survivors.push(value);
        };
        const at = (buffer: Buffer): Value => {
          const known = own.get(buffer);
          if (known) return known;
          if (buffer.startsWith('carry:')) return carried[Number(buffer.slice('carry:'.length))] as Value;
          return isGradient(buffer) ? series.at(buffer, step) : values.at(buffer, step);
        };
        const terms = termsOf(call);
        for (const [id, list] of factors) terms.set(id, list[step] as Value);
        for (const command of loopBack) {
          if (command.op === 'segment') {
            const { reads, writes } = command.segment;
            const list = writes.map(({ of, to }) => [to, terms.value(of, leafOf(reads, at))] as const);
            for (const [to, value] of list) {
              if (to.startsWith('sum:')) keep(to, value);
              else own.set(to, value);
            }
          } else if (command.op === 'gathered') {
            const all = tensors.concat(command.gradients.map(at), 0);
            joined.get(command)?.push(all);
            survivors.push(all);
            const product = tensors.matMul(weights.beside(command.weights), all);
            own.set(command.c, command.add ? tensors.add(at(command.c), product) : product);
          } else if (command.op === 'normGradient') {
            const value = normGradient(tensors, at(command.d), at(command.y), at(command.r));
            own.set(command.a, command.add ? tensors.add(at(command.a), value) : value);
          } else if (command.op === 'zero') own.set(command.c, tensors.zeros([sizes.units, sizes.batch]));
        }
        for (const [buffer, value] of own) if (keptGradients.has(buffer) && !isJoined.has(buffer)) keep(buffer, value);
        return { next: last.map((_, index) => at(`carry out:${index}`)), survivors };
      },
      ({ next, survivors }) => [...next, ...survivors],
    ).next;
  }
  for (const [step, list] of joined) series.addJoined(step.gradients, list.toReversed());
  for (const [buffer, list] of made) {
    if (buffer.startsWith('sum:')) append(sums, buffer, tensors.concat(list, 1));
    else series.setSteps(buffer, list.toReversed());
  }
  return carried;
}

function termsOf({ tensors, lowered, weights }: Call): Terms {
  return new Terms(tensors, lowered.plan.graph, (name) => weights.column([name]));
}

/** What gradients are multiplied by, made for all steps at once. */
function factorsOf(call: Call): ReadonlyMap<NodeId, readonly Value[]> {
  const { tensors, lowered, values, sizes } = call;
  const reads = new Map(lowered.loopBack.flatMap((step) => (step.op === 'segment' ? [...step.segment.reads] : [])));
  const terms = termsOf(call);
  const leaf = leafOf(reads, (buffer) => values.wholeOf(buffer));
  return new Map(
    [...lowered.factors].flatMap((id): [NodeId, readonly Value[]][] => {
      if (reads.has(id)) return [];
      const value = terms.value(id, leaf);
      const { timeSteps, batch } = sizes;
      const isSame = value.shape[1] !== timeSteps * batch;
      return [[id, isSame ? Array<Value>(timeSteps).fill(value) : tensors.split(value, timeSteps, 1)]];
    }),
  );
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
