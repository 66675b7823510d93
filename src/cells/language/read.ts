import { UserError } from '../../base/user-error';
import type { Cell } from '../expression';
import { parseCell } from './parse';
import type { Problem } from './syntax';
import { understandCell } from './understand';

/** Texts of more characters are no cells. */
export const longestText = 100_000;

/** All that is wrong in a cell's text, and the cell if nothing is. */
export function analyseCell(text: string): { readonly cell: Cell | undefined; readonly problems: readonly Problem[] } {
  if (text.length > longestText) {
    const message = `The text has ${text.length} characters, and a cell at most ${longestText}`;
    return { cell: undefined, problems: [{ message, span: { start: 0, end: 0 } }] };
  }
  const { syntax, problems } = parseCell(text);
  if (!syntax || problems.length > 0) return { cell: undefined, problems };
  return understandCell(syntax);
}

/**
 * The cell that a text describes.
 *
 * @param name of the file, for the message
 * @throws UserError with the line and column of the first problem
 */
export function readCell(text: string, name: string): Cell {
  const { cell, problems } = analyseCell(text);
  if (cell) return cell;
  const [first] = problems;
  const before = text.slice(0, first?.span.start ?? 0).split('\n');
  throw new UserError({
    what: first?.message ?? 'This is no cell',
    where: `${name}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`,
    wayOut:
      problems.length > 1 ? `Correct this line and the ${problems.length - 1} other problems.` : 'Correct this line.',
  });
}
