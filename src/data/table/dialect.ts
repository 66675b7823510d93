import type { Reading } from '../../configuration/run';
import type { DatasetFile } from '../source';
import { decodeSample } from '../text/decode';
import { type FoundEncoding, findEncoding } from '../text/encoding';
import { isAnyNumber, isValue } from './cell-value';
import { hasHeader, namesAbove, namesOf, unitsOf } from './header';
import { areJsonLines, jsonLines, parquet, sampleJsonLines, sampleObjects } from './json-lines';
import { isTitle, mostOutside, tableAbove } from './outside';
import { type Sample, sampleOf, sampleRecords, samplesOf, usualWidth } from './sample';

/** How a file writes its table, found from its first 64 KiB. */
export interface Dialect {
  readonly encoding: FoundEncoding;
  /** `json` where each line is an object, `parquet` where rows are objects without a text. */
  readonly delimiter: string;
  readonly header: boolean;
  /** Lines at the top that are no records: titles, comments, the `sep=;` that Excel writes, a line that counts what follows. */
  readonly skip: number;
  /** Whether that line is a count of rows and columns, as scikit-learn's datasets have it. */
  readonly counted?: boolean;
  /** What stands below the names in place of a first row: the units of the columns. */
  readonly units?: readonly string[];
  /** The first record as it is meant, where it has a cell less or more than the rows. */
  readonly names?: readonly string[];
  /** The first records, the header among them. */
  readonly sample: readonly (readonly string[])[];
}

const delimiters = [',', '\t', ';', '|'];
const space = ' ';

/** A file is asked for its dialect by all who look at it; that its first part is read once is what starts a training soon. */
const found = new WeakMap<DatasetFile, Map<string, Dialect>>();

/** @throws UserError for a binary file */
export function findDialect(file: DatasetFile, reading: Partial<Reading>): Dialect {
  const key = JSON.stringify([reading.delimiter, reading.encoding, reading.header]);
  const ofFile = found.get(file) ?? new Map<string, Dialect>();
  found.set(file, ofFile);
  const dialect = ofFile.get(key) ?? lookForDialect(file, reading);
  ofFile.set(key, dialect);
  return dialect;
}

function lookForDialect(file: DatasetFile, reading: Partial<Reading>): Dialect {
  if (file.objects && (reading.delimiter ?? 'auto') !== 'json') {
    const encoding = { encoding: 'utf-8', mark: 0, guessed: false } as const;
    return { encoding, delimiter: parquet, header: true, skip: 0, sample: sampleObjects(file.objects.sample) };
  }
  const encoding = findEncoding(file, reading.encoding);
  const text = decodeSample(file.head, encoding);
  const open = file.head.length < file.bytes;
  const separator = /^sep=([,;\t|])(?:\n|$)/i.exec(text)?.[1];
  const counted = reading.header !== 'yes' && countsWhatFollows(text, open);
  const top = separator || counted ? 1 : commentLines(text);
  const rest = linesFrom(text, top);
  const asked = reading.delimiter === 'auto' ? undefined : reading.delimiter;
  if (asked === jsonLines || (asked === undefined && areJsonLines(text, open)))
    return { encoding, delimiter: jsonLines, header: true, skip: 0, sample: sampleJsonLines(text, open) };
  const restBy = samplesOf(rest, open);
  const set = asked ?? separator;
  const titles = titleLines(rest, set === undefined ? delimiters : [set], restBy);
  const body = linesFrom(rest, titles);
  const skip = top + titles;
  const parsedBy = titles === 0 ? restBy : samplesOf(body, open);
  const sampleBy = (delimiter: string) => (body.includes(delimiter) ? parsedBy(delimiter) : undivided);
  const delimiter = set ?? bestDelimiter(body, sampleBy);
  const whole = parsedBy(delimiter);
  const table = open ? whole : tableAbove(whole, usualWidth(whole).width);
  const names = reading.header === 'no' ? undefined : namesAbove(table);
  const seen = names ? [names, ...table.slice(1)] : table;
  const header = reading.header === 'yes' || (reading.header !== 'no' && hasHeader(seen));
  const units = header ? unitsOf(seen) : undefined;
  const sample = units ? [...seen.slice(0, 1), ...seen.slice(2)] : seen;
  return { encoding, delimiter, header, skip, sample, counted, ...(units && { units }), ...(names && { names }) };
}

const linesFrom = (text: string, line: number) => (line === 0 ? text : text.split('\n').slice(line).join('\n'));

