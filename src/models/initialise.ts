import type { Random } from '../base/random';
import type { Parameter } from '../cells/parameters';

/** Uniform in ±√(6 / (rows + columns)) (Glorot and Bengio 2010). [rows, columns] */
export function glorotUniform([rows = 1, columns = 1]: readonly number[], random: Random): Float32Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, () => (2 * random.uniform() - 1) * limit);
}

/** A random orthogonal matrix (Saxe et al. 2014), by Gram and Schmidt's method in double precision. [size, size] */
export function orthogonal([size = 1]: readonly number[], random: Random): Float32Array {
  const rows: Float64Array[] = [];
  while (rows.length < size) {
    const row = Float64Array.from({ length: size }, () => random.normal());
    // As often as most of a row is taken away, since one pass leaves rounding errors as large as what was taken.
    for (let before = Number.POSITIVE_INFINITY, after = length(row); after < before / 2; ) {
      before = after;
      subtractProjections(row, rows);
      after = length(row);
    }
    const norm = length(row);
    if (norm < 1e-6) continue;
    rows.push(row.map((value) => value / norm));
  }
  const matrix = new Float32Array(size * size);
  for (const [index, row] of rows.entries()) matrix.set(row, index * size);
  return matrix;
}

/**
 * A weight of a cell as its text wants it drawn: input maps by Glorot, recurrent ones orthogonal, unless `init` says
 * otherwise. A reservoir is drawn evenly: from −1 to 1 for the input, and with a spectral radius of about 0.9 for a state
 * (by the circular law: variance 0.81 / units).
 */
export function drawParameter({ shape, draw }: Pick<Parameter, 'shape' | 'draw'>, random: Random): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const even = (low: number, high: number) =>
    Float32Array.from({ length: size }, () => low + (high - low) * random.uniform());
  if (draw.kind === 'fill') return new Float32Array(size).fill(draw.value);
  if (draw.kind === 'uniform') return even(0, 1);
  if (draw.init === 'reservoir') {
    const limit = draw.kind === 'input' ? 1 : 0.9 * Math.sqrt(3 / (shape[0] ?? 1));
    return even(-limit, limit);
  }
  if (draw.kind === 'input' || draw.init === 'glorot') return glorotUniform(shape, random);
  return draw.init === 'identity' ? identity(shape[0] ?? 0) : orthogonal(shape, random);
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}

/** Standard normal. */
export function standardNormal(shape: readonly number[], random: Random): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
}

/** Takes away what a row has of orthonormal others: of four at a time, since a processor adds four sums as fast as one. */
function subtractProjections(row: Float64Array, others: readonly Float64Array[]): void {
  for (let at = 0; at < others.length; at += 4) {
    const a = others[at] as Float64Array;
    const [b = nothing(row), c = nothing(row), d = nothing(row)] = others.slice(at + 1, at + 4);
    let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
    for (let index = 0; index < row.length; index++) {
      const value = row[index] as number;
      ofA += value * (a[index] as number);
      ofB += value * (b[index] as number);
      ofC += value * (c[index] as number);
      ofD += value * (d[index] as number);
    }
    for (let index = 0; index < row.length; index++) {
      row[index] =
        (row[index] as number) -
        ofA * (a[index] as number) -
        ofB * (b[index] as number) -
        ofC * (c[index] as number) -
        ofD * (d[index] as number);
    }
  }
}

function nothing(row: Float64Array): Float64Array {
  return new Float64Array(row.length);
}

function length(row: Float64Array): number {
  return Math.sqrt(dot(row, row));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}
