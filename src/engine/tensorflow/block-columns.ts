import type { Parameter } from '../../cells/parameters';
import type { BlockCell } from './block-cell';
import { asGradients, peepholesOf } from './block-gradients';
import type { LayerSizes } from './layer-forward';
import type { Gradients, LayerPass } from './layer-pass';
import type { LayerRead } from './layer-read';
import type { LayerWeights } from './layer-weights';
import type { Operations, Value } from './operations';

/** Whether an LSTM's gates are the same in what they add: all have a bias or none has, and none looks at the cell state. */
export function hasColumns(gates: BlockCell): boolean {
  const biases = gates.filter(({ bias }) => bias !== undefined).length;
  return (biases === 0 || biases === gates.length) && peepholesOf(gates).every((name) => name === undefined);
}

/** A step's values, [units, batch] each. */
type StepValues = {
  readonly i: Value;
  readonly ci: Value;
  readonly f: Value;
  readonly o: Value;
  readonly c: Value;
  readonly co: Value;
  readonly h: Value;
};

/**
 * A large LSTM over a sequence: products of its own, unit by unit as in a planned layer, and back through TensorFlow's
 * operation for a step, which takes units for rows as well as it takes rows.
 *
 * @param first both states before the first step: h and c, [batch, units]
 */
export function columnsPass(
  tensors: Operations,
  gates: BlockCell,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  read: LayerRead,
  first: readonly Value[],
  { batch, timeSteps, units }: LayerSizes,
): LayerPass {
  const turned = (value: Value) => tensors.transpose(value, [1, 0]);
  const [h0, c0] = first.map(turned) as [Value, Value];
  const [input, candidate, forget, output] = gates;
  // Those that go through the same function side by side.
  const inOrder = [input, forget, output, candidate];
  const names = inOrder.map((gate) => gate.input);
  const biases = inOrder.flatMap(({ bias }) => bias ?? []);
  const ofInput = () => {
    const product = tensors.matMul(weights.under(names), read.columns());
    return biases.length > 0 ? tensors.add(product, weights.column(biases)) : product;
  };
  const ahead = tensors.split(read.products(weights, names, biases) ?? ofInput(), timeSteps, 1);
  const recurrent = weights.under(inOrder.map((gate) => gate.recurrent));
  const steps: StepValues[] = [];
  for (let step = 0; step < timeSteps; step++) {
    const { h, c } = steps.at(-1) ?? { h: h0, c: c0 };
    steps.push(
      tensors.within(
        () => forwardStep(tensors, tensors.add(tensors.matMul(recurrent, h), ahead[step] as Value), c, units),
        (made) => Object.values<Value>(made),
      ),
    );
  }
  const { h: hLast, c: cLast } = steps.at(-1) ?? { h: h0, c: c0 };
  const outputs = tensors.concat(
    steps.map(({ h }) => h),
    1,
  );

  const gradients = (upstream: Value, last: readonly Value[], wantsInput: boolean): Gradients => {
    const columns = tensors.reshape(tensors.transpose(upstream, [2, 1, 0]), [units, timeSteps * batch]);
    const upstreams = tensors.split(columns, timeSteps, 1);
    const beside = {
      input: weights.beside(gates.map((gate) => gate.input)),
      recurrent: weights.beside(gates.map((gate) => gate.recurrent)),
    };
    // Looked at for their shapes alone: something read, weights, three peepholes and a bias.
    const [blank, matrix, vector, bias] = [[units, 1], [1 + batch, 4 * batch], [batch], [4 * batch]].map((shape) =>
      tensors.zeros(shape),
    ) as [Value, Value, Value, Value];
    const all: Value[] = [];
    let carried = last.map(turned) as [Value, Value];
    for (let step = timeSteps - 1; step >= 0; step--) {
      const { i, ci, f, o, c, co } = steps[step] as StepValues;
      const before = steps[step - 1] ?? { h: h0, c: c0 };
      const made = tensors.within(
        () => {
          const dh = tensors.add(upstreams[step] as Value, carried[0]);
          const given = [blank, before.c, before.h, matrix, vector, vector, vector, bias, i, c, f, o, ci, co];
          const [dc, dGates] = tensors.blockCellGradient([...given, carried[1], dh], false) as [Value, Value];
          const bySide = tensors.reshape(dGates, [units, 4, batch]);
          const d = tensors.reshape(tensors.transpose(bySide, [1, 0, 2]), [4 * units, batch]);
          return [tensors.matMul(beside.recurrent, d), dc, d] as const;
        },
        (values) => values,
      );
      all.unshift(made[2]);
      carried = [made[0], made[1]];
    }
    const d = tensors.concat(all, 1);
    const before = tensors.concat([h0, ...steps.slice(0, -1).map(({ h }) => h)], 1);
    const { matrix: ofMatrix, table } = read.backwards(d, 'columns', beside.input, wantsInput);
    const ofRead = () => table ?? read.gradient(tensors.matMul(beside.input, d), 'columns');
    return asGradients(tensors, gates, parameters, {
      input: ofMatrix,
      recurrent: tensors.matMul(before, d, { transposeB: true }),
      bias: tensors.sum(d, [1]),
      peepholes: [],
      read: wantsInput ? ofRead() : undefined,
      states: carried.map(turned),
    });
  };

  return {
    output: tensors.transpose(tensors.reshape(outputs, [units, timeSteps, batch]), [2, 1, 0]),
    last: [turned(hLast), turned(cLast)],
    recorded: [],
    kept: [...read.held, h0, c0, ...steps.flatMap((step) => Object.values<Value>(step))],
    gradients,
  };
}

/** @param sums what the gates' functions are taken of: input, forget and output gate, then the candidate */
function forwardStep(tensors: Operations, sums: Value, before: Value, units: number): StepValues {
  const [open, candidate] = tensors.splitSizes(sums, [3 * units, units], 0) as [Value, Value];
  const [i, f, o] = tensors.split(tensors.one('Sigmoid', [open]), 3, 0) as [Value, Value, Value];
  const ci = tensors.one('Tanh', [candidate]);
  const c = tensors.add(tensors.multiply(f, before), tensors.multiply(i, ci));
  const co = tensors.one('Tanh', [c]);
  return { i, ci, f, o, c, co, h: tensors.multiply(o, co) };
}
