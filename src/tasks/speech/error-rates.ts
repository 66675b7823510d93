/** Insertions, deletions and replacements that make one list of another: Levenshtein's distance. */
export function editDistance<T>(from: readonly T[], to: readonly T[]): number {
  let costs = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, own] of from.entries()) {
    const next = [row + 1];
    for (const [column, other] of to.entries()) {
      const replaced = (costs[column] ?? 0) + (own === other ? 0 : 1);
      next.push(Math.min(replaced, (costs[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    costs = next;
  }
  return costs[to.length] ?? 0;
}

export interface ErrorRates {
  /** Edits over characters of the references; more than 1 where more is written than was said. */
  readonly characterErrorRate: number;
  readonly wordErrorRate: number;
}

/** Of all transcripts together, as speech recognition reports them. Not finite where all references are empty. */
export function errorRates(transcripts: readonly string[], references: readonly string[]): ErrorRates {
  const rateOf = (unitsOf: (text: string) => readonly string[]) => {
    let [edits, units] = [0, 0];
    for (const [at, reference] of references.entries()) {
      const wanted = unitsOf(reference);
      edits += editDistance(unitsOf(transcripts[at] ?? ''), wanted);
      units += wanted.length;
    }
    return edits / units;
  };
  return {
    characterErrorRate: rateOf((text) => Array.from(text)),
    wordErrorRate: rateOf((text) => text.split(/\s+/).filter(Boolean)),
  };
}

/** How a character of a transcript stands to the reference. */
export interface Edit {
  readonly kind: 'same' | 'replaced' | 'added' | 'missing';
  /** What was written; of what is missing what should be. */
  readonly text: string;
}

/** The fewest edits between a transcript and its reference, character by character. */
export function editsOf(transcript: string, reference: string): Edit[] {
  const [written, wanted] = [Array.from(transcript), Array.from(reference)];
  const costs: number[][] = [Array.from({ length: wanted.length + 1 }, (_, at) => at)];
  for (const [row, own] of written.entries()) {
    const above = costs[row] ?? [];
    const next = [row + 1];
    for (const [column, other] of wanted.entries())
      next.push(
        Math.min((above[column] ?? 0) + (own === other ? 0 : 1), (above[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1),
      );
    costs.push(next);
  }
  const edits: Edit[] = [];
  let [row, column] = [written.length, wanted.length];
  while (row > 0 || column > 0) {
    const cost = costs[row]?.[column] ?? 0;
    const isSame = row > 0 && column > 0 && written[row - 1] === wanted[column - 1];
    if (row > 0 && column > 0 && cost === (costs[row - 1]?.[column - 1] ?? 0) + (isSame ? 0 : 1)) {
      edits.push({ kind: isSame ? 'same' : 'replaced', text: written[row - 1] ?? '' });
      row -= 1;
      column -= 1;
    } else if (row > 0 && cost === (costs[row - 1]?.[column] ?? 0) + 1) {
      edits.push({ kind: 'added', text: written[row - 1] ?? '' });
      row -= 1;
    } else {
      edits.push({ kind: 'missing', text: wanted[column - 1] ?? '' });
      column -= 1;
    }
  }
  return edits.reverse();
}
