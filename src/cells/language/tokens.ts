import { visible } from '../../base/visible';
import { limits } from './limits';
import type { Problem, Span } from './syntax';

export type TokenKind = 'name' | 'number' | 'symbol' | 'end of line' | 'end of text';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly span: Span;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Lines of comment before the first token, without their slashes. */
  readonly comment: readonly string[];
  readonly problems: readonly Problem[];
}

const pattern =
  /(?<space>[^\S\n]+)|(?<comment>\/\/[^\n]*)|(?<line>\n)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>(?!\p{DI})\p{L}(?:(?!\p{DI})[\p{L}\p{M}\p{N}_])*'?)|(?<symbol>[{}()=+*/,:-])|(?<unknown>[\s\S])/gu;

/**
 * Cuts a text into tokens. A name begins with a letter of any script, and all of it can be seen; however its accents are written, it is the same name.
 * A number is one that single precision can hold.
 */
export function tokensOf(text: string): Tokens {
  const tokens: Token[] = [];
  const comment: string[] = [];
  const problems: Problem[] = [];
  let isAbove = true;
  for (const match of text.matchAll(pattern)) {
    const { groups = {} } = match;
    const span = { start: match.index, end: match.index + match[0].length };
    const token = (kind: TokenKind, content = match[0]) => {
      tokens.push({ kind, text: content, span });
      isAbove &&= kind === 'end of line';
    };
    if (groups.line !== undefined) token('end of line');
    else if (groups.number !== undefined) {
      token('number');
      if (!Number.isFinite(Math.fround(Number(groups.number)))) {
        problems.push({ message: 'A number is at most 3.4e38, the largest of single precision', span });
      }
    } else if (groups.name !== undefined) {
      const whole = groups.name.normalize('NFC');
      token('name', whole.slice(0, limits.name));
      if (whole.length > limits.name) {
        problems.push({ message: `A name has at most ${limits.name} characters, and this one ${whole.length}`, span });
      }
    } else if (groups.symbol !== undefined) token('symbol');
    else if (groups.comment !== undefined) {
      if (isAbove) comment.push(match[0].slice(2).trim());
    } else if (groups.unknown !== undefined) {
      problems.push({ message: `The character "${visible(match[0])}" has no meaning here`, span });
    }
  }
  tokens.push({ kind: 'end of text', text: '', span: { start: text.length, end: text.length } });
  return { tokens, comment, problems };
}
