/**
 * Bytes as a string, one UTF-16 code unit from 0 to 255 a byte: a key of maps, and plain JSON. A token of bytes may be a part
 * of a character, which no string of characters could hold.
 */
export type ByteString = string;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** UTF-8 of a text; of ASCII, the same. */
export function bytesOf(text: string): ByteString {
  return /^[\0-\x7f]*$/.test(text) ? text : Array.from(encoder.encode(text), toUnit).join('');
}

/** The text of bytes; what is no UTF-8 becomes U+FFFD. */
export function textOfBytes(bytes: ByteString): string {
  return decoder.decode(toArray(bytes));
}

/** How bytes are named alone: their text, or where they are only a part of a character, `\xE2\x80`. */
export function labelOfBytes(bytes: ByteString): string {
  try {
    return strict.decode(toArray(bytes));
  } catch {
    return Array.from(bytes, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`).join('');
  }
}

const toUnit = (byte: number) => String.fromCharCode(byte);
const toArray = (bytes: ByteString) => Uint8Array.from(bytes, (unit) => unit.charCodeAt(0));
