import type { Parameter } from '../../cells/parameters';
import type { BlockCell } from './block-cell';
import { asGradients, type BlockGradients, peepholesOf } from './block-gradients';
import type { LayerSizes } from './layer-forward';
import type { Gradients, LayerPass } from './layer-pass';
import type { LayerRead } from './layer-read';
import type { LayerWeights } from './layer-weights';
import type { Operations, Value } from './operations';

/** Multiplications a step up to which one operation for all steps is faster than some for each. */
const mostMultiplications = 20e6;
/** The same backwards, where that operation adds up the gradients of the weights step by step. */
const mostBackwards = 0.3e6;

/** Whether TensorFlow's own LSTM is the fast way for a layer of these sizes. */
export function suitsBlock(inputs: number, { batch, units }: LayerSizes): boolean {
  return multiplications(inputs, batch, units) <= mostMultiplications;
}

const multiplications = (inputs: number, batch: number, units: number) => batch * (inputs + units) * 4 * units;

/**
 * An LSTM over a sequence in TensorFlow's own operation; backwards in another one, or step by step with the products over all
 * steps at the end.
 *
 * @param first both states before the first step: h and c, [batch, units]
 */
export function blockPass(
  tensors: Operations,
  gates: BlockCell,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  read: LayerRead,
  [h, c]: readonly Value[],
  sizes: LayerSizes,
): LayerPass {
  if (!h || !c) throw new Error('An LSTM has two states');
  const { batch, timeSteps, units } = sizes;
  const matrices = (kind: 'input' | 'recurrent') => weights.beside(gates.map((gate) => gate[kind]));
  const peepholes = peepholesOf(gates);
  const usesPeepholes = peepholes.some((name) => name !== undefined);
  const vectors = peepholes.map((name) => vectorOf(tensors, weights, name, units));
  const bias = weights.once('block bias', () => {
    const parts = gates.map((gate) => vectorOf(tensors, weights, gate.bias, units));
    return tensors.concat(parts, 0);
  });
  const matrix = weights.once('block matrix', () => tensors.concat([matrices('input'), matrices('recurrent')], 0));
  const rows = read.rows();
  const { inputs } = read;
  const x = tensors.reshape(rows, [timeSteps, batch, inputs]);
  const steps = tensors.long(timeSteps);
  const learned = [matrix, ...vectors, bias];
  const values = tensors.blockLstm([steps, x, c, h, ...learned], usesPeepholes);
  const [, cs, , , , , hs] = values as [Value, Value, Value, Value, Value, Value, Value];
  const last = (all: Value) =>
    tensors.reshape(tensors.slice(all, [timeSteps - 1, 0, 0], [1, batch, units]), [batch, units]);

  const gradients = (upstream: Value, [dh, dc]: readonly Value[], wantsInput: boolean): Gradients => {
    if (!dh || !dc) throw new Error('An LSTM has two states');
    const bySteps = tensors.transpose(upstream, [1, 0, 2]);
    const isTiny = multiplications(inputs, batch, units) <= mostBackwards;
    const made = (isTiny ? atOnce : stepByStep)(bySteps, dh, dc, wantsInput);
    return asGradients(tensors, gates, parameters, made);
  };

  const atOnce = (upstream: Value, dh: Value, dc: Value, wantsInput: boolean): BlockGradients => {
    const atLast = (value: Value) => tensors.reshape(value, [1, batch, units]);
    const before = tensors.zeros([timeSteps - 1, batch, units]);
    const dhs = tensors.add(upstream, tensors.concat([before, atLast(dh)], 0));
    const dcs = tensors.concat([before, atLast(dc)], 0);
    const all = [steps, x, c, h, ...learned, ...values, dcs, dhs];
    const [dx, dc0, dh0, dMatrix, di, df, dOut, dBias] = tensors.blockLstmGradient(all, usesPeepholes);
    const [input, recurrent] = tensors.splitSizes(dMatrix as Value, [inputs, units], 0);
    return {
      ...{ input: input as Value, recurrent: recurrent as Value, bias: dBias as Value },
      peepholes: [di, df, dOut] as Value[],
      read: wantsInput ? read.gradient(tensors.reshape(dx as Value, [timeSteps * batch, inputs]), 'rows') : undefined,
      states: [dh0 as Value, dc0 as Value],
    };
  };

  const stepByStep = (upstream: Value, dh: Value, dc: Value, wantsInput: boolean): BlockGradients => {
    const [i, , f, o, ci, co] = values.map((all) => tensors.unpack(all)) as Value[][];
    const upstreams = tensors.unpack(upstream);
    const [before, outputs] = [cs, hs].map((all, index) => {
      const initial = tensors.reshape(index === 0 ? c : h, [1, batch, units]);
      const others = tensors.slice(all, [0, 0, 0], [timeSteps - 1, batch, units]);
      return tensors.concat([initial, others], 0);
    }) as [Value, Value];
    const states = tensors.unpack(cs);
    const statesBefore = tensors.unpack(before);
    const all: Value[] = [];
    const sums: Value[][] = [];
    let carried: readonly Value[] = [dh, dc];
    for (let step = timeSteps - 1; step >= 0; step--) {
      const at = (list: readonly Value[] | undefined) => list?.[step] as Value;
      carried = tensors.within(
        () => {
          const [dhNow, dcNow] = carried as [Value, Value];
          const whole = tensors.add(at(upstreams), dhNow);
          // What was read, and the weights, are looked at for their shapes alone.
          const own = [x0, at(statesBefore), h, ...learned, at(i), at(states), at(f), at(o), at(ci), at(co)];
          const [dcBefore, dGates, ...dPeepholes] = tensors.blockCellGradient([...own, dcNow, whole], usesPeepholes);
          all.unshift(dGates as Value);
          sums.push(dPeepholes);
          const dhBefore = tensors.matMul(dGates as Value, matrices('recurrent'), { transposeB: true });
          return [dhBefore, dcBefore as Value, dGates as Value, ...dPeepholes];
        },
        (made) => made,
      );
    }
    const d = tensors.reshape(tensors.pack(all), [timeSteps * batch, 4 * units]);
    const outputRows = tensors.reshape(outputs, [timeSteps * batch, units]);
    const ofInput = matrices('input');
    const { matrix, table } = read.backwards(d, 'rows', ofInput, wantsInput);
    const input = () => read.gradient(tensors.matMul(d, ofInput, { transposeB: true }), 'rows');
    return {
      input: matrix,
      recurrent: tensors.matMul(outputRows, d, { transposeA: true }),
      bias: tensors.sum(d, [0]),
      peepholes: usesPeepholes
        ? [0, 1, 2].map((index) => tensors.addAll(sums.map((list) => list[index] as Value)))
        : [],
      read: wantsInput ? (table ?? input()) : undefined,
      states: carried.slice(0, 2),
    };
  };

  const x0 = tensors.reshape(tensors.slice(x, [0, 0, 0], [1, batch, inputs]), [batch, inputs]);
  return {
    output: tensors.transpose(hs, [1, 0, 2]),
    last: [last(hs), last(cs)],
    recorded: [],
    kept: [...read.held, x, x0, h, c, ...values],
    gradients,
  };
}

/** A learned vector, or zeros where there is none: [units]. */
function vectorOf(tensors: Operations, weights: LayerWeights, name: string | undefined, units: number): Value {
  return name === undefined ? weights.once(`zeros ${units}`, () => tensors.zeros([units])) : weights.row([name]);
}