/**
 * Lines at the top that say what the table is and have fewer cells than it, as exports for people begin with them. None where
 * there is a delimiter by which the first line is one of the table.
 */
function titleLines(text: string, possible: readonly string[], sampleBy: (delimiter: string) => Sample): number {
  const found = possible.flatMap((delimiter) => {
    if (!text.includes(delimiter)) return [];
    const records = sampleBy(delimiter);
    const { width } = usualWidth(records);
    const above = records.findIndex((record) => !isTitle(record, width));
    if (width < 2 || above < 0) return [];
    const titles = above > 0 && namesOf(records[above - 1], width) ? above - 1 : above;
    const table = tableAbove(records.slice(titles), width);
    const cells = table.slice(1).flat();
    const isNamed = table[0]?.length === width || namesOf(table[0], width) !== undefined;
    const isTable = table.length > 3 && isNamed && usualWidth(table.slice(1)).share > 0.9;
    return isTable && cells.filter(isValue).length >= 0.3 * cells.length ? [{ delimiter, titles, top: table[0] }] : [];
  });
  const [first] = found;
  if (!first || found.some(({ titles }) => titles === 0)) return 0;
  const line = text.split('\n', mostOutside + 1).findIndex((content) => {
    const [record] = sampleOf(content, first.delimiter, false);
    return record !== undefined && record.join() === first.top?.join();
  });
  return Math.max(0, line);
}

/** `150,4,setosa,versicolor,virginica`: how many rows follow, how many columns beside the label, and names of classes. */
function countsWhatFollows(text: string, open: boolean): boolean {
  const found = /^(\d+),(\d+)((?:,[^,\n]*)*)\n/.exec(text);
  if (!found) return false;
  const [line, rows, columns, names = ''] = found;
  const classes = names.split(',').slice(1);
  const records = sampleOf(text.slice(line.length), ',', open);
  const fits = records.length > 1 && records.every((record) => record.length === Number(columns) + 1);
  // What is only seen in part cannot be counted; names tell it then.
  const isWhole = !open && records.length < sampleRecords;
  const isCount = isWhole ? Number(rows) === records.length : Number(rows) >= records.length && classes.length > 1;
  return fits && isCount && classes.every((name) => !isValue(name));
}

/** Lines that begin with # at the top; none if nothing else follows. */
function commentLines(text: string): number {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('#') && line.trim() !== '');
  return first > 0 && lines.slice(0, first).some((line) => line.startsWith('#')) ? first : 0;
}

/** What stands for a sample by a delimiter that is not in the text. */
const undivided: Sample = [['']];

/**
 * The delimiter under which most rows have the same number of columns, and most cells are values. None (a table of one
 * column, read with commas) when no delimiter is in the first row and in half of the others.
 */
function bestDelimiter(text: string, sampleBy: (delimiter: string) => Sample): string {
  const scored = delimiters.map((delimiter) => ({ delimiter, score: score(sampleBy(delimiter)) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score > 0) return best.delimiter;
  return startsSpaced(text) && isSpaced(sampleBy(space)) ? space : oneColumn(sampleBy);
}

/** Whether the first lines can be spaced numbers, which spares a text of words the rest. */
function startsSpaced(text: string): boolean {
  const [, second = ''] = text.split('\n', 20).filter((line) => line.trim() !== '');
  return second.trim().split(space).every(isValue);
}

/** Spaces are between the words of any text: they separate columns where all rows have as many, of numbers alone. */
function isSpaced(records: readonly (readonly string[])[]): boolean {
  const body = records.slice(records.length > 1 ? 1 : 0);
  const { width, share } = usualWidth(records);
  return width > 1 && share === 1 && body.every((record) => record.every(isValue) && record.some(isAnyNumber));
}

/** Commas, unless they stand in the cells of the one column. */
function oneColumn(sampleBy: (delimiter: string) => Sample): string {
  const single = (delimiter: string) => sampleBy(delimiter).every((record) => record.length === 1);
  return [',', ...delimiters].find(single) ?? ',';
}

function score(records: readonly (readonly string[])[]): number {
  const { width, share } = usualWidth(records);
  if (width < 2 || share < 0.5 || (records[0]?.length ?? 0) < 2) return 0;
  const cells = records.slice(records.length > 1 ? 1 : 0).flat();
  return share * (0.2 + cells.filter((cell) => isValue(cell)).length / Math.max(1, cells.length));
}
