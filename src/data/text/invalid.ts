import { UserError } from '../../base/user-error';
import type { DatasetFile } from '../source';
import type { Encoding } from './encoding';

const encodingNames: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
  latin1: 'Latin-1 (Windows-1252)',
};

export function encodingName(encoding: Encoding): string {
  return encodingNames[encoding];
}

/** For bytes that an encoding does not allow; `offset` counts from 0, and all before it is valid. */
export async function invalidBytes(
  file: DatasetFile,
  encoding: Encoding,
  offset: number,
  byte: number,
): Promise<UserError> {
  const { line, column } = await place(file, encoding, offset);
  return new UserError({
    what: `The text is not valid ${encodingName(encoding)}: byte 0x${byte.toString(16).toUpperCase().padStart(2, '0')} stands where it cannot`,
    where: `${file.name}, line ${line}, column ${column}, byte offset ${offset}`,
    wayOut: 'Read it as Latin-1 (--encoding latin1), or replace what is invalid (--invalid replace).',
    actions: [
      { label: 'Read as Latin-1', choices: { reading: { encoding: 'latin1' } } },
      { label: 'Replace What Is Invalid', choices: { reading: { invalid: 'replace' } } },
    ],
  });
}

/** Line and column of a byte, both from 1, columns in code points. Reads the file again up to there. */
async function place(file: DatasetFile, encoding: Encoding, offset: number): Promise<{ line: number; column: number }> {
  const decoder = new TextDecoder(encoding);
  let [line, lastLine, left] = [1, '', offset];
  for await (const chunk of file.chunks()) {
    const lines = decoder.decode(chunk.subarray(0, left), { stream: true }).split(/\r\n|\n|\r(?!$)/);
    line += lines.length - 1;
    lastLine = (lines.length === 1 ? lastLine : '') + (lines.at(-1) ?? '');
    left -= chunk.length;
    if (left <= 0) break;
  }
  return { line, column: Array.from(lastLine.replace(/\r$/, '')).length + 1 };
}
