import { isValue } from './cell-value';
import type { Records } from './records';

/** More lines than this above or below a table are no title and no source. */
export const mostOutside = 20;

const totals = new Set(
  (
    'total|totals|grand total|sum|average|avg|mean|gesamt|insgesamt|summe|mittelwert|durchschnitt|totale|somme|moyenne|' +
    'total general|promedio|media|totaal|gemiddelde|soma'
  ).split('|'),
);

/** Whether a record is a line of words in place of a row: alone in its line, or in the first cell of an else empty one. */
function isRemark(record: readonly string[], width: number): boolean {
  const [first, ...more] = filledOf(record);
  if (first === undefined) return true;
  if (record.length >= width && (width < 3 || more.length > 0)) return false;
  // A word alone may be what is left of a row, where rows are short.
  const isAlone = record.length === 1 && width > 2;
  return !isValue(first) && (isAlone || /[:*#\u00a9]/.test(first) || (/\s/.test(first) && !more.some(isValue)));
}

/** Whether a record above a table is none of its names: a remark, or fewer cells, of which the first is words. */
export function isTitle(record: readonly string[], width: number): boolean {
  return isRemark(record, width) || (record.length < width && !isValue(filledOf(record)[0] ?? ''));
}

const filledOf = (record: readonly string[]) => record.map((cell) => cell.trim()).filter((cell) => cell !== '');

/** Whether a record sums up the rows above it. */
function isTotal(record: readonly string[]): boolean {
  const [first = '', ...rest] = filledOf(record);
  const name = first.toLowerCase().replace(/[\s:.]+$/, '');
  return totals.has(name) && rest.length > 0 && rest.every(isValue);
}

const isBelow = (record: readonly string[], width: number) => isTotal(record) || isRemark(record, width);

/** How many records at the end are remarks or totals; none where there is no end to them. */
function countBelow(records: readonly (readonly string[])[], width: number): number {
  let count = 0;
  while (count < records.length && isBelow(records[records.length - 1 - count] ?? [], width)) count += 1;
  return count > mostOutside ? 0 : count;
}

/** Records with those of them that stand in a table. */
export const tableAbove = <T extends readonly string[]>(records: readonly T[], width: number): readonly T[] =>
  records.slice(0, records.length - countBelow(records.slice(-mostOutside - 1), width));

/** What stands below a table, in the order of the file. */
export interface Below {
  readonly line: number;
  readonly isTotal: boolean;
}

/**
 * The records of a table without the remarks and totals below it. They are held back until something follows that is
 * neither, with which they are rows.
 *
 * @param onBelow is told of those that are left out
 */
export async function* withoutBelow(
  parts: AsyncIterable<Records>,
  onBelow: (left: readonly Below[]) => void,
): AsyncGenerator<Records> {
  let width: number | undefined;
  let held: Records = { cells: [], lines: [], afterBlank: undefined };
  for await (const part of parts) {
    width ??= part.cells[0]?.length;
    const cells = held.cells.length > 0 ? [...held.cells, ...part.cells] : part.cells;
    const lines = held.lines.length > 0 ? [...held.lines, ...part.lines] : part.lines;
    const afterBlank = held.afterBlank ?? part.afterBlank;
    const end = cells.length - countBelow(cells.slice(-mostOutside - 1), width ?? 0);
    const isHeld = afterBlank !== undefined && afterBlank >= (lines[end] ?? Number.POSITIVE_INFINITY);
    yield { cells: cells.slice(0, end), lines: lines.slice(0, end), afterBlank: isHeld ? undefined : afterBlank };
    held = { cells: cells.slice(end), lines: lines.slice(end), afterBlank: isHeld ? afterBlank : undefined };
  }
  const said = held.cells.map((record, at) => ({ record, line: held.lines[at] ?? 0, isTotal: isTotal(record) }));
  onBelow(said.filter(({ record }) => filledOf(record).length > 0));
}
