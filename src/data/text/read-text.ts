import type { Reading } from '../../configuration/run';
import { type DatasetFile, emptyFile } from '../source';
import { type DecodingTally, decode } from './decode';
import { type Encoding, type FoundEncoding, findEncoding } from './encoding';
import { encodingName } from './invalid';

export interface TextDataset {
  readonly encoding: Encoding;
  /** Sentences for a person: what was changed or guessed while reading. */
  readonly warnings: readonly string[];
  /** Unicode code points. */
  readonly characters: number;
  /** Parts of at most 64 KiB that end between code points; no byte-order mark, LF line ends. Can be called again. */
  chunks(): AsyncIterable<string>;
}

/**
 * Reads a file as text, once from end to end, never the whole at a time.
 * @throws UserError when it is binary, empty, or has invalid bytes that the reading does not let pass
 */
export async function readText(file: DatasetFile, reading: Partial<Reading>): Promise<TextDataset> {
  const found = findEncoding(file, reading.encoding);
  const invalid = reading.invalid ?? 'error';
  const tally = { replaced: 0, carriageReturns: false };
  let characters = 0;
  for await (const text of decode(file, found, invalid, tally)) characters += countCodePoints(text);
  if (characters === 0) throw emptyFile(file.name);
  return {
    encoding: found.encoding,
    warnings: decodingWarnings(found, tally),
    characters,
    chunks: () => decode(file, found, invalid),
  };
}

/** What a reader of the dataset should know of its decoding. */
export function decodingWarnings({ encoding, guessed }: FoundEncoding, tally: DecodingTally): string[] {
  const warnings: string[] = [];
  if (guessed) warnings.push(`The file has no byte-order mark; its bytes look like ${encodingName(encoding)}.`);
  if (tally.replaced > 0) {
    const times =
      tally.replaced === 1 ? 'One invalid sequence of bytes was' : `${tally.replaced} invalid sequences of bytes were`;
    warnings.push(`${times} replaced with U+FFFD (\ufffd).`);
  }
  if (tally.carriageReturns) warnings.push('Line ends (CRLF or CR) are read as LF.');
  return warnings;
}

function countCodePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xdc00 && unit <= 0xdfff) count -= 1;
  }
  return count;
}
