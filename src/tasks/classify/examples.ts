import { grouped } from '../../base/grouped';
import { randomFromSeed, shuffled } from '../../base/random';
import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { TokenUnit } from '../../configuration/run';
import { channelsOf, type Rows, type TableDataset } from '../../data';
import { type Scale, scaleOf } from '../scale';
import { IdSequences, type Sequences } from '../sequences';
import { leftOut } from '../table-report';
import { mergesOf, type Tokens } from '../tokens/tokens';
import { frequentTokens, unknownToken, vocabularyIndex } from '../tokens/vocabulary';
import { type ClassifyColumns, labelAt } from './columns';
import { RowSequences, tokensOf } from './sequences';

/** What the network is to say of an example: the number of a class, or a scaled score. */
export type Targets =
  | { readonly kind: 'class'; readonly names: readonly string[]; of(example: number): number }
  | { readonly kind: 'score'; readonly mean: number; readonly deviation: number; of(example: number): number };

/** How an input becomes what the network reads. */
export type InputEncoding =
  | ({ readonly kind: 'tokens'; readonly vocabulary: readonly string[] } & Tokens)
  | {
      readonly kind: 'numbers';
      readonly columns: readonly string[];
      /** Of each channel (`channelsOf` the columns). */
      readonly scales: readonly Scale[];
    };

/** A file's rows that have a label and something to read, in two parts that share no text. */
export interface Examples {
  readonly sequences: Sequences;
  readonly targets: Targets;
  readonly input: InputEncoding;
  readonly training: Int32Array;
  readonly validation: Int32Array;
  /** Row of the table of each example. */
  readonly rows: Int32Array;
  /** Examples of each class in the training part; of scores none. */
  readonly counts: readonly number[];
  readonly warnings: readonly string[];
}

const mostWords = 10_000;
/** A word that occurs once says little, and its embedding would never leave chance. */
const leastOften = 2;

/**
 * @param validationShare of each class
 * @throws UserError for labels from which nothing can be learned
 */
export function examplesOf(
  table: TableDataset,
  columns: ClassifyColumns,
  {
    unit,
    vocabularySize,
    validationShare,
    file,
  }: {
    readonly unit: TokenUnit;
    readonly vocabularySize?: number | undefined;
    readonly validationShare: number;
    readonly file: string;
  },
): Examples {
  const warnings: string[] = [];
  const rows = usableRows(table, columns, file, warnings);
  const labels = columns.kind === 'class' ? classesOf(columns, rows, file) : undefined;
  const [training, validation] = split(columns, rows, (example) => labels?.ids[example] ?? 0, validationShare);
  const [first] = columns.inputs;
  if (validation.length === 0) {
    throw new UserError({
      what: `The same few values stand in "${excerpt(first.name)}" again and again, so that none can be held out to validate on`,
      where: file,
      wayOut: 'Use a file with more different examples, or name another column to read (--columns).',
    });
  }
  const input =
    first.kind === 'text'
      ? vocabularyOf(first.values, rows, training, unit, vocabularySize)
      : numbersOf(columns, rows, training);
  return {
    sequences:
      input.kind === 'tokens'
        ? encoded(first, rows, input)
        : new RowSequences(columns.inputs, channelsOf(input.columns), rows, input.scales),
    targets: labels
      ? { kind: 'class', names: labels.names, of: (example) => labels.ids[example] ?? 0 }
      : scoresOf(columns, rows, training),
    input,
    training,
    validation,
    rows,
    counts: labels ? countsOf(labels, training) : [],
    warnings,
  };
}

function usableRows(
  table: TableDataset,
  { target, inputs }: ClassifyColumns,
  file: string,
  warnings: string[],
): Int32Array {
  const usable: number[] = [];
  const without = { label: [] as number[], input: [] as number[] };
  for (let row = 0; row < table.rows; row++) {
    const isEmpty = inputs.every((column) =>
      column.kind === 'text'
        ? column.values?.at(row) === ''
        : column.kind === 'number' && Number.isNaN(column.values.at(row)),
    );
    if (labelAt(target, row) === '') without.label.push(row);
    else if (isEmpty) without.input.push(row);
    else usable.push(row);
  }
  warnings.push(
    ...leftOut(`no label in "${excerpt(target.name)}"`, without.label, table),
    ...leftOut('nothing to read', without.input, table),
  );
  if (usable.length < 4) {
    throw new UserError({
      what: `Only ${usable.length} of ${table.rows} rows have both a label in "${excerpt(target.name)}" and something to read`,
      where: file,
      wayOut: 'Use a file with more examples, or name other columns (--target, --columns).',
    });
  }
  return Int32Array.from(usable);
}

interface Labels {
  readonly names: readonly string[];
  readonly ids: Int32Array;
}

