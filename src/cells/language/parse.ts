import { limits } from './limits';
import type { CallOption, CellSyntax, Name, Problem, Span, Statement, Term } from './syntax';
import { type Token, type TokenKind, tokensOf } from './tokens';

export interface Parsed {
  /** What could be read; undefined when not even `cell NAME {` is there. */
  readonly syntax: CellSyntax | undefined;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the text of one cell:
 *
 *     cell NAME {
 *       state NAME, NAME …
 *       param NAME = number
 *       const NAME = number
 *       NAME = term
 *     }
 *
 * A term is made of numbers, names, `+ - * /`, brackets and calls. A line that cannot be read is a problem, and the next
 * lines are read all the same.
 */
export function parseCell(text: string): Parsed {
  const { tokens, comment, problems } = tokensOf(text);
  const parser = new Parser(tokens);
  const syntax = parser.cell(comment);
  return { syntax, problems: [...problems, ...parser.problems].sort((a, b) => a.span.start - b.span.start) };
}

/** Thrown where a line cannot be read on. */
class Unreadable extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

class Parser {
  readonly problems: Problem[] = [];
  private at = 0;
  private depth = 0;
  private operators = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  cell(comment: readonly string[]): CellSyntax | undefined {
    try {
      this.skipLines();
      this.keyword('cell');
      const name = this.cellName();
      this.symbol('{');
      const statements = this.statements();
      this.symbol('}');
      this.skipLines();
      if (this.next.kind !== 'end of text') throw this.unexpected('the end of the text, since a file holds one cell');
      return { comment, name, statements };
    } catch (error) {
      this.note(error);
      return undefined;
    }
  }

  private statements(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      this.skipLines();
      if (this.is('}') || this.next.kind === 'end of text') return statements;
      try {
        statements.push(this.statement());
        if (!this.is('}')) this.expect('end of line', 'the end of the line');
      } catch (error) {
        this.note(error);
        while (!this.isAtEnd()) this.at++;
      }
    }
  }

  private statement(): Statement {
    if (this.next.kind === 'name' && this.next.text === 'state' && this.after?.kind === 'name') {
      this.at++;
      const names = [this.name()];
      while (this.is(',')) {
        this.at++;
        names.push(this.name());
      }
      return { kind: 'state', names };
    }
    const { text } = this.next;
    if (this.next.kind === 'name' && (text === 'param' || text === 'const') && this.after?.kind === 'name') {
      this.at++;
      const name = this.name();
      this.symbol('=');
      const { value, span } = this.signedNumber();
      return { kind: text, name, value, span: { start: name.span.start, end: span.end } };
    }
    const name = this.name('a name and its equation, as in r = sigmoid(linear(x, h))');
    this.symbol('=');
    this.operators = 0;
    return { kind: 'equation', name, term: this.sum() };
  }

  private sum(): Term {
    let left = this.product();
    for (;;) {
      const operator = this.is('+') ? '+' : this.is('-') ? '-' : undefined;
      if (operator === undefined) return left;
      this.takeOperator();
      const right = this.product();
      left = { kind: 'binary', operator, left, right, span: around(left, right) };
    }
  }

  private product(): Term {
    let left = this.factor();
    for (;;) {
      const operator = this.is('*') ? '*' : this.is('/') ? '/' : undefined;
      if (operator === undefined) return left;
      this.takeOperator();
      const right = this.factor();
      left = { kind: 'binary', operator, left, right, span: around(left, right) };
    }
  }

  private factor(): Term {
    if (++this.depth > limits.depth)
      throw new Unreadable({ message: `Terms stand in more than ${limits.depth} others`, span: this.next.span });
    try {
      return this.factorWithin();
    } finally {
      this.depth--;
    }
  }

  private factorWithin(): Term {
    const { next } = this;
    if (this.is('-')) {
      this.at++;
      const of = this.factor();
      return { kind: 'negative', of, span: { start: next.span.start, end: of.span.end } };
    }
    if (this.is('(')) {
      this.at++;
      const term = this.sum();
      this.symbol(')');
      return term;
    }
    if (next.kind === 'number') {
      this.at++;
      return { kind: 'number', value: Number(next.text), span: next.span };
    }
    const name = this.name('a number, a name, a call or a bracket');
    return this.is('(') ? this.call(name) : { kind: 'name', name, span: name.span };
  }

