import type { LanguageCompletion, LanguageKind } from '../../protocol/language';
import { convolutionSizes, linearInits } from '../expression';
import { convolutionInits, functionWords } from '../language/words';
import { callAround, type OpenCall, tokensBefore } from './call';
import { functionParagraphs, wordOf } from './notes';
import { type Declaration, isInComment, type Outline, outlineOf, tokenAt } from './outline';

type Offer = Omit<LanguageCompletion, 'replace'>;

const offer = (label: string, kind: LanguageKind, detail: string, insert = label, documentation?: string): Offer => ({
  label,
  kind,
  detail,
  insert,
  documentation,
});

/** What could be written at a place, in a text that need not be whole; the likeliest first. */
export function completionsAt(text: string, offset: number): readonly LanguageCompletion[] {
  if (isInComment(text, offset)) return [];
  const outline = outlineOf(text);
  const token = tokenAt(outline.tokens, offset);
  if (token?.kind === 'number') return [];
  const replace = { start: token?.kind === 'name' ? token.span.start : offset, end: offset };
  return offersAt(text, replace.start, outline).map((one) => ({ ...one, replace }));
}

function offersAt(text: string, start: number, outline: Outline): readonly Offer[] {
  const before = outline.tokens.filter(({ span }) => span.end <= start);
  const brace = before.findLastIndex((token) => token.text === '{');
  if (brace < 0) return before.length === 0 ? [newCell] : [];
  if (before.slice(brace).some((token) => token.text === '}')) return [];
  const line = tokensBefore(text, outline.tokens, start).filter(
    ({ span }) => span.start > (before[brace]?.span.start ?? 0),
  );
  const [first, second] = line;
  if (!first) return statements(outline);
  if (first.role === 'keyword' || second?.text !== '=') return [];
  return terms(callAround(line), outline, first.span.start, line.at(-1)?.text ?? '');
}

const newCell = offer('cell', 'keyword', 'a new cell', "cell $1 {\n  state h\n  h' = $0\n}");

/** How a line can begin: with next values that are missing, or with what declares. */
function statements({ declarations }: Outline): readonly Offer[] {
  const isUpdated = (state: string) => declarations.some(({ kind, name }) => kind === 'next' && name === `${state}'`);
  const missing = declarations.filter(({ kind, name }) => kind === 'state' && !isUpdated(name));
  return [
    ...missing.map(({ name }) => offer(`${name}'`, 'state', 'its next value is missing', `${name}' = `)),
    offer('state', 'keyword', 'what is carried from step to step', 'state $1'),
    offer('param', 'keyword', 'a learned vector with its first value', 'param $1 = $2'),
    offer('const', 'keyword', 'a number with a name', 'const $1 = $2'),
  ];
}

const details: Readonly<Record<Declaration['kind'], string>> = {
  state: 'state, of the step before',
  next: 'next value of a state',
  gate: 'defined above',
  param: 'learned vector',
  const: 'number',
};

/**
 * @param start of the line's statement; equations below it define nothing yet
 * @param last word or sign before the place
 */
function terms(call: OpenCall | undefined, { declarations }: Outline, start: number, last: string): readonly Offer[] {
  const word = call && wordOf(call.name);
  const option = call?.written.find(({ role }) => role === 'option')?.text;
  if (call && option !== undefined && last === ':') return optionValues(call.name, option);
  if (/[\p{L}\p{N})']$/u.test(last)) return [];
  const inScope = declarations.filter(({ kind, span }) => (kind !== 'gate' && kind !== 'next') || span.end < start);
  const names = [...new Map(inScope.map((one) => [one.name, one])).values()];
  const isBeginning = call?.written.length === 0;
  const options =
    word && isBeginning ? Object.entries(word.options).filter(([name]) => !call.options.includes(name)) : [];
  return [
    ...((call?.name === 'linear' || call?.name === 'conv') && isBeginning ? [offer('x', 'input', 'the input')] : []),
    ...names.map(({ name, kind }) => offer(name, kind === 'next' ? 'state' : kind, details[kind])),
    ...options.map(([name, { values, meaning }]) => offer(name, 'option', values, `${name}: `, meaning)),
    ...functionWords.map((one) =>
      offer(one.name, 'function', one.signature, `${one.name}($0)`, functionParagraphs(one).join('\n\n')),
    ),
  ];
}

function optionValues(called: string, option: string): readonly Offer[] {
  const values: Readonly<Record<string, readonly string[]>> =
    called === 'scale'
      ? { init: ['uniform'] }
      : {
          size: convolutionSizes.map(String),
          bias: ['none'],
          init: called === 'conv' ? convolutionInits : linearInits,
          train: ['no', 'yes'],
        };
  const meaning = wordOf(called)?.options[option]?.meaning ?? '';
  return (values[option] ?? []).map((value) => offer(value, 'value', meaning));
}
