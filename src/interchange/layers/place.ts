import { type ModelSpec, type NamedArray, parameterList, sizeOf } from '../../models/parameters';
import { type LayerCell, splitGates, standardLayers } from './cells';
import { type DirectionWeights, type ReadModel, widthOf } from './read';

/** Units that layers need to hold those of a model. */
export const unitsOf = ({ layers }: ReadModel) => Math.max(...layers.map(widthOf));

export const isBidirectional = ({ layers }: ReadModel) => layers.some(({ backward }) => backward !== undefined);

export const embeddingOf = ({ input }: ReadModel) => (input.kind === 'tokens' ? (input.table.shape[1] ?? 0) : 0);

/**
 * The weights of a model that was read, by the names of a model of this spec, which computes the same. Where it has more
 * units or directions than were read, the others' weights are zeros: of every cell here, such units say zero. Directions
 * that stand side by side become a layer's own units each, which are added to the zeros of the other.
 *
 * @param spec with at least `unitsOf` units, and else the model's sizes
 */
export function placed(model: ReadModel, spec: ModelSpec): Map<string, NamedArray> {
  const arrays = new Map(
    parameterList(spec).map(({ name, shape }): [string, NamedArray] => [
      name,
      { shape, values: new Float32Array(sizeOf(shape)) },
    ]),
  );
  const target = (name: string) => {
    const array = arrays.get(name);
    if (!array) throw new Error(`The model has no weight ${name}`);
    return array.values;
  };
  if (model.input.kind === 'tokens') target('embedding').set(model.input.table.values);
  for (const [index, { units, forward, backward, concatenates }] of model.layers.entries()) {
    const place = (prefix: string, weights: DirectionWeights, first: number) => {
      for (const { name, values } of gatesOf(model.cell, units, weights)) {
        const isRecurrent = name.endsWith('.U');
        const block = { values, columns: units, row: isRecurrent ? first : 0, column: first };
        copy(block, target(`${prefix}layers.${index}.${name}`), spec.units);
      }
    };
    place('', forward, 0);
    if (backward) place('reverse.', backward, concatenates ? units : 0);
  }
  const { kernel, bias } = model.head;
  target('head.W').set(kernel);
  target('head.b').set(bias);
  return arrays;
}

/** The weights of each gate by our names, [rows, units] each. */
function gatesOf(cell: LayerCell, units: number, { kernel, recurrent, bias }: DirectionWeights) {
  const { gates } = standardLayers[cell];
  const named = (letter: string, joined: Float32Array) =>
    splitGates(joined, gates.length, units).map((values, gate) => ({ name: `${gates[gate]}.${letter}`, values }));
  return [...named('W', kernel), ...named('U', recurrent), ...named('b', bias)];
}

/** Copies a block of so many columns into a matrix of more, from this row and column on. */
function copy(
  block: { readonly values: Float32Array; readonly columns: number; readonly row: number; readonly column: number },
  into: Float32Array,
  width: number,
): void {
  const { values, columns, row, column } = block;
  for (let from = 0; from * columns < values.length; from++)
    into.set(values.subarray(from * columns, (from + 1) * columns), (row + from) * width + column);
}
