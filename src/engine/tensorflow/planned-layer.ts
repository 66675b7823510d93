import type { Parameter } from '../../cells/parameters';
import { backward } from './layer-backward';
import { forward, type LayerSizes } from './layer-forward';
import { weightGradients } from './layer-gradients';
import type { Gradients, LayerPass } from './layer-pass';
import type { LayerRead } from './layer-read';
import type { LayerWeights } from './layer-weights';
import type { Lowered } from './lower';
import type { Operations, Value } from './operations';

/**
 * A cell over a sequence, by its plan.
 *
 * @param first each state before the first step, [batch, units]
 */
export function plannedPass(
  tensors: Operations,
  lowered: Lowered,
  weights: LayerWeights,
  parameters: readonly Parameter[],
  read: LayerRead,
  first: readonly Value[],
  sizes: LayerSizes,
  record: boolean,
): LayerPass {
  const { batch, timeSteps, units } = sizes;
  const turned = (value: Value) => tensors.transpose(value, [1, 0]);
  const values = forward(tensors, lowered, weights, read, first.map(turned), sizes);
  const sequence = (value: Value) => tensors.transpose(tensors.reshape(value, [units, timeSteps, batch]), [2, 1, 0]);
  const { cell, recorded } = lowered.plan;
  return {
    output: timeSteps > 0 ? sequence(values.wholeOf('next:0')) : tensors.zeros([batch, 0, units]),
    last: values.states.map((list) => turned(list.at(-1) as Value)),
    recorded: record ? cell.equations.map(({ name }) => sequence(values.wholeOf(recorded.get(name) ?? ''))) : [],
    kept: [...values.prune(lowered.kept), ...read.held],
    gradients(upstream, last, wantsInput): Gradients {
      const call = { tensors, lowered, weights, values, sizes };
      const asksForInput = wantsInput && !read.isMultiplied;
      const columns = tensors.reshape(tensors.transpose(upstream, [2, 1, 0]), [units, timeSteps * batch]);
      const flow = backward(call, columns, last.map(turned), asksForInput);
      const { flat, table } = weightGradients(tensors, lowered, weights, parameters, values, flow, read, wantsInput);
      const input = () => {
        const { series } = flow;
        const isThere = series.has('gradient of input');
        return isThere ? series.wholeOf('gradient of input') : tensors.zeros([read.inputs, timeSteps * batch]);
      };
      return {
        weights: flat,
        input: wantsInput ? (table ?? read.gradient(input(), 'columns')) : undefined,
        states: flow.states.map(turned),
      };
    },
  };
}
