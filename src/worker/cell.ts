import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearNames } from '../base/near-names';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import { builtinTexts } from '../cells/builtin';
import type { Cell } from '../cells/expression';
import { readCell } from '../cells/language/read';
import { cells, isCellName } from '../configuration/run';
import type { RunRecord } from '../protocol/run';
import type { CellText } from '../protocol/worker';
import { readCellText } from '../runs';

/** A cell with the text that it was read from. */
export interface TextCell {
  readonly cell: Cell;
  readonly text: string;
}

/** A text of 100,000 characters has no more. */
const bytesAtMost = 400_000;

/**
 * The cell that a training is told to take: a name of Unroll's own, the path of a `.cell` file, or an editor's text.
 *
 * @param choice of the configuration; undefined: the default
 * @throws UserError when there is no such cell or file, or its text is none
 */
export async function chosenCell(choice = 'lstm', given?: CellText): Promise<TextCell> {
  const { name, text } = given ?? (await cellText(choice));
  return { cell: readCell(text, visible(name)), text };
}

/** The text of a cell, which may be wrong. Throws a UserError when there is no such cell or file. */
export async function cellText(choice: string): Promise<CellText> {
  return isCellName(choice) ? builtin(choice) : readCellFile(choice);
}

/**
 * The cell of a run, from the copy in its folder: whatever becomes of the file that it was read from, or of Unroll's own
 * cells. Runs of earlier versions have no copy, and a name.
 */
export async function cellOfRun(folder: string, { configuration }: Pick<RunRecord, 'configuration'>): Promise<Cell> {
  const text = await readCellText(folder);
  if (text !== undefined) return readCell(text, 'model.cell');
  const { cell } = configuration.model;
  if (isCellName(cell)) return readCell(builtinTexts[cell], `${cell}.cell`);
  throw new UserError({
    what: 'The run lost its model.cell, without which its model cannot be used',
    where: folder,
    wayOut: 'Restore the file from a backup, or train again.',
  });
}

const builtin = (name: keyof typeof builtinTexts): CellText => ({ name: `${name}.cell`, text: builtinTexts[name] });

/**
 * Text of a `.cell` file, in UTF-8.
 *
 * @throws UserError when it cannot be read, is too large or no text
 */
async function readCellFile(path: string): Promise<CellText> {
  if (!path.toLowerCase().endsWith('.cell')) throw await unknown(path);
  const bytes = await bytesOf(path);
  const where = visible(path);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return { name: basename(path), text };
  } catch {
    // Said below, as for bytes of 0.
  }
  throw new UserError({
    what: 'The cell is no text in UTF-8',
    where,
    wayOut: 'Choose a .cell file, or save it as UTF-8.',
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const where = visible(path);
  try {
    // First what it is: to open a pipe would wait for somebody who writes into it.
    const found = await stat(path);
    if (!found.isFile()) throw new UserError({ what: 'This is no file', where, wayOut: 'Choose a .cell file.' });
    if (found.size > bytesAtMost)
      throw new UserError({
        what: `The file has ${found.size} bytes, and a cell at most ${bytesAtMost}`,
        where,
        wayOut: 'Choose a .cell file, which describes one cell.',
      });
    return await readFile(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw await unknown(path);
    throw new UserError({
      what: `The cell cannot be read: ${error.code === 'EACCES' ? 'permission denied' : error.message}`,
      where,
      wayOut: 'Check its path and permissions.',
    });
  }
}

/** Neither a name nor a file: with what there is that reads alike. */
async function unknown(path: string): Promise<UserError> {
  const ending = /\.cell$/i;
  const beside = (await readdir(dirname(path)).catch(() => [])).filter((name) => ending.test(name));
  const stem = basename(path).replace(ending, '');
  const files = new Map(beside.map((name) => [name.replace(ending, ''), name]));
  const near = [...nearNames(stem, [...files.keys()]).map((one) => files.get(one) ?? one), ...nearNames(stem, cells)];
  return new UserError({
    what: `There is no cell ${excerpt(basename(path))}`,
    where: visible(path),
    wayOut:
      near.length > 0
        ? `Did you mean ${near.map((one) => excerpt(one)).join(' or ')}?`
        : `Choose a .cell file or among: ${cells.join(' ')}.`,
  });
}
