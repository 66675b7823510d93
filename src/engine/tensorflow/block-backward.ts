import type { AtOnce, BlockCall, StepName } from './block-forward';
import { type BlockGradients, hasPeepholes, peepholesOf } from './block-gradients';
import { paddingOf } from './layer-weights';
import type { Value } from './operations';
import { Scan, scanOf } from './scan';

/** What comes back from behind. */
export interface Upstream {
  /** Of the output: [time, batch, units]. */
  readonly output: Value;
  /** Of h and c after the last step: [batch, units]. */
  readonly last: readonly Value[];
}

/** Back through TensorFlow's own operation in another one. */
export function backwardAtOnce(
  { tensors, gates, read, sizes }: BlockCall,
  { given, results }: AtOnce,
  { output, last }: Upstream,
  wantsInput: boolean,
): BlockGradients {
  const { batch, timeSteps, units } = sizes;
  const before = tensors.zeros([timeSteps - 1, batch, units]);
  const [dh, dc] = last.map((value) => tensors.concat([before, tensors.reshape(value, [1, batch, units])], 0));
  const all = [...given, ...results, dc as Value, tensors.add(output, dh as Value)];
  const [dx, dc0, dh0, dMatrix, di, df, dOut, dBias] = tensors.blockLstmGradient(all, hasPeepholes(gates));
  const [input, recurrent] = tensors.splitSizes(dMatrix as Value, [read.inputs, units], 0) as [Value, Value];
  return {
    ...{ input, recurrent, bias: dBias as Value, peepholes: [di, df, dOut] as Value[] },
    read: wantsInput
      ? read.gradient(tensors.reshape(dx as Value, [timeSteps * batch, read.inputs]), 'rows')
      : undefined,
    states: [dh0 as Value, dc0 as Value],
  };
}

interface BackwardPass {
  /** [4 · units, units + padding] */
  readonly recurrent: Value;
  /** What is looked at for its shape alone: something read, and the weights. */
  readonly blanks: readonly [read: Value, matrix: Value, bias: Value];
  /** Of input, forget and output gate, or zeros. */
  readonly peepholes: readonly Value[];
  readonly steps: Readonly<Record<StepName, readonly Value[]>>;
  readonly first: readonly Value[];
  readonly upstream: readonly Value[];
}

/**
 * Back through an LSTM step by step, with the products over all steps at the end.
 *
 * @param stepsOf what the way forward left at each step
 * @param outputs h after each step: [time, batch, units]
 */
export function backwardByStep(
  { tensors, gates, weights, read, sizes, first }: BlockCall,
  stepsOf: (name: StepName) => readonly Value[],
  outputs: Value,
  { output, last }: Upstream,
  wantsInput: boolean,
): BlockGradients {
  const { batch, timeSteps, units } = sizes;
  const usesPeepholes = hasPeepholes(gates);
  const ofInput = weights.beside(gates.map((gate) => gate.input));
  const padding = paddingOf(units);
  const [blankRead, blankMatrix, blankBias, zeros] = [[batch, 1], [1 + units, 4 * units], [4 * units], [units]].map(
    (shape) => weights.once(`zeros ${shape}`, () => tensors.zeros(shape)),
  ) as [Value, Value, Value, Value];
  const scan = scanOf(gates, `backward ${units} ${batch}`, () => {
    return new Scan<BackwardPass>(tensors, (reach, [dhCarried, dc]) => {
      const blank = (index: 0 | 1 | 2) => reach.shared((pass) => pass.blanks[index]);
      const at = (name: StepName) => reach.own((pass, step) => pass.steps[name][step] as Value);
      const before = (name: 'h' | 'c', index: number) =>
        reach.own((pass, step) => (step > 0 ? pass.steps[name][step - 1] : pass.first[index]) as Value);
      const dh = tensors.add(
        reach.own((pass, step) => pass.upstream[step] as Value),
        dhCarried as Value,
      );
      const peepholes = [0, 1, 2].map((index) => reach.shared((pass) => pass.peepholes[index] as Value));
      const states = [blank(0), before('c', 1), before('h', 0)];
      const values = (['i', 'c', 'f', 'o', 'ci', 'co'] as const).map(at);
      const given = [...states, blank(1), ...peepholes, blank(2), ...values, dc as Value, dh];
      const [dcBefore, d, ...dPeepholes] = tensors.blockCellGradient(given, usesPeepholes) as [
        Value,
        Value,
        ...Value[],
      ];
      const product = tensors.matMul(
        d,
        reach.shared((pass) => pass.recurrent),
      );
      const dhBefore = padding > 0 ? tensors.slice(product, [0, 0], [batch, units]) : product;
      const sums = dPeepholes.map((value, index): [string, Value] => [`peephole ${index}`, value]);
      return { carried: [dhBefore, dcBefore], kept: [['d', d], ...(usesPeepholes ? sums : [])] };
    });
  });
  const { carried, kept } = scan.run(
    {
      recurrent: weights.under(
        gates.map((gate) => gate.recurrent),
        padding,
      ),
      blanks: [blankRead, blankMatrix, blankBias],
      peepholes: peepholesOf(gates).map((name) => (name === undefined ? zeros : weights.row([name]))),
      steps: allSteps(stepsOf),
      first,
      upstream: tensors.unpack(output),
    },
    [...Array(timeSteps).keys()].reverse(),
    last,
  );
  // Step under step.
  const d = tensors.reshape(tensors.pack((kept.get('d') as Value[]).toReversed()), [timeSteps * batch, 4 * units]);
  const before = tensors.concat(
    [
      first[0] as Value,
      tensors.slice(tensors.reshape(outputs, [timeSteps * batch, units]), [0, 0], [(timeSteps - 1) * batch, units]),
    ],
    0,
  );
  const { matrix, table } = read.backwards(d, 'rows', ofInput, wantsInput);
  const ofRead = () => table ?? read.gradient(tensors.matMul(d, ofInput, { transposeB: true }), 'rows');
  return {
    input: matrix,
    recurrent: tensors.matMul(before, d, { transposeA: true }),
    // Several times as fast as a sum over rows.
    bias: tensors.reshape(tensors.matMul(tensors.ones([1, timeSteps * batch]), d), [4 * units]),
    peepholes: usesPeepholes ? [0, 1, 2].map((index) => tensors.addAll(kept.get(`peephole ${index}`) as Value[])) : [],
    read: wantsInput ? ofRead() : undefined,
    states: carried.at(-1) as Value[],
  };
}

function allSteps(stepsOf: (name: StepName) => readonly Value[]): Readonly<Record<StepName, readonly Value[]>> {
  const [i, ci, f, o, c, co, h] = (['i', 'ci', 'f', 'o', 'c', 'co', 'h'] as const).map(stepsOf) as (readonly Value[])[];
  return { i, ci, f, o, c, co, h } as Readonly<Record<StepName, readonly Value[]>>;
}
