import type { LanguageReferences, LanguageRename, LanguageSymbol } from '../../protocol/language';
import { reservedNames } from '../language/words';
import { baseOf, baseSpan, type Declaration, isInComment, type Outline, outlineOf, tokenAt } from './outline';

/** Every place of the name under the cursor; a state and its next value are one name. */
export function referencesAt(text: string, offset: number): LanguageReferences | undefined {
  return isInComment(text, offset) ? undefined : references(outlineOf(text), offset);
}

function references({ tokens, declarations }: Outline, offset: number): LanguageReferences | undefined {
  const token = tokenAt(tokens, offset);
  if (token?.role !== 'variable') return undefined;
  const name = baseOf(token.text);
  const isOfName = (text: string) => baseOf(text) === name;
  const found = declarations.find((one) => isOfName(one.name));
  if (!found) return undefined;
  return {
    name,
    span: baseSpan(token),
    declaration: baseSpan({ text: found.name, span: found.span }),
    all: tokens.filter((one) => one.role === 'variable' && isOfName(one.text)).map(baseSpan),
  };
}

/** A new name for the one under the cursor, in all its places. */
export function renameAt(text: string, offset: number, name: string): LanguageRename {
  const outline = outlineOf(text);
  const found = isInComment(text, offset) ? undefined : references(outline, offset);
  if (!found) return { refusal: 'Here is no name that the cell defines' };
  // Who renames h' may write the prime again.
  const wanted = baseOf(name.trim().normalize('NFC'));
  if (!/^\p{L}[\p{L}\p{M}\p{N}_]*$/u.test(wanted))
    return { refusal: `"${wanted}" is no name: begin with a letter, and go on with letters, digits or _` };
  if (reservedNames.includes(wanted)) return { refusal: `${wanted} has a meaning of its own` };
  const isTaken = outline.declarations.some((one) => baseOf(one.name) === wanted) && wanted !== found.name;
  return isTaken ? { refusal: `${wanted} is a name of this cell already` } : { places: found.all };
}

/** The cell with what it declares. */
export function symbolsOf(text: string): readonly LanguageSymbol[] {
  const { cell, declarations, tokens } = outlineOf(text);
  const children = declarations.map(symbolOf);
  const [first] = tokens;
  const last = tokens.at(-1);
  if (!cell || !first || !last) return children;
  const header = tokens.filter(({ role }) => role === 'cell');
  const nameSpan = { start: cell.span.start, end: header.at(-1)?.span.end ?? cell.span.end };
  const span = { start: first.span.start, end: last.span.end };
  return [{ name: text.slice(nameSpan.start, nameSpan.end), kind: 'cell', span, nameSpan, children }];
}

function symbolOf({ kind, name, span, statement }: Declaration): LanguageSymbol {
  // Several states stand in one statement, and symbols may not lie over one another.
  const own = kind === 'state' ? span : statement;
  return { name, kind: kind === 'next' ? 'state' : kind, span: own, nameSpan: span, children: [] };
}
