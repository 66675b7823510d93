import type { Random } from '../base/random';
import type { Parameter } from '../cells/parameters';
import { type Reflection, withReflected } from '../engine/reflections';

/**
 * Uniform in ±√(6 / (rows + columns)) (Glorot and Bengio 2010). [rows, columns]
 *
 * @param outputs numbers that each row has, where each column counts more than once, as in a convolution
 */
export function glorotUniform(
  [rows = 1, columns = 1]: readonly number[],
  random: Random,
  outputs = columns,
): Float32Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return drawn(rows * outputs, () => (2 * random.uniform() - 1) * limit);
}

/**
 * A random orthogonal matrix, as Saxe et al. (2014) begin with, evenly over all of them: a product of random reflections
 * (Stewart 1980, The efficient generation of random orthogonal matrices), in double precision. [size, size]
 */
export function orthogonal([size = 1]: readonly number[], random: Random): Float32Array {
  return withReflected(size, ({ matrix, reflections: [one, other], reflect }) => {
    let [reflection, next] = [one, other];
    // The matrix grows from its last corner: by a row and a column of zeros with ±1 where they meet, which is reflected.
    for (let first = size - 1; first >= 0; first--) {
      next.sums.fill(0);
      matrix[first * size + first] = drawReflection(next, first, random);
      reflect(reflection, next, first + 1);
      [reflection, next] = [next, reflection];
    }
    next.normal.fill(0);
    reflect(reflection, next, 0);
    return Float32Array.from(matrix.subarray(0, size * size));
  });
}

/**
 * A weight of a cell as its text wants it drawn: input maps by Glorot, recurrent ones orthogonal, unless `init` says
 * otherwise. A reservoir is drawn evenly: from −1 to 1 for the input, and with a spectral radius of about 0.9 for a state
 * (by the circular law: variance 0.81 / units). Of a convolution the matrices of all pixels together are as large as one.
 */
export function drawParameter(
  { shape, taps = 1, draw }: Pick<Parameter, 'shape' | 'draw'> & Partial<Pick<Parameter, 'taps'>>,
  random: Random,
): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const even = (low: number, high: number) => drawn(size, () => low + (high - low) * random.uniform());
  if (draw.kind === 'fill') return new Float32Array(size).fill(draw.value);
  if (draw.kind === 'uniform') return even(0, 1);
  if (draw.init === 'reservoir') {
    const limit = draw.kind === 'input' ? 1 : 0.9 * Math.sqrt(3 / (shape[0] ?? 1));
    return even(-limit, limit);
  }
  const [rows = 0, columns = 0] = shape;
  if (draw.kind === 'input' || draw.init === 'glorot') return glorotUniform([rows, taps * columns], random, columns);
  if (draw.init === 'identity') return identity(rows);
  const all = new Float32Array(size);
  for (let tap = 0; tap < taps; tap++) {
    const matrix = orthogonal([rows / taps], random);
    all.set(taps === 1 ? matrix : matrix.map((value) => value / Math.sqrt(taps)), tap * matrix.length);
  }
  return all;
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}

/** Standard normal. */
export function standardNormal(shape: readonly number[], random: Random): Float32Array {
  return drawn(
    shape.reduce((a, b) => a * b, 1),
    () => random.normal(),
  );
}

/** A loop, since `Float32Array.from` takes some ten times as long, and a large model has millions. */
function drawn(count: number, next: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = next();
  return values;
}

/** The reflection that takes ±1 on axis `first`, which is returned, to a direction drawn evenly from those of the axes from `first` on. */
function drawReflection({ normal, sums }: Reflection, first: number, random: Random): 1 | -1 {
  const size = sums.length;
  let squares = 0;
  for (let index = first; index < size; index++) {
    const drawn = random.normal();
    normal[index] = drawn;
    squares += drawn ** 2;
  }
  const onAxis = (normal[first] as number) / Math.sqrt(squares);
  // The sign of which the difference of both loses no digits.
  const sign = onAxis < 0 ? 1 : -1;
  const scale = Math.sqrt(1 + Math.abs(onAxis));
  for (let index = first; index < size; index++) normal[index] = (normal[index] as number) / Math.sqrt(squares) / scale;
  normal[first] = -sign * scale;
  sums[first] = -scale;
  return sign;
}
