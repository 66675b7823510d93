import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** The one source of random numbers. Its state is small and whole, so that a checkpoint can hold it. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal, by Box and Muller's transformation. */
  normal(): number;
  /** In [0, below). */
  integer(below: number): number;
  state(): readonly number[];
}

/** Generator xoroshiro128+ (Blackman and Vigna 2018) from a seed of 32 bits. */
export function randomFromSeed(seed: number): Random {
  return wrap(xoroshiro128plus(seed));
}

/** Goes on where `state()` was read. Throws if the state is not one of this generator. */
export function randomFromState(state: readonly number[]): Random {
  return wrap(xoroshiro128plusFromState(state));
}

/** A seed for an independent stream: `stream` tells apart what is drawn from the same seed. */
export function deriveSeed(seed: number, stream: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** A copy in another order (Fisher and Yates 1938). */
export function shuffled<T>(list: ArrayLike<T>, random: Random): T[] {
  const copy = Array.from(list);
  for (let last = copy.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

function wrap(generator: ReturnType<typeof xoroshiro128plus>): Random {
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => uniformInt(generator, 0, below - 1),
    state: () => generator.getState(),
  };
}
