import type { LanguageSignature, LanguageSpan } from '../../protocol/language';
import type { FunctionWord } from '../language/words';
import { functionParagraphs, wordOf } from './notes';
import { isInComment, outlineOf, type RoledToken } from './outline';

/** The call that a place is directly in. */
export interface OpenCall {
  readonly name: string;
  /** Arguments before the place, by their commas. */
  readonly argument: number;
  /** What is written of this argument before the place. */
  readonly written: readonly RoledToken[];
  /** Options that are written before the place. */
  readonly options: readonly string[];
}

/** @param before tokens of the line, up to the place */
export function callAround(before: readonly RoledToken[]): OpenCall | undefined {
  const calls: { name: string; argument: number; written: RoledToken[]; options: string[] }[] = [];
  before.forEach((token, at) => {
    const innermost = calls.at(-1);
    if (token.text === ')') calls.pop();
    else if (token.text === ',' && innermost) {
      innermost.argument++;
      innermost.written = [];
    } else {
      innermost?.written.push(token);
      if (token.role === 'option') innermost?.options.push(token.text);
    }
    if (token.text === '(') {
      const called = before[at - 1];
      calls.push({ name: called?.role === 'function' ? called.text : '', argument: 0, written: [], options: [] });
    }
  });
  return calls.at(-1);
}

/** Of the line, up to the place; a name that the place is in or at the end of counts as not written yet. */
export function tokensBefore(text: string, tokens: readonly RoledToken[], offset: number): readonly RoledToken[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return tokens.filter(
    ({ kind, span }) => span.start >= start && (kind === 'name' ? span.end < offset : span.end <= offset),
  );
}

export function signatureAt(text: string, offset: number): LanguageSignature | undefined {
  if (isInComment(text, offset)) return undefined;
  const call = callAround(tokensBefore(text, outlineOf(text).tokens, offset));
  const word = call && wordOf(call.name);
  if (!word) return undefined;
  const { label, parameters, terms } = labelled(word);
  const option = call.written.find(({ role }) => role === 'option')?.text;
  const named = option === undefined ? -1 : Object.keys(word.options).indexOf(option);
  return {
    label,
    parameters,
    // Further arguments of `linear` are what its dots stand for.
    active: named >= 0 ? terms + named : Math.min(call.argument, terms - 1),
    documentation: functionParagraphs(word).join('\n\n'),
  };
}

/** `scale(a, init: …)` and where its parts stand. */
function labelled({ name, signature, options }: FunctionWord) {
  const terms = signature.slice(name.length + 1, -1).split(', ');
  const parts = [...terms, ...Object.keys(options).map((option) => `${option}: …`)];
  let label = `${name}(`;
  const parameters = parts.map((part, at): LanguageSpan => {
    const start = label.length + (at > 0 ? 2 : 0);
    label += `${at > 0 ? ', ' : ''}${part}`;
    return { start, end: start + part.length };
  });
  return { label: `${label})`, parameters, terms: terms.length };
}
