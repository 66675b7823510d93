import type { Parameter } from '../../cells/parameters';
import { backwardAtOnce, backwardByStep } from './block-backward';
import type { BlockCell } from './block-cell';
import { type BlockCall, forwardAtOnce, forwardByStep, resultOf, type StepName } from './block-forward';
import { asGradients, hasPeepholes } from './block-gradients';
import type { LayerSizes } from './layer-forward';
import type { Gradients, LayerPass } from './layer-pass';
import type { LayerRead } from './layer-read';
import type { LayerWeights } from './layer-weights';
import type { Operations, Value } from './operations';

/** Multiplications a step up to which one operation for all steps is faster than some for each. */
const mostMultiplications = 20e6;
/** The same backwards, where that operation adds up the gradients of the weights step by step. */
const mostBackwards = 0.3e6;

/** Whether a layer of these sizes can go this way: with products of its own, all gates add the same. */
export function isBlock(gates: BlockCell, inputs: number, { batch, units, timeSteps }: LayerSizes): boolean {
  const biases = gates.filter(({ bias }) => bias !== undefined).length;
  const isAlike = biases % gates.length === 0 && !hasPeepholes(gates);
  return timeSteps > 0 && (isAlike || multiplications(inputs, batch, units) <= mostMultiplications);
}

const multiplications = (inputs: number, batch: number, units: number) => batch * (inputs + units) * 4 * units;

/**
 * An LSTM over a sequence, in TensorFlow's own operation if it is not too large, else with products of its own; backwards in
 * another operation, or step by step with the products over all steps at the end.
 *
 * @param first both states before the first step: h and c, [batch, units]
 */
export function blockPass(
  tensors: Operations,
  gates: BlockCell,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  read: LayerRead,
  first: readonly Value[],
  sizes: LayerSizes,
): LayerPass {
  const { batch, timeSteps, units } = sizes;
  const size = multiplications(read.inputs, batch, units);
  const call: BlockCall = { tensors, gates, weights, read, sizes, first };
  const whole = size <= mostMultiplications ? forwardAtOnce(call) : undefined;
  const steps = whole ? undefined : forwardByStep(call);
  const stepsOf = (name: StepName): readonly Value[] =>
    whole ? tensors.unpack(whole.results[resultOf[name]] as Value) : (steps?.get(name) ?? []);
  const outputs = whole ? (whole.results[resultOf.h] as Value) : tensors.pack(stepsOf('h'));
  const last = (name: 'h' | 'c') => {
    if (!whole) return tensors.again(stepsOf(name).at(-1) as Value);
    const all = whole.results[resultOf[name]] as Value;
    return tensors.reshape(tensors.slice(all, [timeSteps - 1, 0, 0], [1, batch, units]), [batch, units]);
  };
  const held = whole ? [whole.given[1] as Value, ...whole.results] : [outputs, ...[...(steps?.values() ?? [])].flat()];
  return {
    output: tensors.transpose(outputs, [1, 0, 2]),
    last: [last('h'), last('c')],
    recorded: [],
    kept: [...read.held, ...first, ...held],
    gradients(upstream, after, wantsInput): Gradients {
      const from = { output: tensors.transpose(upstream, [1, 0, 2]), last: after };
      const made =
        whole && size <= mostBackwards
          ? backwardAtOnce(call, whole, from, wantsInput)
          : backwardByStep(call, stepsOf, outputs, from, wantsInput);
      return asGradients(tensors, gates, parameters, made);
    },
  };
}
