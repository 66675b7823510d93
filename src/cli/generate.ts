import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nearNames } from '../base/near-names';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import { type Generator, type GeneratorName, generated, generators } from '../generators';

export interface GenerateRequest {
  readonly command: 'generate';
  readonly name: GeneratorName;
  readonly out: string | undefined;
  readonly count: number | undefined;
  readonly length: number | undefined;
  readonly seed: number;
  readonly json: boolean;
}

/** @throws UserError that names the argument */
export function generateRequest(
  [name, second]: readonly string[],
  options: Omit<GenerateRequest, 'command' | 'name'>,
): GenerateRequest {
  const names = Object.keys(generators) as GeneratorName[];
  const found = names.find((candidate) => candidate === name);
  if (!found || second !== undefined) {
    const near = name === undefined || found ? [] : nearNames(name, names);
    throw new UserError({
      what:
        name === undefined
          ? 'The name of a benchmark is missing'
          : found
            ? `${excerpt(second ?? '')} is one argument too many`
            : `There is no benchmark "${excerpt(name)}"`,
      where: 'unroll generate',
      wayOut: `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}Choose among: ${names.join(' ')}.`,
    });
  }
  const { lengths, label }: Generator = generators[found];
  const { length } = options;
  if (length !== undefined && !(lengths && length >= lengths.min && length <= lengths.max)) {
    throw new UserError({
      what: lengths
        ? `${label} is made in lengths from ${lengths.min} to ${lengths.max}, not ${length}`
        : `${label} has no length of an example`,
      where: '--length',
      wayOut: lengths ? 'Give such a length.' : 'Give --count, the number of rows.',
    });
  }
  return { command: 'generate', name: found, ...options };
}

/** Writes a benchmark to a file that is not there yet. */
export async function generate(request: GenerateRequest): Promise<{ readonly path: string; readonly bytes: number }> {
  const { name, count, length, seed } = request;
  const path = resolve(request.out ?? `${name}.${generators[name].extension}`);
  const file = await open(path, 'wx').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new UserError({
      what:
        code === 'EEXIST' ? 'There is a file of this name already' : `The file cannot be written (${excerpt(code)})`,
      where: visible(path),
      wayOut: 'Name another one (--out FILE).',
    });
  });
  let bytes = 0;
  let isWhole = false;
  try {
    const size = { ...(count !== undefined && { count }), ...(length !== undefined && { length }) };
    for await (const part of generated(name, size, seed)) bytes += (await file.write(part)).bytesWritten;
    isWhole = true;
  } finally {
    await file.close();
    if (!isWhole) await rm(path, { force: true });
  }
  return { path, bytes };
}
