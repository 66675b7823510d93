import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { binaryKind, notText, signedKind } from './binary';
import { firstInvalid, wholeCodePoints } from './code-points';

export type Encoding = Exclude<Reading['encoding'], 'auto'>;

export interface FoundEncoding {
  readonly encoding: Encoding;
  /** Bytes of the byte-order mark, which is no part of the text. */
  readonly mark: number;
  /** True where the bytes alone tell that it is UTF-16. */
  readonly guessed: boolean;
}

/**
 * The encoding of a file: as asked for, else from its byte-order mark, else UTF-16 where its pattern shows, else UTF-8.
 * @throws UserError for a binary file, with what it looks like
 */
export function findEncoding(file: DatasetFile, asked: Reading['encoding'] = 'auto'): FoundEncoding {
  const found = file.path === undefined ? ({ encoding: 'utf-8', guessed: false } as const) : detect(file.head, asked);
  const narrow = found.encoding === 'utf-8' || found.encoding === 'latin1';
  const kind = narrow ? binaryKind(file.head) : found.guessed ? signedKind(file.head) : undefined;
  if (kind) throw notText(file.name, kind);
  return { ...found, mark: markLength(file.head, found.encoding) };
}

const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

function markLength(head: Uint8Array, encoding: Encoding): number {
  const mark = marks.find((candidate) => candidate.encoding === encoding);
  return mark?.bytes.every((byte, i) => head[i] === byte) ? mark.bytes.length : 0;
}

function detect(head: Uint8Array, asked: Reading['encoding']): Omit<FoundEncoding, 'mark'> {
  if (asked !== 'auto') return { encoding: asked, guessed: false };
  const marked = marks.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  if (marked) return { encoding: marked.encoding, guessed: false };
  const wide = utf16WithoutMark(head);
  return wide ? { encoding: wide, guessed: true } : { encoding: 'utf-8', guessed: false };
}

/**
 * Spaces and line ends are U+0020 and U+000A in any script, so UTF-16 text has NUL bytes; and read the wrong way round
 * they become rare characters. Binary data read as UTF-16 soon show a code point that no text has.
 */
function utf16WithoutMark(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (!head.includes(0)) return undefined;
  const [little, big] = [blanks(head, 'utf-16le'), blanks(head, 'utf-16be')];
  if (little === 0 && big === 0) return undefined;
  return little >= big ? 'utf-16le' : 'utf-16be';
}

/** Number of blanks when read in an encoding; 0 when it cannot be text in it. */
function blanks(head: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): number {
  const whole = head.subarray(0, wholeCodePoints(head, encoding));
  if (whole.length < head.length - 3 || firstInvalid(whole, encoding) !== undefined) return 0;
  const text = new TextDecoder(encoding).decode(whole);
  const strange = text.match(/[^\P{C}\t\n\r\f\p{Cf}]/gu)?.length ?? 0;
  return strange > 0.02 * text.length ? 0 : (text.match(/[\n\r\t ]/g)?.length ?? 0);
}