  private call(called: Name): Term {
    this.symbol('(');
    const terms: Term[] = [];
    const options: CallOption[] = [];
    while (!this.is(')')) {
      if (this.next.kind === 'name' && this.after?.text === ':') options.push(this.option(options));
      else terms.push(this.sum());
      if (!this.is(')')) this.symbol(',');
      if (terms.length + options.length > limits.arguments) {
        throw new Unreadable({ message: `A call has more than ${limits.arguments} arguments`, span: called.span });
      }
    }
    const { end } = this.symbol(')').span;
    return { kind: 'call', called, arguments: terms, options, span: { start: called.span.start, end } };
  }

  private option(earlier: readonly CallOption[]): CallOption {
    const name = this.name();
    if (earlier.some((option) => option.name.text === name.text)) {
      throw new Unreadable({ message: `The option ${name.text} is given twice`, span: name.span });
    }
    this.symbol(':');
    if (this.next.kind === 'name') {
      const { text, span } = this.take();
      return { name, value: text, span: { start: name.span.start, end: span.end } };
    }
    const { value, span } = this.signedNumber('a number or a word');
    return { name, value, span: { start: name.span.start, end: span.end } };
  }

  private signedNumber(wanted = 'a number'): { readonly value: number; readonly span: Span } {
    const sign = this.is('-') ? -1 : 1;
    if (sign < 0) this.at++;
    const { text, span } = this.expect('number', wanted);
    return { value: sign * Number(text), span };
  }

  /** Parts with hyphens between, as in `rnn-relu`. */
  private cellName(): Name {
    let { text, span } = this.name('the name of the cell');
    while (this.is('-') && this.next.span.start === span.end) {
      this.at++;
      const part = this.name();
      text += `-${part.text}`;
      span = { start: span.start, end: part.span.end };
    }
    return { text, span };
  }

  private name(wanted = 'a name'): Name {
    const { text, span } = this.expect('name', wanted);
    return { text, span };
  }

  private keyword(word: string): void {
    if (this.next.text !== word) throw this.unexpected(`"${word}"`);
    this.at++;
  }

  private symbol(text: string): Token {
    if (!this.is(text)) throw this.unexpected(`"${text}"`);
    return this.take();
  }

  private expect(kind: TokenKind, wanted: string): Token {
    if (this.next.kind !== kind) throw this.unexpected(wanted);
    return this.take();
  }

  private takeOperator(): void {
    if (++this.operators > limits.operators) {
      throw new Unreadable({
        message: `An equation has more than ${limits.operators} operators`,
        span: this.next.span,
      });
    }
    this.at++;
  }

  private take(): Token {
    const { next } = this;
    this.at++;
    return next;
  }

  private is(symbol: string): boolean {
    return this.next.kind === 'symbol' && this.next.text === symbol;
  }

  /** Of a line, or of the text. */
  private isAtEnd(): boolean {
    return this.next.kind.startsWith('end');
  }

  private skipLines(): void {
    while (this.next.kind === 'end of line') this.at++;
  }

  private get next(): Token {
    const token = this.tokens[this.at] ?? this.tokens.at(-1);
    if (!token) throw new Error('A text has at least its end');
    return token;
  }

  private get after(): Token | undefined {
    return this.tokens[this.at + 1];
  }

  private unexpected(wanted: string): Unreadable {
    const { kind, text, span } = this.next;
    return new Unreadable({
      message: `Here should be ${wanted}, not ${kind.startsWith('end') ? `the ${kind}` : `"${text}"`}`,
      span,
    });
  }

  private note(error: unknown): void {
    if (!(error instanceof Unreadable)) throw error;
    this.problems.push(error.problem);
  }
}

const around = (left: { readonly span: Span }, right: { readonly span: Span }): Span => ({
  start: left.span.start,
  end: right.span.end,
});
