import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { notText } from './binary';
import { firstInvalid, wholeCodePoints } from './code-points';
import type { Encoding, FoundEncoding } from './encoding';
import { invalidBytes } from './invalid';

/** What decoding changed, counted as it goes on. */
export interface DecodingTally {
  /** Invalid sequences replaced with U+FFFD. */
  replaced: number;
  /** Whether CR or CRLF became LF. */
  carriageReturns: boolean;
}

/**
 * The text of a file in parts that end between code points: without byte-order mark, with LF as the only line end.
 * @throws UserError for invalid bytes (unless `invalid` is `replace`) and for NUL characters
 */
export async function* decode(
  file: DatasetFile,
  { encoding, mark }: FoundEncoding,
  invalid: Reading['invalid'],
  tally: DecodingTally = { replaced: 0, carriageReturns: false },
): AsyncGenerator<string> {
  let offset = 0;
  let rest: Uint8Array = new Uint8Array(0);
  let heldReturn = '';
  for await (const chunk of file.chunks()) {
    const bytes = joined(rest, offset === 0 ? chunk.subarray(mark) : chunk);
    if (offset === 0) offset = mark;
    const end = wholeCodePoints(bytes, encoding);
    const text = heldReturn + (await decodeBytes(bytes.subarray(0, end), offset));
    // Whether a CR at the end belongs to a CRLF is known with the next part.
    heldReturn = text.endsWith('\r') ? '\r' : '';
    yield* lineEnds(heldReturn ? text.slice(0, -1) : text);
    offset += end;
    rest = bytes.subarray(end);
  }
  yield* lineEnds(heldReturn + (await decodeBytes(rest, offset)));

  async function decodeBytes(bytes: Uint8Array, start: number): Promise<string> {
    const text = decodeValid(bytes, encoding) ?? (await decodeInvalid(bytes, start));
    if (text.includes('\0')) throw notText(file.name, 'a binary file (it has NUL characters)');
    return text;
  }

  async function decodeInvalid(bytes: Uint8Array, start: number): Promise<string> {
    if (invalid === 'error') {
      const bad = firstInvalid(bytes, encoding) ?? 0;
      throw await invalidBytes(file, encoding, start + bad, bytes[bad] ?? 0);
    }
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
    tally.replaced += replacements(text) - replacementsInFile(bytes, encoding);
    return text;
  }

  function* lineEnds(text: string): Generator<string> {
    if (text === '') return;
    if (!text.includes('\r')) return yield text;
    tally.carriageReturns = true;
    yield text.replace(/\r\n?/g, '\n');
  }
}

/** The text of a file's first bytes for a quick look: what is cut or invalid shows as U+FFFD or is left out. */
export function decodeSample(head: Uint8Array, { encoding, mark }: FoundEncoding): string {
  const bytes = head.subarray(mark);
  const whole = bytes.subarray(0, wholeCodePoints(bytes, encoding));
  const text = decodeValid(whole, encoding) ?? new TextDecoder(encoding, { ignoreBOM: true }).decode(whole);
  return text.replace(/\r\n?/g, '\n');
}

/** Undefined when the bytes are not valid in the encoding. */
function decodeValid(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding === 'latin1') return windows1252(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes 80 to 9F of Windows-1252; the five that it leaves out stay C1 controls, as on the web. */
const windows1252Extras = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const windows1252Units = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 && byte < 0xa0 ? windows1252Extras.charCodeAt(byte - 0x80) : byte,
);

/**
 * "Latin-1" is read as Windows-1252, of which it is a part but for control characters. Not by `TextDecoder`, which
 * some versions of Node mistake for ISO 8859-1.
 */
function windows1252(bytes: Uint8Array): string {
  const units = Uint16Array.from(bytes, (byte) => windows1252Units[byte] ?? byte);
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(units);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function replacements(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\ufffd'); i >= 0; i = text.indexOf('\ufffd', i + 1)) count += 1;
  return count;
}

/** U+FFFD that the file itself holds, left there by an earlier conversion. */
function replacementsInFile(bytes: Uint8Array, encoding: Encoding): number {
  const [width, code] = encoding === 'utf-8' ? [1, [0xef, 0xbf, 0xbd]] : [2, [0xff, 0xfd]];
  if (encoding === 'utf-16le') code.reverse();
  let count = 0;
  for (let i = 0; i + code.length <= bytes.length; i += width) {
    if (code.every((byte, k) => bytes[i + k] === byte)) count += 1;
  }
  return count;
}
