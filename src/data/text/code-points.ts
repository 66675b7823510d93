import type { Encoding } from './encoding';

/** How many bytes from the start of a part can be decoded without cutting a code point at its end. */
export function wholeCodePoints(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'latin1') return bytes.length;
  if (encoding === 'utf-8') return wholeUtf8(bytes);
  const even = bytes.length - (bytes.length % 2);
  return even >= 2 && isHighSurrogate(unitAt(bytes, even - 2, encoding)) ? even - 2 : even;
}

function wholeUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back] ?? 0;
    if (byte >= 0x80 && byte < 0xc0) continue;
    return sequenceLength(byte) > back ? length - back : length;
  }
  return length;
}

/** Offset of the first byte that is not part of a valid code point; undefined when all are. */
export function firstInvalid(bytes: Uint8Array, encoding: Encoding): number | undefined {
  if (encoding === 'latin1') return undefined;
  return encoding === 'utf-8' ? firstInvalidUtf8(bytes) : firstInvalidUtf16(bytes, encoding);
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** The Unicode Standard, table 3-7: the second byte has a narrower range after some leads, the others 80..BF. */
function secondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  return lead === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf];
}

function firstInvalidUtf8(bytes: Uint8Array): number | undefined {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] ?? 0;
    const length = sequenceLength(lead);
    if (length === 0) return i;
    const [low, high] = secondByteRange(lead);
    for (let k = 1; k < length; k++) {
      const byte = bytes[i + k] ?? -1;
      if (byte < (k === 1 ? low : 0x80) || byte > (k === 1 ? high : 0xbf)) return i;
    }
    i += length;
  }
  return undefined;
}

function firstInvalidUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): number | undefined {
  for (let i = 0; i < bytes.length; i += 2) {
    if (i + 1 === bytes.length) return i;
    const unit = unitAt(bytes, i, encoding);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const paired = isHighSurrogate(unit) && i + 3 < bytes.length && isLowSurrogate(unitAt(bytes, i + 2, encoding));
    if (!paired) return i;
    i += 2;
  }
  return undefined;
}

function unitAt(bytes: Uint8Array, i: number, encoding: 'utf-16le' | 'utf-16be'): number {
  const [first, second] = [bytes[i] ?? 0, bytes[i + 1] ?? 0];
  return encoding === 'utf-16le' ? first | (second << 8) : (first << 8) | second;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
