import type { Span } from '../language/syntax';
import { type Token, tokensOf } from '../language/tokens';

/** What a name is in its line; undefined for signs and numbers. */
export type Role = 'keyword' | 'cell' | 'function' | 'option' | 'value' | 'variable';

export type RoledToken = Token & { readonly role: Role | undefined };

/** A name that a statement declares or defines. */
export interface Declaration {
  readonly kind: 'state' | 'param' | 'const' | 'gate' | 'next';
  /** Of a next state with its prime. */
  readonly name: string;
  readonly span: Span;
  /** The whole statement. */
  readonly statement: Span;
}

export interface Outline {
  readonly tokens: readonly RoledToken[];
  /** The first word of the cell's name. */
  readonly cell: Token | undefined;
  /** In the order of the text. */
  readonly declarations: readonly Declaration[];
}

/** What a text declares, however wrong it is: since a statement ends with its line, each line can be read alone. */
export function outlineOf(text: string): Outline {
  const tokens: RoledToken[] = [];
  const declarations: Declaration[] = [];
  let cell: Token | undefined;
  for (const line of linesOf(tokensOf(text).tokens)) {
    const brace = line.findIndex((token) => token.text === '{');
    const isHeader = line[0]?.text === 'cell' && cell === undefined;
    const header = isHeader ? line.slice(0, brace < 0 ? line.length : brace + 1) : [];
    const statement = line.slice(header.length);
    if (isHeader) cell = header[1]?.kind === 'name' ? header[1] : undefined;
    header.forEach((token, at) => {
      tokens.push({ ...token, role: token.kind === 'name' ? (at === 0 ? 'keyword' : 'cell') : undefined });
    });
    const keyword = keywordOf(statement);
    statement.forEach((token, at) => {
      tokens.push({ ...token, role: roleOf(statement, at, keyword) });
    });
    declarations.push(...declarationsOf(statement, keyword));
  }
  return { tokens, cell, declarations };
}

function linesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lines: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'end of line') lines.push([]);
    else if (token.kind !== 'end of text') lines.at(-1)?.push(token);
  }
  return lines;
}

type Keyword = 'state' | 'param' | 'const';

function keywordOf([first, second]: readonly Token[]): Keyword | undefined {
  const word = first?.text;
  return (word === 'state' || word === 'param' || word === 'const') && second?.kind === 'name' ? word : undefined;
}

function roleOf(statement: readonly Token[], at: number, keyword: Keyword | undefined): Role | undefined {
  if (statement[at]?.kind !== 'name') return undefined;
  if (at === 0 && keyword) return 'keyword';
  if (statement[at + 1]?.text === '(') return 'function';
  if (statement[at + 1]?.text === ':') return 'option';
  return statement[at - 1]?.text === ':' ? 'value' : 'variable';
}

function declarationsOf(tokens: readonly Token[], keyword: Keyword | undefined): readonly Declaration[] {
  const [first, second] = tokens;
  const last = tokens.at(-1)?.text === '}' ? tokens.at(-2) : tokens.at(-1);
  if (!first || !last) return [];
  const statement = { start: first.span.start, end: last.span.end };
  const declared = (kind: Declaration['kind'], { text, span }: Token): Declaration => ({
    kind,
    name: text,
    span,
    statement,
  });
  if (keyword === 'state') {
    return tokens.slice(1).flatMap((token) => (token.kind === 'name' ? declared('state', token) : []));
  }
  if (keyword) return second ? [declared(keyword, second)] : [];
  if (first.kind !== 'name' || second?.text !== '=') return [];
  return [declared(first.text.endsWith("'") ? 'next' : 'gate', first)];
}

export function isInComment(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).includes('//');
}

/** The token that a place is in or at the edge of; of two, the name. */
export function tokenAt(tokens: readonly RoledToken[], offset: number): RoledToken | undefined {
  const touched = tokens.filter(({ span }) => span.start <= offset && offset <= span.end);
  return touched.find(({ kind }) => kind === 'name') ?? touched.at(-1);
}

/** A name without its prime. */
export const baseOf = (name: string): string => name.replace(/'$/, '');

export const baseSpan = ({ text, span }: { readonly text: string; readonly span: Span }): Span => ({
  start: span.start,
  // A name may be written in more characters than its text has.
  end: text.endsWith("'") ? span.end - 1 : span.end,
});
