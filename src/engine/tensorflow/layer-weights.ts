import type { Parameter } from '../../cells/parameters';
import type { Operations, Value } from './operations';

/** A layer's weights in the forms that its products take, each made once. */
export class LayerWeights {
  private readonly made = new Map<string, Value>();
  private readonly places = new Map<string, { readonly at: number; readonly shape: readonly number[] }>();

  /** @param flat all weights, one after another as `parameters` lists them */
  constructor(
    private readonly tensors: Operations,
    private readonly flat: Value,
    parameters: readonly Parameter[],
  ) {
    let at = 0;
    for (const { name, shape } of parameters) {
      this.places.set(name, { at, shape });
      at += sizeOf(shape);
    }
  }

  /** Matrices side by side: [inputs, units of all + padding]. */
  beside(names: readonly string[], padding = 0): Value {
    if (padding > 0) return this.once(`beside ${padding} ${names}`, () => this.padded(this.beside(names), padding));
    return this.once(`beside ${names}`, () => {
      const parts = names.map((name) => this.slice(name));
      return this.tensors.concat(parts, 1);
    });
  }

  /** The same transposed: [units of all, inputs + padding]. */
  under(names: readonly string[], padding = 0): Value {
    return this.once(`under ${padding} ${names}`, () =>
      this.padded(this.tensors.transpose(this.beside(names), [1, 0]), padding),
    );
  }

  /** Vectors one under another: [units of all, 1]. */
  column(names: readonly string[]): Value {
    return this.once(`column ${names}`, () => this.tensors.reshape(this.row(names), [-1, 1]));
  }

  /** [units of all + padding] */
  row(names: readonly string[], padding = 0): Value {
    return this.once(`row ${padding} ${names}`, () => {
      const parts = names.map((name) => this.slice(name));
      return this.padded(this.tensors.concat(parts, 0), padding);
    });
  }

  /** With as many zeros after each row. */
  private padded(value: Value, padding: number): Value {
    if (padding === 0) return value;
    const { shape } = value;
    return this.tensors.concat([value, this.tensors.zeros([...shape.slice(0, -1), padding])], shape.length - 1);
  }

  /** Everything that was made. */
  get values(): Iterable<Value> {
    return this.made.values();
  }

  /** What something is made of that has to be made once only, and lives as long as these weights. */
  once(key: string, make: () => Value): Value {
    const known = this.made.get(key);
    if (known) return known;
    const value = this.tensors.within(make, (result) => [result]);
    this.tensors.hold([value]);
    this.made.set(key, value);
    return value;
  }

  private slice(name: string): Value {
    const place = this.places.get(name);
    if (!place) throw new Error(`There is no weight ${name}`);
    const values = this.tensors.slice(this.flat, [place.at], [sizeOf(place.shape)]);
    return this.tensors.reshape(values, place.shape);
  }
}

/**
 * Numbers to put after each row of a matrix that is multiplied with few rows: of rows that are a power of two apart, each is taken
 * from the same few places of the processor's caches, and such a product takes twice as long.
 */
export function paddingOf(width: number): number {
  return width % 512 === 0 ? 16 : 0;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
