import { correlation } from '../../base/correlation';

/** A column's cells, as far as they are looked at; those without a value are empty. */
export interface PairedColumn {
  /** Undefined where the file names no columns. */
  readonly name: string | undefined;
  readonly cells: readonly string[];
}

export interface PairLook<C> {
  readonly source: C;
  readonly target: C;
  /** Whether they hardly are anything else. */
  readonly isSure: boolean;
}

/** Cells with as many words, on average, are sentences. */
const sentenceWords = 3;
/** Lengths of texts that say the same go together at least as much. */
const leastCorrelation = 0.5;
const pairNames =
  /^(source|src|target|tgt|input|output|from|to|question|answer|original|translation|text|translated|[a-z]{2}([-_][a-z]{2})?|english|german|french|spanish|italian|deutsch)$/i;

/**
 * Which two columns say the same in two ways: mostly different from row to row, and long together, or the only ones of their
 * kind. From left to right.
 */
export function pairedColumns<C extends PairedColumn>(columns: readonly C[]): PairLook<C> | undefined {
  const varied = columns.filter(({ cells }) => isVaried(cells));
  const pairs = varied.flatMap((source, at) =>
    varied.slice(at + 1).map((target) => ({ source, target, together: lengthCorrelation(source.cells, target.cells) })),
  );
  const best = pairs.toSorted((a, b) => b.together - a.together)[0];
  if (!best || (varied.length > 2 && best.together < leastCorrelation)) return undefined;
  const { source, target, together } = best;
  const areSentences = [source, target].every(({ cells }) => meanWords(cells) >= sentenceWords);
  const areNamed = [source, target].every(({ name }) => pairNames.test(name ?? ''));
  return { source, target, isSure: areNamed || (areSentences && together >= leastCorrelation) };
}

/** A source may have several translations, but not most of them. */
function isVaried(cells: readonly string[]): boolean {
  const filled = cells.filter(Boolean);
  return filled.length >= 2 && filled.length > cells.length / 2 && new Set(filled).size > filled.length / 2;
}

function meanWords(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.split(/\s+/).filter(Boolean).length, 0) / cells.length;
}

/** How the numbers of characters go together, of the rows that have both. */
function lengthCorrelation(a: readonly string[], b: readonly string[]): number {
  const both = a.flatMap((cell, row) => (cell && b[row] ? [[cell.length, b[row].length] as const] : []));
  const lengthOf = (side: 0 | 1) => (row: number) => both[row]?.[side] ?? 0;
  return correlation(both.length, lengthOf(0), lengthOf(1));
}