function classesOf({ target }: ClassifyColumns, rows: Int32Array, file: string): Labels {
  const index = new Map<string, number>();
  const ids = Int32Array.from(rows, (row) => {
    const label = labelAt(target, row);
    const known = index.get(label);
    if (known !== undefined) return known;
    index.set(label, index.size);
    return index.size - 1;
  });
  const found = [...index.keys()];
  const [only] = found;
  const where = `${file}, column "${excerpt(target.name)}"`;
  if (found.length < 2) {
    throw new UserError({
      what: `Every row has the same label, "${excerpt(only ?? '')}"`,
      where,
      wayOut: 'There is nothing to tell apart: name another column of labels (--target).',
    });
  }
  if (found.length === rows.length) {
    throw new UserError({
      what: `Each of the ${rows.length} rows has a label of its own`,
      where,
      wayOut: 'A class needs several examples: name another column of labels (--target).',
    });
  }
  const names = found.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const place = new Map(names.map((name, at) => [name, at]));
  return { names, ids: ids.map((id) => place.get(found[id] ?? '') ?? 0) };
}

function countsOf({ names, ids }: Labels, training: Int32Array): number[] {
  const counts = names.map(() => 0);
  for (const example of training) counts[ids[example] ?? 0] = (counts[ids[example] ?? 0] ?? 0) + 1;
  return counts;
}

/** The share of each class for validation, drawn at random. Rows of the same text go together, whatever their label. */
function split(
  { inputs }: ClassifyColumns,
  rows: Int32Array,
  classOf: (example: number) => number,
  share: number,
): [training: Int32Array, validation: Int32Array] {
  const [text] = inputs;
  const textOf = (example: number) =>
    text.kind === 'text' ? (text.values?.at(rows[example] ?? 0) ?? '').toLowerCase() : example;
  const groups = grouped(rows.keys(), textOf);
  const byClass = grouped(groups.values(), ([first = 0]) => classOf(first));
  const random = randomFromSeed(0);
  const training: number[] = [];
  const validation: number[] = [];
  for (const [, list] of [...byClass].toSorted(([a], [b]) => a - b)) {
    const all = list.reduce((sum, group) => sum + group.length, 0);
    // Of two examples one stays to learn from, of one none is held out.
    const wanted = Math.min(all - 1, Math.max(1, Math.round(share * all)));
    let held = 0;
    for (const group of shuffled(list, random)) {
      const isHeld = held + group.length <= wanted;
      if (isHeld) held += group.length;
      const part = isHeld ? validation : training;
      for (const example of group) part.push(example);
    }
  }
  return [Int32Array.from(training).sort(), Int32Array.from(validation).sort()];
}

function vocabularyOf(
  texts: Rows<string> | undefined,
  rows: Int32Array,
  training: Int32Array,
  unit: TokenUnit,
  vocabularySize: number | undefined,
): Extract<InputEncoding, { kind: 'tokens' }> {
  const textAt = (example: number) => texts?.at(rows[example] ?? 0) ?? '';
  const learned = mergesOf(Array.from(training, textAt), unit, vocabularySize);
  const tokens: Tokens = { unit, ...(learned.length > 0 && { merges: learned }) };
  const counts = new Map<string, number>();
  for (const example of training) {
    for (const token of tokensOf(textAt(example), tokens)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  counts.delete(unknownToken);
  const kept = frequentTokens(counts, leastOften, mostWords);
  return { kind: 'tokens', ...tokens, vocabulary: [unknownToken, ...kept] };
}

function encoded(
  column: ClassifyColumns['inputs'][0],
  rows: Int32Array,
  input: Extract<InputEncoding, { kind: 'tokens' }>,
): IdSequences {
  const index = vocabularyIndex(input.vocabulary);
  const sequences = new IdSequences();
  for (const row of rows) {
    const text = column.kind === 'text' ? (column.values?.at(row) ?? '') : '';
    const ids = tokensOf(text, input).map((token) => index.get(token) ?? 0);
    sequences.push(ids.length > 0 ? ids : [0]);
  }
  return sequences;
}

/** One scale of a channel for all steps, since they are one series. */
function numbersOf(
  { inputs }: ClassifyColumns,
  rows: Int32Array,
  training: Int32Array,
): Extract<InputEncoding, { kind: 'numbers' }> {
  const { names, steps } = channelsOf(inputs.map(({ name }) => name));
  const scales = names.map((_, channel) => {
    const values: number[] = [];
    for (const example of training) {
      for (const step of steps) {
        const column = inputs[step[channel] ?? 0];
        const value = column?.kind === 'number' ? column.values.at(rows[example] ?? 0) : Number.NaN;
        if (!Number.isNaN(value)) values.push(value);
      }
    }
    return varying(values);
  });
  return { kind: 'numbers', columns: inputs.map(({ name }) => name), scales };
}

function scoresOf({ target }: ClassifyColumns, rows: Int32Array, training: Int32Array): Targets {
  const scoreOf = (example: number) => (target.kind === 'number' ? target.values.at(rows[example] ?? 0) : Number.NaN);
  const { mean, deviation } = varying(Array.from(training, scoreOf));
  return { kind: 'score', mean, deviation, of: (example) => (scoreOf(example) - mean) / deviation };
}

/** A deviation of 0 would divide by nothing. */
function varying(values: ArrayLike<number>): Scale {
  const { mean, deviation } = scaleOf(values.length, (index) => values[index] ?? Number.NaN);
  return { mean, deviation: deviation || 1 };
}
