import { limits } from '../language/limits';
import { parseCell } from '../language/parse';
import { type Token, tokensOf } from '../language/tokens';

/**
 * The text in its usual form: one statement a line, two spaces within the braces, one around operators, at most one
 * empty line. It means the same, and comments stay in their places. Undefined when the text cannot be read.
 */
export function formatted(text: string): string | undefined {
  if (text.length > limits.text || parseCell(text).problems.length > 0) return undefined;
  const rows: string[] = [];
  let within = false;
  for (const line of text.split('\n')) {
    const slashes = line.indexOf('//');
    const [code, comment] = slashes < 0 ? [line, undefined] : [line.slice(0, slashes), line.slice(slashes).trimEnd()];
    const tokens = tokensOf(code).tokens.filter(({ kind }) => !kind.startsWith('end'));
    // Accents stay as they were written.
    const own = rowsOf(tokens.map((token) => ({ ...token, text: code.slice(token.span.start, token.span.end) })));
    // Neither at the beginning nor twice.
    if (own.length === 0 && comment === undefined && (rows.at(-1) ?? '') === '') continue;
    if (own[0]?.startsWith('cell ')) within = true;
    if (own.at(-1) === '}') within = false;
    if (comment !== undefined) {
      const last = own.pop();
      own.push(last === undefined ? `${within ? '  ' : ''}${comment}` : `${last} ${comment}`);
    }
    rows.push(...(own.length > 0 ? own : ['']));
  }
  return `${rows.join('\n').trimEnd()}\n`;
}

/** Header, statement and closing brace of a line, each as a line of its own. */
function rowsOf(tokens: readonly Token[]): string[] {
  const afterHeader = tokens[0]?.text === 'cell' ? tokens.findIndex(({ text }) => text === '{') + 1 : 0;
  const isClosed = tokens.at(-1)?.text === '}';
  const header = tokens.slice(0, afterHeader);
  const statement = tokens.slice(afterHeader, isClosed ? -1 : undefined);
  return [
    ...(header.length > 0 ? [spaced(header, hasSpaceInHeader)] : []),
    ...(statement.length > 0 ? [`  ${spaced(statement, hasSpace)}`] : []),
    ...(isClosed ? ['}'] : []),
  ];
}

type HasSpace = (tokens: readonly Token[], index: number) => boolean;

function spaced(tokens: readonly Token[], hasSpaceBefore: HasSpace): string {
  return tokens.map(({ text }, index) => (index > 0 && hasSpaceBefore(tokens, index) ? ` ${text}` : text)).join('');
}

/** The parts of a cell's name stand together. */
const hasSpaceInHeader: HasSpace = (tokens, index) => tokens[index]?.text !== '-' && tokens[index - 1]?.text !== '-';

const hasSpace: HasSpace = (tokens, index) => {
  const [before, token] = [tokens[index - 1], tokens[index]];
  if (/^[),:]$/.test(token?.text ?? '') || before?.text === '(' || isSign(tokens, index - 1)) return false;
  return !(token?.text === '(' && before?.kind === 'name');
};

/** A minus with no term before it. */
function isSign(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  return tokens[index]?.text === '-' && before?.kind === 'symbol' && before.text !== ')';
}
