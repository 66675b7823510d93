import { randomFromSeed } from '../base/random';
import { bouncingBalls } from './bouncing-balls';
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
  'bouncing-balls': bouncingBalls,
} as const satisfies Readonly<Record<string, Generator>>;

export type GeneratorName = keyof typeof generators;

/** The dataset in parts of some lines or frames. The same seed and size always give the same. */
export function* generated(name: GeneratorName, size: Partial<GeneratorSize>, seed: number): Iterable<Uint8Array> {
  const generator: Generator = generators[name];
  const whole = { ...generator.usual, ...size };
  const random = randomFromSeed(seed);
  if (generator.extension === 'npy') {
    yield* generator.parts(whole, random);
    return;
  }
  const encoder = new TextEncoder();
  let part = '';
  for (const line of generator.lines(whole, random)) {
    part += `${line}\n`;
    if (part.length > 65_536) {
      yield encoder.encode(part);
      part = '';
    }
  }
  yield encoder.encode(part);
}
