import type { Cell } from '../cells/expression';
import { equationRanges } from '../cells/ranges';
import { tf } from '../engine/tensors';
import type { Model } from '../models/model';
import type { Probe, Trace } from '../protocol/run';
import type { ProbeInput } from '../tasks/task';

/** Every named gate and state of every layer, in each direction that it reads, over a short input, from a zero state. Disposes of the input. */
export async function probeModel(model: Model, { labels, input }: ProbeInput, step: number): Promise<Probe> {
  const { cell, layers, units, bidirectional } = model.spec;
  const names = cell.equations.map(({ name }) => name);
  const recorded = tf.tidy(() => {
    return model
      .inside(input)
      .flatMap(({ layer, direction, values }) =>
        names.map((name) => ({ layer, direction, name, tensor: tf.keep(values.get(name) as tf.Tensor) })),
      );
  });
  input.dispose();
  const ranges = equationRanges(cell);
  const traces = await Promise.all(
    recorded.map(async ({ layer, direction, name, tensor }): Promise<Trace> => {
      const values = Float32Array.from(await tensor.data());
      tensor.dispose();
      return {
        layer,
        direction,
        name: name.replace("'", ''),
        role: roleOf(cell, name),
        range: ranges.get(name) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        timeSteps: labels.length,
        units,
        values,
      };
    }),
  );
  if (traces.length !== layers * (bidirectional ? 2 : 1) * names.length)
    throw new Error('The model recorded other names than its cell has');
  return { step, input: labels, traces };
}

function roleOf({ states }: Cell, name: string): Trace['role'] {
  const state = name.endsWith("'") ? name.slice(0, -1) : undefined;
  if (state === undefined || !states.includes(state)) return 'gate';
  return state === states[0] ? 'output' : 'state';
}
