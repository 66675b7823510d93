/** A column's cells, as far as they are looked at. */
export interface LabelledColumn {
  /** Undefined where the file names no columns. */
  readonly name: string | undefined;
  readonly kind: 'number' | 'text';
  /** Those with a value. */
  readonly cells: Iterable<string>;
}

export interface ColumnLook {
  readonly name: string | undefined;
  readonly kind: 'number' | 'text';
  readonly distinct: number;
}

/** Labels come again at least this often, on average. */
const leastRepeats = 3;
const mostLabels = 100;
/** Cells with as many words, on average, are sentences. */
const sentenceWords = 3;
const labelNames =
  /(^|[^\p{L}])(label|labels|class|category|target|species|sentiment|polarity|rating|stars|score|topic|intent|emotion|spam|y|klasse)([^\p{L}]|$)/iu;

/**
 * Which column has whole sentences, and which one labels: few values, whole numbers or words, that come again and again. The
 * one that is named like labels before others, words before numbers, fewer values before more.
 */
export function labelledColumns<C extends LabelledColumn>(
  columns: readonly C[],
): {
  readonly sentences: (C & ColumnLook) | undefined;
  /** Of whatever length, mostly different from row to row. */
  readonly texts: (C & ColumnLook) | undefined;
  readonly labels: (C & ColumnLook) | undefined;
} {
  const looks = columns.map((column) => {
    const values = new Set<string>();
    let [filled, words, isWhole] = [0, 0, true];
    for (const cell of column.cells) {
      filled += 1;
      words += cell.split(/\s+/).length;
      isWhole &&= column.kind === 'text' || /^[+-]?\d+$/.test(cell);
      values.add(cell);
    }
    const distinct = values.size;
    const isLong = words >= sentenceWords * filled;
    const isFew = distinct >= 2 && distinct <= mostLabels && distinct <= Math.max(2, filled / leastRepeats);
    return {
      look: { ...column, distinct },
      isTexts: column.kind === 'text' && distinct > filled / 2,
      isLong,
      isLabels: isFew && isWhole && !isLong,
      rank: (labelNames.test(column.name ?? '') ? 2 : 0) + (column.kind === 'text' ? 1 : 0),
    };
  });
  const labels = looks.filter(({ isLabels }) => isLabels);
  return {
    sentences: looks.find(({ isTexts, isLong }) => isTexts && isLong)?.look,
    texts: looks.find(({ isTexts }) => isTexts)?.look,
    labels: labels.toSorted((a, b) => b.rank - a.rank || a.look.distinct - b.look.distinct)[0]?.look,
  };
}
