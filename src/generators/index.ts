import { randomFromSeed } from '../base/random';
import { bouncingBalls } from './bouncing-balls';
import type { Generator, GeneratorSize, TextGenerator } from './generator';
import { adding, copy, parity, temporalOrder } from './memory';
import { mackeyGlass, noisySines } from './series';
import { spokenDigits } from './spoken-digits';
import { spoken } from './synthesiser';
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
  'spoken-digits': spokenDigits,
} as const satisfies Readonly<Record<string, Generator>>;

export type GeneratorName = keyof typeof generators;

/**
 * The dataset in parts of some lines, frames or recordings. The same seed and size always give the same, of recordings with
 * the same synthesiser.
 *
 * @throws UserError where a synthesiser is needed and there is none
 */
export async function* generated(
  name: GeneratorName,
  size: Partial<GeneratorSize>,
  seed: number,
): AsyncIterable<Uint8Array> {
  const generator: Generator = generators[name];
  const whole = { ...generator.usual, ...size };
  const random = randomFromSeed(seed);
  if (generator.extension === 'npy') yield* generator.parts(whole, random);
  else if (generator.extension === 'zip') yield await archiveOf(spoken(generator.takes(whole, random)));
  else yield* encoded(generator.lines(whole, random));
}

/** The same at once. */
export async function generatedWhole(...of: Parameters<typeof generated>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of generated(...of)) parts.push(part);
  return Buffer.concat(parts);
}

function* encoded(lines: ReturnType<TextGenerator['lines']>): Iterable<Uint8Array> {
  const encoder = new TextEncoder();
  let part = '';
  for (const line of lines) {
    part += `${line}\n`;
    if (part.length > 65_536) {
      yield encoder.encode(part);
      part = '';
    }
  }
  yield encoder.encode(part);
}

/** A date that no archive of the same files can differ in: the first one that ZIP knows. */
const noDate = new Date(1980, 0, 1);

async function archiveOf(files: ReturnType<typeof spoken>): Promise<Uint8Array> {
  const { zipSync } = await import(/* webpackChunkName: "archive" */ 'fflate');
  const content: Record<string, Uint8Array> = {};
  for await (const file of files) content[file.name] = file.content;
  return zipSync(content, { mtime: noDate });
}
