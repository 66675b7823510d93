import { grouped } from '../../base/grouped';
import { randomFromSeed, shuffled } from '../../base/random';
import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { TokenUnit } from '../../configuration/run';
import type { Rows, TableDataset } from '../../data';
import { IdSequences } from '../sequences';
import { leftOut } from '../table-report';
import { mergesOf, type Tokens, textOf as usualText, tokensOf as usualTokens } from '../tokens/tokens';
import { frequentTokens, unknownToken, vocabularyIndex } from '../tokens/vocabulary';
import type { PairColumns } from './columns';

/** Stands before what is written, and ends it. Its id is 1. */
export const boundary = 1;
const boundaryToken = '';

/** How the texts of one side become what the network reads or writes. */
export interface SideEncoding extends Tokens {
  /** The column. */
  readonly name: string;
  /** What is unknown, on the target's side the boundary, then the most frequent first. */
  readonly vocabulary: readonly string[];
}

/** A file's rows that have both sides, in two parts that share no source. */
export interface Pairs {
  readonly source: SideEncoding;
  readonly target: SideEncoding;
  /** Ids of both sides of each pair; the target's without the boundary. */
  readonly sources: IdSequences;
  readonly targets: IdSequences;
  readonly training: Int32Array;
  readonly validation: Int32Array;
  /** Text of a side of a pair. */
  text(side: 'source' | 'target', pair: number): string;
  readonly warnings: readonly string[];
}

const mostTokens = 10_000;
/** A word that occurs once says little, and its embedding would never leave chance. */
const leastOften = 2;
/** Where words of the training part cover less of what comes, characters are the better unit. */
const leastCovered = 0.9;
/** Fewer words are no sentence; what is told by digits and marks is told by characters. */
const leastWords = 2;
/** Characters of longer texts would be too many steps. */
const longestSpelled = 64;

/**
 * @param unit of both sides; undefined: words, where they come again, or else characters
 * @throws UserError where no two different sources have a translation
 */
export function pairsOf(
  table: TableDataset,
  { source, target }: PairColumns,
  {
    unit,
    vocabularySize,
    validationShare,
    file,
  }: {
    readonly unit: TokenUnit | undefined;
    readonly vocabularySize?: number | undefined;
    readonly validationShare: number;
    readonly file: string;
  },
): Pairs {
  const warnings: string[] = [];
  const rows = usableRows(table, { source, target }, warnings);
  const [training, validation] = split(source.values, rows, validationShare);
  if (validation.length === 0) {
    const [first] = rows;
    throw new UserError({
      what:
        first === undefined
          ? `No row has both a text in "${excerpt(source.name)}" and one in "${excerpt(target.name)}"`
          : `Every row has the same text in "${excerpt(source.name)}", so that none can be held out to validate on`,
      where: file,
      wayOut: 'Use a file with more pairs, or name other columns (--columns SOURCE --target TARGET).',
    });
  }
  const isSpelled = !(isWordy(source.values, rows, training) && isWordy(target.values, rows, training));
  const chosen = unit ?? (isSpelled ? 'chars' : 'words');
  const sideOf = (column: typeof source, special: readonly string[]): SideEncoding => {
    const texts = Array.from(training, (pair) => column.values.at(rows[pair] ?? 0));
    const merges = mergesOf(texts, chosen, vocabularySize);
    const tokens: Tokens = { unit: chosen, ...(merges.length > 0 && { merges }) };
    return { name: column.name, ...tokens, vocabulary: [...special, ...vocabularyOf(texts, tokens)] };
  };
  const sides = { source: sideOf(source, [unknownToken]), target: sideOf(target, [unknownToken, boundaryToken]) };
  const idsOf = (column: typeof source, side: SideEncoding) => {
    const index = vocabularyIndex(side.vocabulary);
    const sequences = new IdSequences();
    for (const row of rows) sequences.push(tokensOf(column.values.at(row), side).map((token) => index.get(token) ?? 0));
    return sequences;
  };
  return {
    ...sides,
    sources: idsOf(source, sides.source),
    targets: idsOf(target, sides.target),
    training,
    validation,
    text: (side, pair) => (side === 'source' ? source : target).values.at(rows[pair] ?? 0),
    warnings,
  };
}

/** Tokens of a text; of words, words and marks with the space before them, of which a text's first word has one too. */
export function tokensOf(text: string, tokens: Tokens): string[] {
  return usualTokens(tokens.unit === 'words' ? ` ${text}` : text, tokens);
}

/** The text that tokens are of. */
export function textOf(tokens: readonly string[], unit: TokenUnit): string {
  const text = usualText(tokens, unit);
  return unit === 'words' ? text.replace(/^ /, '') : text;
}

function usableRows(table: TableDataset, { source, target }: PairColumns, warnings: string[]): Int32Array {
  const usable: number[] = [];
  const without = { source: [] as number[], target: [] as number[] };
  for (let row = 0; row < table.rows; row++) {
    if (source.values.at(row) === '') without.source.push(row);
    else if (target.values.at(row) === '') without.target.push(row);
    else usable.push(row);
  }
  for (const [column, list] of [
    [source, without.source],
    [target, without.target],
  ] as const)
    warnings.push(...leftOut(`nothing in "${excerpt(column.name)}"`, list, table));
  return Int32Array.from(usable);
}

/** All pairs of a source go to one part: what was learned of one translation would help with another one. */
function split(sources: Rows<string>, rows: Int32Array, share: number): [training: Int32Array, validation: Int32Array] {
  const all = Array.from(rows, (_, pair) => pair);
  const groups = grouped(all, (pair) => sources.at(rows[pair] ?? 0));
  const wanted = Math.max(1, Math.round(share * rows.length));
  const parts: [number[], number[]] = [[], []];
  for (const group of shuffled([...groups.values()], randomFromSeed(0))) {
    // A large group would leave little of the other part.
    const isRoom = parts[1].length + group.length <= Math.max(wanted, rows.length / 2) && groups.size > 1;
    parts[parts[1].length < wanted && isRoom ? 1 : 0].push(...group);
  }
  const [training, validation] = parts.map((pairs) => Int32Array.from(pairs).sort());
  return [training ?? new Int32Array(), validation ?? new Int32Array()];
}

/** Whether the words of most of a side come again, or it is too long to be spelled. */
function isWordy(texts: Rows<string>, rows: Int32Array, training: Int32Array): boolean {
  const counts = new Map<string, number>();
  const looked = training.subarray(0, 5000);
  let [tokens, words, characters] = [0, 0, 0];
  for (const pair of looked) {
    const text = texts.at(rows[pair] ?? 0);
    characters += text.length;
    for (const token of tokensOf(text, { unit: 'words' })) {
      counts.set(token, (counts.get(token) ?? 0) + 1);
      tokens += 1;
      if (/\p{L}/u.test(token)) words += 1;
    }
  }
  const again = [...counts.values()].reduce((sum, count) => sum + (count >= leastOften ? count : 0), 0);
  const isSentence = words >= leastWords * looked.length;
  return (isSentence && again >= leastCovered * tokens) || characters > longestSpelled * looked.length;
}

function vocabularyOf(texts: readonly string[], tokens: Tokens): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const token of tokensOf(text, tokens)) counts.set(token, (counts.get(token) ?? 0) + 1);
  counts.delete(unknownToken);
  return frequentTokens(counts, tokens.unit === 'words' ? leastOften : 1, mostTokens);
}
