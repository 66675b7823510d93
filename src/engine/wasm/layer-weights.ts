import type { Machine } from './machine';
import { Pieces } from './pieces';
import type { ProgramWriter } from './program';

/** Where a weight lies in the layer's flat tensor, in numbers; its shape decides how it is packed. */
export type WeightLayout = ReadonlyMap<
  string,
  {
    readonly offset: number;
    readonly shape: readonly number[];
    /** Matrices that it is made of, one for each pixel that a convolution reads. */
    readonly taps: number;
    readonly trained: boolean;
  }
>;

/** A layer's weights: flat, row after row; packed as the forward pass wants them; transposed and packed, the backward pass. */
export class LayerWeights {
  /** Packed weights, and biases and vectors filled up to whole panels. */
  readonly packed = new Pieces();
  readonly transposed = new Pieces();

  /** @param widest columns that a product can have, whose sums begin with zeros */
  constructor(
    private readonly machine: Machine,
    readonly layout: WeightLayout,
    private readonly widest: number,
  ) {
    for (const [name, { shape, taps }] of layout) {
      const [rows = 0, columns] = shape;
      if (columns === undefined) {
        this.packed.add(name, machine.rowBytes(rows));
      } else {
        this.packed.add(name, machine.rowBytes(columns) * rows);
        this.transposed.add(name, taps * machine.rowBytes(rows / taps) * columns);
      }
    }
    this.packed.add('zeros', machine.rowBytes(widest));
  }

  /** Numbers in the flat weights. */
  get count(): number {
    return [...this.layout.values()].reduce((sum, { shape }) => sum + size(shape), 0);
  }

  /** Offset of a weight in the flat tensor, in bytes. */
  offset(name: string): number {
    return 4 * (this.layout.get(name)?.offset ?? 0);
  }

  /** Numbers of the flat tensor that no gradient reaches, or that are not to have one. */
  without(reached: ReadonlySet<string>): { readonly offset: number; readonly size: number }[] {
    return [...this.layout]
      .filter(([name, { trained }]) => !trained || !reached.has(name))
      .map(([, { offset, shape }]) => ({ offset, size: size(shape) }));
  }

  /** Packs the weights as the forward pass, or, transposed, the backward pass will want them. */
  pack(writer: ProgramWriter, weights: number, target: number, which: 'plain' | 'transposed'): void {
    writer.block('panels', 1, 1);
    if (which === 'plain') writer.command('packVector', 0, this.widest, target + this.packed.at('zeros'), 0);
    for (const [name, { offset, shape, taps }] of this.layout) {
      const source = weights + 4 * offset;
      const [rows = 0, columns] = shape;
      if (which === 'transposed') {
        if (columns === undefined) continue;
        const own = rows / taps;
        const at = target + this.transposed.at(name);
        for (let tap = 0; tap < taps; tap++) {
          const from = source + 4 * tap * own * columns;
          writer.command('packTransposed', from, own, columns, at + tap * this.machine.rowBytes(own) * columns);
        }
      } else if (columns === undefined) {
        writer.command('packVector', source, rows, target + this.packed.at(name), 0);
      } else {
        writer.command('pack', source, rows, columns, target + this.packed.at(name));
      }
    }
  }
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
