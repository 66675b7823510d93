/** Characters (UTF-16 code units) of a text, from `start` to before `end`. */
export interface LanguageSpan {
  readonly start: number;
  readonly end: number;
}

/** What the editor asks about the text of a cell. It is answered by a bundle that the host loads with the first cell. */
export interface CellLanguage {
  /** All that is wrong, in the order of the text. */
  problems(text: string): readonly LanguageProblem[];
  /** What could be written at a place, the likeliest first. */
  completions(text: string, offset: number): readonly LanguageCompletion[];
  /** @param size for which parameters are counted */
  hover(text: string, offset: number, size: LanguageSize): LanguageHover | undefined;
  /** The call that a place is in. */
  signature(text: string, offset: number): LanguageSignature | undefined;
  /** Every place of the name at a place; undefined where the cell defines none. */
  references(text: string, offset: number): LanguageReferences | undefined;
  rename(text: string, offset: number, name: string): LanguageRename;
  /** The text in its usual form; undefined when it cannot be read. */
  format(text: string): string | undefined;
  symbols(text: string): readonly LanguageSymbol[];
}

export interface LanguageProblem {
  readonly message: string;
  readonly span: LanguageSpan;
}

export interface LanguageSize {
  readonly inputs: number;
  readonly units: number;
}

export type LanguageKind = 'keyword' | 'input' | 'state' | 'gate' | 'param' | 'const' | 'function' | 'option' | 'value';

export interface LanguageCompletion {
  readonly label: string;
  readonly kind: LanguageKind;
  /** Beside the label. */
  readonly detail: string;
  /** Markdown. */
  readonly documentation: string | undefined;
  /** In the syntax of VS Code's snippets. */
  readonly insert: string;
  /** What is written of it already. */
  readonly replace: LanguageSpan;
}

export interface LanguageHover {
  readonly span: LanguageSpan;
  /** Markdown. */
  readonly paragraphs: readonly string[];
}

export interface LanguageSignature {
  readonly label: string;
  /** Parts of the label. */
  readonly parameters: readonly LanguageSpan[];
  readonly active: number;
  /** Markdown. */
  readonly documentation: string;
}

export interface LanguageReferences {
  /** Without a prime, as are all places. */
  readonly name: string;
  /** The place that was asked about. */
  readonly span: LanguageSpan;
  readonly declaration: LanguageSpan;
  readonly all: readonly LanguageSpan[];
}

export type LanguageRename = { readonly places: readonly LanguageSpan[] } | { readonly refusal: string };

export interface LanguageSymbol {
  readonly name: string;
  readonly kind: 'cell' | 'state' | 'gate' | 'param' | 'const';
  /** Of the whole statement, or of the name where several share one. */
  readonly span: LanguageSpan;
  readonly nameSpan: LanguageSpan;
  readonly children: readonly LanguageSymbol[];
}
