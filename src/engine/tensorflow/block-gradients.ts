import type { Parameter } from '../../cells/parameters';
import type { BlockCell } from './block-cell';
import { flattened } from './layer-gradients';
import type { Gradients } from './layer-pass';
import type { Operations, Value } from './operations';

/** What the way back through an LSTM finds; of its gates side by side, in their order. */
export interface BlockGradients {
  /** [inputs, units of all] */
  readonly input: Value;
  /** [units, units of all] */
  readonly recurrent: Value;
  /** [units of all] */
  readonly bias: Value;
  /** Of those of input, forget and output gate: [units]; of an LSTM without them none. */
  readonly peepholes: readonly Value[];
  /** Of what was read, in its shape. */
  readonly read: Value | undefined;
  /** Of h and c before the first step: [batch, units]. */
  readonly states: readonly Value[];
}

/** The names of peepholes, in the order in which TensorFlow takes them. */
export function peepholesOf([input, , forget, output]: BlockCell): readonly (string | undefined)[] {
  return [input, forget, output].map(({ peephole }) => peephole);
}

export function hasPeepholes(gates: BlockCell): boolean {
  return peepholesOf(gates).some((name) => name !== undefined);
}

/** The same as a layer's gradients. */
export function asGradients(
  tensors: Operations,
  gates: BlockCell,
  parameters: readonly Parameter[],
  made: BlockGradients,
): Gradients {
  const found = new Map<string, Value>();
  const [ofInput, ofRecurrent] = [made.input, made.recurrent].map((value) => tensors.split(value, 4, 1));
  const ofBias = tensors.split(made.bias, 4, 0);
  gates.forEach((gate, index) => {
    found.set(gate.input, ofInput?.[index] as Value);
    found.set(gate.recurrent, ofRecurrent?.[index] as Value);
    if (gate.bias !== undefined) found.set(gate.bias, ofBias[index] as Value);
  });
  peepholesOf(gates).forEach((name, index) => {
    if (name !== undefined) found.set(name, made.peepholes[index] as Value);
  });
  return { weights: flattened(tensors, parameters, found), input: made.read, states: made.states };
}
