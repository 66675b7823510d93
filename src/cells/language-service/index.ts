import type { CellLanguage, LanguageProblem } from '../../protocol/language';
import { analyseCell } from '../language/read';
import type { Problem } from '../language/syntax';
import { signatureAt } from './call';
import { completionsAt } from './complete';
import { formatted } from './format';
import { hoverAt } from './hover';
import { referencesAt, renameAt, symbolsOf } from './names';

/** The language of cells as an editor asks for it: functions of the text alone. */
export const cellLanguage: CellLanguage = {
  problems: (text) => analyseCell(text).problems.map((problem) => inSight(text, problem)),
  completions: completionsAt,
  hover: hoverAt,
  signature: signatureAt,
  references: referencesAt,
  rename: renameAt,
  format: formatted,
  symbols: symbolsOf,
};

/** A problem of no character, as at the end of a line, is shown at the one before it. */
function inSight(text: string, { message, span }: Problem): LanguageProblem {
  const blank = text.slice(span.start, span.end).trim() === '';
  if (!blank) return { message, span };
  const end = text.slice(0, span.start).trimEnd().length;
  return { message, span: end > 0 ? { start: end - 1, end } : { start: 0, end: Math.min(1, text.length) } };
}
