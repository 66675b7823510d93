import type { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { NamedArray } from '../../models/parameters';
import { field, type LayerConfig } from './topology';
import { unreadable } from './unreadable';

/** Weights of a model by their layers, and errors that name a layer. */
export interface Lookup {
  readonly file: string;
  /** @throws UserError when there is none, or more than one */
  find(layer: LayerConfig, variable: string, direction?: string): { readonly name: string; readonly array: NamedArray };
  /** The values of one of this shape. Throws a UserError when there is none. */
  take(layer: LayerConfig, variable: string, shape: readonly number[], direction?: string): Float32Array;
  /** A size in the layer's configuration. Throws a UserError when it is none. */
  size(layer: LayerConfig, name: string): number;
  refuse(layer: LayerConfig, why: string, wayOut: string): UserError;
}

const again = 'Save the model again.';

export function lookupOf(file: string, model: string, weights: ReadonlyMap<string, NamedArray>): Lookup {
  const refuse: Lookup['refuse'] = ({ name, className }, why, wayOut) =>
    unreadable(file, `Its layer ${excerpt(name)} (${excerpt(className)}) ${why}`, wayOut);

  // TF.js names a weight `layer/kernel`, Keras 2 `layer/lstm_cell/kernel`, Keras 3 with the model's name before it; of both
  // directions the second part tells which.
  const find: Lookup['find'] = (layer, variable, direction = '') => {
    const [only, ...others] = [...weights].filter(([name]) => {
      const parts = name.split('/');
      if (parts[0] === model && model !== layer.name) parts.shift();
      return parts[0] === layer.name && parts.at(-1) === variable && (parts[1] ?? '').startsWith(direction);
    });
    if (!only || others.length > 0)
      throw refuse(
        layer,
        `has ${only ? 'more than one' : 'no'} weight ${direction && `${direction} `}${variable}`,
        again,
      );
    return { name: only[0], array: only[1] };
  };

  return {
    file,
    refuse,
    find,
    take(layer, variable, shape, direction) {
      const { name, array } = find(layer, variable, direction);
      if (array.shape.join() === shape.join()) return array.values;
      const [has, needs] = [array.shape, shape].map((sizes) => `[${sizes.join(', ')}]`);
      throw unreadable(file, `The weight ${excerpt(name, 80)} has the shape ${has}, and its layer ${needs}`, again);
    },
    size(layer, name) {
      const size = field(layer.config, name);
      if (Number.isSafeInteger(size) && Number(size) > 0) return Number(size);
      throw refuse(layer, `has no size (${name})`, again);
    },
  };
}
