/**
 * Characters that act on a terminal or a page instead of showing: C0 and C1 controls (escape sequences begin with one),
 * line and paragraph separators, marks that turn the direction of text, invisible marks and tags, and halves of
 * surrogate pairs. The joiners U+200C and U+200D stay, for Persian and many emoji need them.
 */
const hidden =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e0fff}]/gu;

/**
 * Text of a dataset as it may be shown anywhere: what acts without showing becomes a visible picture (`␛`, `␊`) or
 * `\u{202e}`. Characters in `keep` (such as `'\n\t'`) stay as they are.
 */
export function visible(text: string, keep = ''): string {
  return text.replace(hidden, (character) => (keep.includes(character) ? character : picture(character)));
}

/**
 * JSON for another program, on one line. The same characters are written as `\\u202e`: JSON itself escapes those below
 * U+0020 alone, and a line of it often ends in a terminal.
 */
export function visibleJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(hidden, (character) => character.split('').map(escaped).join(''));
}

/** The beginning of a text for a message: visible, on one line, at most `length` characters. */
export function excerpt(text: string, length = 40): string {
  // A code point takes at most two code units, so that a giant text is never spread whole.
  const start = Array.from(text.slice(0, 2 * length + 2));
  return start.length > length ? `${visible(start.slice(0, length - 1).join(''))}…` : visible(start.join(''));
}

function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `\\u{${code.toString(16)}}`;
}
