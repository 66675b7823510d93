import { UserError } from '../../base/user-error';
import type { Cell } from '../expression';
import { limits } from './limits';
import { parseCell } from './parse';
import type { Problem } from './syntax';
import { understandCell } from './understand';

/** What is wrong in a cell's text, the first hundred problems at most, and the cell if nothing is. */
export function analyseCell(text: string): { readonly cell: Cell | undefined; readonly problems: readonly Problem[] } {
  if (text.length > limits.text) {
    const message = `The text has ${text.length} characters, and a cell at most ${limits.text}`;
    return { cell: undefined, problems: [{ message, span: { start: 0, end: 0 } }] };
  }
  const { syntax, problems } = parseCell(text);
  if (!syntax || problems.length > 0) return { cell: undefined, problems: problems.slice(0, limits.problems) };
  const understood = understandCell(syntax);
  return { ...understood, problems: understood.problems.slice(0, limits.problems) };
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
