import { randomFromSeed } from '../base/random';
import type { Generator, GeneratorSize } from './generator';
import { adding, copy, parity, temporalOrder } from './memory';
import { mackeyGlass, noisySines } from './series';
import { dates, reverse } from './translation';

export type { Generator, GeneratorSize } from './generator';

/** Every benchmark, by the name that the command line has for it. */
export const generators = {
  adding,
  copy,
  'temporal-order': temporalOrder,
  parity,
  'mackey-glass': mackeyGlass,
  'noisy-sines': noisySines,
  reverse,
  dates,
} as const satisfies Readonly<Record<string, Generator>>;

export type GeneratorName = keyof typeof generators;

/** The dataset in parts of some lines. The same seed and size always give the same. */
export function* generated(name: GeneratorName, size: Partial<GeneratorSize>, seed: number): Iterable<string> {
  const generator: Generator = generators[name];
  let part = '';
  for (const line of generator.lines({ ...generator.usual, ...size }, randomFromSeed(seed))) {
    part += `${line}\n`;
    if (part.length > 65_536) {
      yield part;
      part = '';
    }
  }
  yield part;
}
