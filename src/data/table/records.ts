import Papa from 'papaparse';
import { UserError } from '../../base/user-error';
import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { type DecodingTally, decode } from '../text/decode';
import { type Budget, lengthOf, within } from './budget';
import type { Dialect } from './dialect';
import { jsonLines, keysOf, linesAsObjects, type Objects, objectRecords, parquet, rowsAsObjects } from './json-lines';
import { type Below, withoutBelow } from './outside';

/** Records of a table with the line of the file, from 1, in which each begins. Blank lines are left out. */
export interface Records {
  readonly cells: readonly (readonly string[])[];
  readonly lines: readonly number[];
  /** Line of the first record that follows a blank line inside the table. */
  readonly afterBlank: number | undefined;
}

/** The records of a file, the header first where it has one. Can be called again. */
export type ReadRecords = (tally?: DecodingTally) => AsyncIterable<Records>;

/**
 * How the first records of a file in this dialect are read, as far as the budget goes. Throws what reading them throws.
 *
 * @param onBelow is told of remarks and totals below the table, which are left out; without it they are records
 */
export async function recordsOf(
  file: DatasetFile,
  { encoding, delimiter, skip, units, names }: Pick<Dialect, 'encoding' | 'delimiter' | 'skip' | 'units' | 'names'>,
  invalid: Reading['invalid'],
  budget: Budget,
  onBelow?: (left: readonly Below[]) => void,
): Promise<ReadRecords> {
  const text = (tally?: DecodingTally) => decode(file, encoding, invalid, tally);
  const { objects } = file;
  if (objects && delimiter === parquet) {
    const rows = () => objectsWithin(rowsAsObjects(objects), budget);
    const keys = objects.columns ?? (await keysOf(file.name, rows()));
    return () => objectRecords(rows(), keys);
  }
  if (delimiter !== jsonLines) {
    const all = (tally?: DecodingTally) => {
      const read = readRecords(file.name, text(tally), delimiter, skip);
      const named = names ? withNames(read, names) : read;
      const rows = units ? withoutUnits(named) : named;
      return onBelow ? withoutBelow(rows, onBelow) : rows;
    };
    return (tally) =>
      within(
        all(tally),
        budget,
        ({ cells }, row) => lengthOf(cells[row] ?? []),
        (part, count) => ({ ...part, cells: part.cells.slice(0, count), lines: part.lines.slice(0, count) }),
      );
  }
  const lines = (tally?: DecodingTally) => objectsWithin(linesAsObjects(file.name, text(tally)), budget);
  const keys = await keysOf(file.name, lines());
  return (tally) => objectRecords(lines(tally), keys);
}

/** With these names as the first record. */
async function* withNames(parts: AsyncIterable<Records>, names: readonly string[]): AsyncGenerator<Records> {
  let isFirst = true;
  for await (const part of parts) {
    yield isFirst && part.cells.length > 0 ? { ...part, cells: [names, ...part.cells.slice(1)] } : part;
    isFirst &&= part.cells.length === 0;
  }
}

/** The second record holds units. */
async function* withoutUnits(parts: AsyncIterable<Records>): AsyncGenerator<Records> {
  let at = 1;
  for await (const part of parts) {
    const here = at >= 0 && at < part.cells.length;
    const isKept = (_: unknown, index: number) => index !== at;
    yield here ? { ...part, cells: part.cells.filter(isKept), lines: part.lines.filter(isKept) } : part;
    at -= part.cells.length;
  }
}

function objectsWithin(parts: AsyncIterable<Objects>, budget: Budget): AsyncGenerator<Objects> {
  return within(
    parts,
    budget,
    ({ objects }, row) => lengthOf(objects[row]?.values() ?? []),
    ({ objects, lines }, count) => ({ objects: objects.slice(0, count), lines: lines.slice(0, count) }),
  );
}

interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly code?: string; readonly row?: number; readonly index?: number }[];
  readonly meta: { readonly cursor: number };
}

