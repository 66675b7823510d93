import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { ObjectRows, Row } from './parquet';
import type { Records } from './records';

/** In place of a delimiter: each line is a JSON object, and its keys are the columns. */
export const jsonLines = 'json';

/** The same of rows that are objects without a text. */
export const parquet = 'parquet';

/** No line is longer. */
const longestLine = 8 * 1024 * 1024;
const mostColumns = 10_000;
/** Objects within objects, and arrays, beyond any table. */
const deepest = 8;
const sampleLines = 500;

/** Whether the lines of a text are JSON objects: the first one is, and most of some begin like one. A wrong line is told when it is read. */
export function areJsonLines(text: string, open: boolean): boolean {
  const lines = linesOf(text, open).slice(0, 20);
  return (
    lines[0] !== undefined &&
    isObject(lines[0]) &&
    lines.filter((line) => line.trimStart().startsWith('{')).length > 0.8 * lines.length
  );
}

/** The first records, those of keys before them; what is no object is left out. */
export function sampleJsonLines(text: string, open: boolean): readonly (readonly string[])[] {
  return sampleObjects(
    linesOf(text, open)
      .slice(0, sampleLines)
      .flatMap((line) => (isObject(line) ? [JSON.parse(line)] : [])),
  );
}

/** Objects as records, the keys before them. */
export function sampleObjects(list: readonly Row[]): readonly (readonly string[])[] {
  const objects = list.map(cellsOf);
  const keys = [...new Set(objects.flatMap((cells) => [...cells.keys()]))];
  return [keys, ...objects.map((cells) => keys.map((key) => cells.get(key) ?? ''))];
}

/** The keys of all objects in the order in which they appear. */
export async function keysOf(name: string, parts: AsyncIterable<Objects>): Promise<readonly string[]> {
  const keys = new Set<string>();
  for await (const { objects, lines } of parts) {
    for (const [at, cells] of objects.entries()) {
      for (const key of cells.keys()) keys.add(key);
      if (keys.size > mostColumns) throw tooMany(name, lines[at] ?? 0, keys.size);
    }
  }
  return [...keys];
}

/**
 * Objects as records, the keys before them: objects within objects by names joined with points, items of arrays by their
 * numbers from 1 (`a.x_1`), what is missing or null as an empty cell.
 */
export async function* objectRecords(parts: AsyncIterable<Objects>, keys: readonly string[]): AsyncGenerator<Records> {
  yield { cells: [keys], lines: [1], afterBlank: undefined };
  for await (const { objects, lines } of parts)
    yield { cells: objects.map((cells) => keys.map((key) => cells.get(key) ?? '')), lines, afterBlank: undefined };
}

/** Some objects, by the names of their columns, with the line or row of each, from 1. */
export interface Objects {
  readonly objects: readonly ReadonlyMap<string, string>[];
  readonly lines: readonly number[];
}

/** The rows of a file that is no text. */
export async function* rowsAsObjects({ parts }: ObjectRows): AsyncGenerator<Objects> {
  let before = 0;
  for await (const rows of parts()) {
    const first = before + 1;
    yield { objects: rows.map(cellsOf), lines: rows.map((_, at) => first + at) };
    before += rows.length;
  }
}

/**
 * The objects of a text.
 *
 * @throws UserError with the line and column where a line is no JSON object
 */
export async function* linesAsObjects(name: string, parts: AsyncIterable<string>): AsyncGenerator<Objects> {
  let rest = '';
  let line = 0;
  const parsed = (texts: readonly string[]) => {
    const objects: ReadonlyMap<string, string>[] = [];
    const lines: number[] = [];
    for (const text of texts) {
      line += 1;
      if (text.trim() === '') continue;
      objects.push(objectIn(text, name, line));
      lines.push(line);
    }
    return { objects, lines };
  };
  for await (const part of parts) {
    const texts = (rest + part).split('\n');
    rest = texts.pop() ?? '';
    if (rest.length > longestLine) {
      throw new UserError({
        what: `A line is longer than ${longestLine / 1024 / 1024} million characters`,
        where: `${name}, line ${line + texts.length + 1}`,
        wayOut: 'Write one object a line.',
      });
    }
    yield parsed(texts);
  }
  yield parsed([rest]);
}

function objectIn(text: string, name: string, line: number): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new UserError({
      what: `This line is not valid JSON: ${excerpt(text.slice(Math.max(0, Number(at ?? 0) - 10)), 40)}`,
      where: `${name}, line ${line}${at === undefined ? '' : `, column ${Number(at) + 1}`}`,
      wayOut:
        'Each line must be a JSON object by itself; correct this one, or train on the file as text (--task language --delimiter ,).',
    });
  }
  if (!isRecord(value)) {
    throw new UserError({
      what: `This line is ${Array.isArray(value) ? 'an array' : 'a value'}, not a JSON object`,
      where: `${name}, line ${line}`,
      wayOut: 'Each line must be an object whose keys name the columns, as {"text": "…", "label": "…"}.',
    });
  }
  const cells = cellsOf(value);
  if (cells.size > mostColumns) throw tooMany(name, line, cells.size);
  return cells;
}

function tooMany(name: string, line: number, count: number): UserError {
  return new UserError({
    what: `There are ${count} different keys, more than ${mostColumns}`,
    where: `${name}, line ${line}`,
    wayOut: 'Name in each object the same few keys.',
  });
}

/** The values of an object by the names of their columns. */
function cellsOf(value: Row): ReadonlyMap<string, string> {
  const cells = new Map<string, string>();
  const add = (name: string, item: unknown, depth: number): void => {
    if (item === null || item === undefined) cells.set(name, '');
    else if (typeof item !== 'object' || item instanceof Date || depth > deepest) cells.set(name, textOf(item));
    else if (item instanceof Uint8Array) cells.set(name, '');
    else if (Array.isArray(item)) addArray(name, item, depth);
    else for (const [key, inner] of Object.entries(item)) add(`${name}.${key}`, inner, depth + 1);
  };
  const addArray = (name: string, items: readonly unknown[], depth: number): void => {
    items.forEach((item, at) => {
      // Several numbers a step: the step's number comes last, as in a table of such rows.
      if (Array.isArray(item))
        item.forEach((inner, channel) => void add(`${name}.${channel + 1}_${at + 1}`, inner, depth + 2));
      else if (isRecord(item))
        for (const [key, inner] of Object.entries(item)) add(`${name}.${key}_${at + 1}`, inner, depth + 2);
      else add(`${name}_${at + 1}`, item, depth + 1);
    });
  };
  for (const [key, item] of Object.entries(value)) add(key, item, 1);
  return cells;
}

function textOf(item: unknown): string {
  if (typeof item === 'string') return item;
  if (typeof item === 'bigint') return String(item);
  // A day, where there is no time of it.
  if (item instanceof Date) return item.toISOString().replace(/T00:00:00\.000Z$/, '');
  return JSON.stringify(item) ?? '';
}

function isRecord(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  try {
    return isRecord(JSON.parse(line));
  } catch {
    return false;
  }
}

/** Those that are whole and not blank. */
function linesOf(text: string, open: boolean): string[] {
  const lines = text.split('\n');
  if (open && lines.length > 1) lines.pop();
  return lines.filter((line) => line.trim() !== '');
}
