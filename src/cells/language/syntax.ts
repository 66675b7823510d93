/** Characters of the text, from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong in a cell's text, and where. */
export interface Problem {
  readonly message: string;
  readonly span: Span;
}

/** `h` or, where it stands for the next value of a state, `h'`. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

export type Term =
  | { readonly kind: 'number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'name'; readonly name: Name; readonly span: Span }
  | {
      readonly kind: 'call';
      readonly called: Name;
      readonly arguments: readonly Term[];
      readonly options: readonly CallOption[];
      readonly span: Span;
    }
  | { readonly kind: 'negative'; readonly of: Term; readonly span: Span }
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Term;
      readonly right: Term;
      readonly span: Span;
    };

/** `bias: 1` or `init: identity` among the arguments of a call. */
export interface CallOption {
  readonly name: Name;
  readonly value: number | string;
  readonly span: Span;
}

export type Statement =
  | { readonly kind: 'state'; readonly names: readonly Name[] }
  /** A learned vector with its first value, or a number with a name. */
  | { readonly kind: 'param' | 'const'; readonly name: Name; readonly value: number; readonly span: Span }
  | { readonly kind: 'equation'; readonly name: Name; readonly term: Term };

/** A cell's text, read but not yet understood. */
export interface CellSyntax {
  /** Lines of the comment above the cell, without their slashes. */
  readonly comment: readonly string[];
  readonly name: Name;
  readonly statements: readonly Statement[];
}
