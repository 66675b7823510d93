import type { BlockCell } from './block-cell';
import { hasPeepholes, peepholesOf } from './block-gradients';
import type { LayerSizes } from './layer-forward';
import type { LayerRead } from './layer-read';
import { type LayerWeights, paddingOf } from './layer-weights';
import type { Operations, Value } from './operations';
import { Scan, scanOf } from './scan';

/** What an LSTM leaves at each step, [batch, units]: its gates, the candidate, the cell state, its tanh and the output. */
export type StepName = 'i' | 'ci' | 'f' | 'o' | 'c' | 'co' | 'h';

/** Where `BlockLSTM` has them among its results. */
export const resultOf: Readonly<Record<StepName, number>> = { i: 0, c: 1, f: 2, o: 3, ci: 4, co: 5, h: 6 };

/** An LSTM over a sequence. */
export interface BlockCall {
  readonly tensors: Operations;
  readonly gates: BlockCell;
  readonly weights: LayerWeights;
  readonly read: LayerRead;
  readonly sizes: LayerSizes;
  /** h and c before the first step: [batch, units]. */
  readonly first: readonly Value[];
}

/** What went into `BlockLSTM`, in its order, and what came out of it: [time, batch, units] each. */
export interface AtOnce {
  readonly given: readonly Value[];
  readonly results: readonly Value[];
}

/** A small LSTM in TensorFlow's own operation. */
export function forwardAtOnce({ tensors, gates, weights, read, sizes, first }: BlockCall): AtOnce {
  const { batch, timeSteps, units } = sizes;
  const vector = (name: string | undefined) =>
    name === undefined ? weights.once(`zeros ${units}`, () => tensors.zeros([units])) : weights.row([name]);
  const matrices = (kind: 'input' | 'recurrent') => weights.beside(gates.map((gate) => gate[kind]));
  const matrix = weights.once('block matrix', () => tensors.concat([matrices('input'), matrices('recurrent')], 0));
  const bias = weights.once('block bias', () => {
    const parts = gates.map((gate) => vector(gate.bias));
    return tensors.concat(parts, 0);
  });
  const [h, c] = first as readonly [Value, Value];
  const x = tensors.reshape(read.rows(), [timeSteps, batch, read.inputs]);
  const given = [tensors.long(timeSteps), x, c, h, matrix, ...peepholesOf(gates).map(vector), bias];
  return { given, results: tensors.blockLstm(given, hasPeepholes(gates)) };
}

interface ForwardPass {
  /** [units, 4 · units + padding] */
  readonly recurrent: Value;
  /** What each step adds to the product of the state: [batch, 4 · units + padding]. */
  readonly ahead: readonly Value[];
}

/** A large LSTM over a sequence, with products of its own: one ahead of the loop, and one at each step. */
export function forwardByStep(call: BlockCall): ReadonlyMap<string, readonly Value[]> {
  const { tensors, gates, weights, read, first } = call;
  const { batch, timeSteps, units } = call.sizes;
  const names = gates.map((gate) => gate.input);
  const biases = gates.flatMap(({ bias }) => bias ?? []);
  const padding = paddingOf(4 * units);
  const ahead = tensors.split(read.productRows(weights, names, biases, padding), timeSteps, 0);
  const recurrent = weights.beside(
    gates.map((gate) => gate.recurrent),
    padding,
  );
  const scan = scanOf(gates, `forward ${units} ${batch}`, () => {
    return new Scan<ForwardPass>(tensors, (reach, [h, c]) => {
      const product = tensors.matMul(
        h as Value,
        reach.shared((pass) => pass.recurrent),
      );
      const sums = tensors.add(
        product,
        reach.own((pass, step) => pass.ahead[step] as Value),
      );
      const made = step(tensors, sums, c as Value, units, padding);
      return { carried: [made.h, made.c], kept: Object.entries(made) };
    });
  });
  return scan.run({ recurrent, ahead }, [...Array(timeSteps).keys()], first).kept;
}

/** @param sums what the gates' functions are taken of, as `BlockCell` has them */
function step(
  tensors: Operations,
  sums: Value,
  before: Value,
  units: number,
  padding: number,
): Readonly<Record<StepName, Value>> {
  const sizes = [units, units, units, units, ...(padding > 0 ? [padding] : [])];
  // All are split at once: to split what they have in common would copy three of them once more.
  const [ofI, ofCi, ofF, ofO] = tensors.splitSizes(sums, sizes, 1) as [Value, Value, Value, Value];
  const [i, f, o] = [ofI, ofF, ofO].map((sum) => tensors.one('Sigmoid', [sum])) as [Value, Value, Value];
  const ci = tensors.one('Tanh', [ofCi]);
  const c = tensors.add(tensors.multiply(f, before), tensors.multiply(i, ci));
  const co = tensors.one('Tanh', [c]);
  return { i, ci, f, o, c, co, h: tensors.multiply(o, co) };
}
