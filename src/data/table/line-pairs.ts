import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../base/user-error';
import { visible } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { openDataset } from '../source';
import { decode } from '../text/decode';
import { type FoundEncoding, findEncoding } from '../text/encoding';
import { decodingWarnings } from '../text/read-text';
import type { TableDataset } from './read-table';
import { type Rows, rowsOf } from './rows';
import { PackedTexts } from './texts';

/** As languages are called behind a file's name: train.en, corpus.pt_BR, text.src. */
const languageEnding = /^\.([a-z]{2,3}([-_][a-z]{2,4})?|src|tgt|source|target)$/i;

/** Files beside one whose names differ in the ending alone, as train.en and train.de do. */
export async function filesOfLines(file: DatasetFile): Promise<readonly string[]> {
  if (file.path === undefined) return [];
  const ending = extname(file.path);
  if (!languageEnding.test(ending)) return [];
  const stem = basename(file.path, ending);
  const names = await readdir(dirname(file.path)).catch(() => []);
  return names
    .filter((name) => name !== `${stem}${ending}` && basename(name, extname(name)) === stem)
    .filter((name) => languageEnding.test(extname(name)))
    .toSorted()
    .map((name) => join(dirname(file.path ?? ''), name));
}

/**
 * Two texts whose lines say the same as a table of two columns, called by their files' endings.
 *
 * @throws UserError where they have not as many lines, or are no texts
 */
export async function readLinePairs(
  file: DatasetFile,
  pair: string,
  reading: Partial<Reading>,
): Promise<TableDataset & { readonly other: DatasetFile }> {
  const other = await openDataset({ kind: 'file', path: pair });
  const [source, target] = [await linesOf(file, reading), await linesOf(other, reading)];
  if (source.texts.length !== target.texts.length) {
    throw new UserError({
      what: `${file.name} has ${source.texts.length} lines and ${other.name} ${target.texts.length}`,
      where: other.name,
      wayOut:
        'Each line of the one must be the translation of the same line of the other; leave a line empty where there is none.',
    });
  }
  const [own, theirs] = [file, other].map(({ name }) => visible(extname(name).slice(1) || name));
  const names = own === theirs ? [file.name, other.name] : [own, theirs];
  return {
    encoding: source.encoding.encoding,
    delimiter: 'lines',
    decimal: '.',
    header: false,
    rows: source.texts.length,
    columns: [source, target].map(({ texts }, at) => ({
      name: names[at] ?? '',
      kind: 'text',
      missing: 0,
      values: texts,
    })),
    lines: rowsOf(source.texts.length, (row) => row + 1),
    warnings: [...source.warnings, ...target.warnings],
    other,
  };
}

interface Lines {
  readonly texts: Rows<string>;
  readonly encoding: FoundEncoding;
  readonly warnings: readonly string[];
}

async function linesOf(file: DatasetFile, reading: Partial<Reading>): Promise<Lines> {
  const encoding = findEncoding(file, reading.encoding);
  const tally = { replaced: 0, carriageReturns: false };
  const texts = new PackedTexts();
  let rest = '';
  for await (const part of decode(file, encoding, reading.invalid ?? 'error', tally)) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) texts.push(line.trim());
  }
  if (rest !== '') texts.push(rest.trim());
  return { texts: texts.finish(), encoding, warnings: decodingWarnings(encoding, tally) };
}