/** No record is longer; it bounds the memory that an open quote can take. */
const longestRecord = 8 * 1024 * 1024;
const mostColumns = 10_000;

/** Parses a text whose line ends are LF. With `open`, its last record may be cut and is left out. */
export function parseText(given: string, delimiter: string, open: boolean): Parsed {
  const text = delimiter !== ' ' ? given : open ? squeezed(given) : squeezed(given).trimEnd();
  return new Papa.Parser({ delimiter, newline: '\n', quoteChar: '"' }).parse(text, 0, open) as Parsed;
}

/** Where spaces part columns, any number of them does, and those at the ends of a line part nothing. */
const squeezed = (text: string) => text.replace(/ {2,}/g, ' ').replace(/(^|\n) | (?=\n)/g, '$1');

/**
 * The records of a table, part by part.
 * @param skip lines at the top that are no records
 * @throws UserError for broken quotes, and for a record or a number of columns beyond any sense
 */
export async function* readRecords(
  name: string,
  parts: AsyncIterable<string>,
  delimiter: string,
  skip: number,
): AsyncGenerator<Records> {
  let rest = '';
  /** A long record is tried again when twice as much of it is there, so that it is not parsed over and over. */
  let worthParsing = 0;
  let line = 1;
  let begun = false;
  let blank = false;
  for await (const part of parts) {
    let text = delimiter === ' ' ? squeezed(rest + part) : rest + part;
    while (line <= skip) {
      const end = text.indexOf('\n') + 1;
      if (end === 0) break;
      text = text.slice(end);
      line += 1;
    }
    if (text.length < worthParsing) {
      rest = text;
      continue;
    }
    const parsed = parseText(text, delimiter, true);
    yield take(parsed, text);
    rest = text.slice(parsed.meta.cursor);
    worthParsing = Math.min(2 * rest.length, longestRecord + 1);
    if (rest.length > longestRecord) throw tooLong(rest);
  }
  if (line > skip) yield take(parseText(rest, delimiter, false), rest);

  function take(parsed: Parsed, text: string): Records {
    // Errors of a cut last record are met again when it is whole.
    const error = parsed.errors.find(({ row }) => row !== undefined && row < parsed.data.length);
    if (error) throw brokenQuote(error.code === 'MissingQuotes', line + newlines(text.slice(0, error.index)));
    const cells: (readonly string[])[] = [];
    const lines: number[] = [];
    let afterBlank: number | undefined;
    const quoted = text.includes('"');
    for (const record of parsed.data) {
      if (record.length > mostColumns) throw tooMany(record.length);
      if (record.length > 1 || record[0]?.trim()) {
        if (blank && begun) afterBlank ??= line;
        [begun, blank] = [true, false];
        cells.push(record);
        lines.push(line);
      } else {
        blank = true;
      }
      line += 1;
      if (quoted) for (const cell of record) line += newlines(cell);
    }
    return { cells, lines, afterBlank };
  }

  function brokenQuote(unterminated: boolean, at: number): UserError {
    return new UserError({
      what: unterminated ? 'A quoted cell is never closed' : 'A quoted cell goes on after its closing quote',
      where: `${name}, line ${at}`,
      wayOut: 'Close the quote; a quote inside a quoted cell is written twice ("").',
    });
  }

  function tooLong(text: string): UserError {
    const open = parseText(text, delimiter, false).errors[0]?.index;
    if (open !== undefined) return brokenQuote(true, line + newlines(text.slice(0, open)));
    return new UserError({
      what: `A line is longer than ${longestRecord / 1024 / 1024} million characters`,
      where: `${name}, line ${line}`,
      wayOut: 'Write one row a line, or train on the file as text (--task language).',
    });
  }

  function tooMany(columns: number): UserError {
    return new UserError({
      what: `A row has ${columns} columns, more than ${mostColumns}`,
      where: `${name}, line ${line}`,
      wayOut: 'Write one row a time step, with the columns that matter.',
    });
  }
}

function newlines(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count += 1;
  return count;
}
