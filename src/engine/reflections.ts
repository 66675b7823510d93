import { engineBackend } from './tensors';

/** A reflection of a square matrix, and what it needs of that. */
export interface Reflection {
  /** What it is perpendicular to, √2 long. [size + 1], the last one 0 */
  readonly normal: Float64Array;
  /** `normal` times the matrix. [size] */
  readonly sums: Float64Array;
}

export interface Reflected {
  /** One row more, of zeros: rows are taken two at a time. [size + 1, size] */
  readonly matrix: Float64Array;
  /** All 0 at first. */
  readonly reflections: readonly [Reflection, Reflection];
  /** Reflects the matrix from row and column `first` on, and in the same sweep adds to the sums of `next`. */
  readonly reflect: (reflection: Reflection, next: Reflection, first: number) => void;
}

/** A square matrix of zeros to be reflected, in the engine's memory by its kernel where there is one: the same to the bit. */
export function withReflected<T>(size: number, work: (space: Reflected) => T): T {
  const { machine } = engineBackend() ?? {};
  const count = (size + 1) * size + 2 * (2 * size + 1);
  const at = machine?.heap.allocate(8 * count);
  const numbers = machine && at !== undefined ? machine.heap.doubles(at, count).fill(0) : new Float64Array(count);
  let taken = 0;
  const take = (length: number) => {
    taken += length;
    return numbers.subarray(taken - length, taken);
  };
  const matrix = take((size + 1) * size);
  const reflection = (): Reflection => ({ normal: take(size + 1), sums: take(size) });
  try {
    return work({
      matrix,
      reflections: [reflection(), reflection()],
      reflect: machine
        ? ({ normal, sums }, next, first) =>
            machine.reflect([matrix, normal, sums, next.normal, next.sums], size, first)
        : (one, next, first) => reflect(matrix, one, next, first),
    });
  } finally {
    if (machine && at !== undefined) machine.heap.release(at);
  }
}

function reflect(matrix: Float64Array, { normal, sums }: Reflection, next: Reflection, first: number): void {
  const size = sums.length;
  const nextSums = next.sums;
  for (let row = first; row < size; row += 2) {
    const [along, alongBelow] = [normal[row] as number, normal[row + 1] as number];
    const [nextAlong, nextBelow] = [next.normal[row] as number, next.normal[row + 1] as number];
    for (let column = first, at = row * size + first; column < size; column++, at++) {
      const value = (matrix[at] as number) - along * (sums[column] as number);
      const below = (matrix[at + size] as number) - alongBelow * (sums[column] as number);
      matrix[at] = value;
      matrix[at + size] = below;
      nextSums[column] = (nextSums[column] as number) + nextAlong * value + nextBelow * below;
    }
  }
}
