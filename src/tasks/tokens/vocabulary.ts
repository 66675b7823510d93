/** Stands for what the training part does not hold. Its id is 0. */
export const unknownToken = '\uFFFD';

/** Ids by token. */
export function vocabularyIndex(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((token, id) => [token, id]));
}

/** Most frequent first; equally frequent ones in the order of their code units, so that a vocabulary is always the same. */
export function byFrequency(counts: Iterable<readonly [string, number]>): [string, number][] {
  return [...counts]
    .map(([token, count]): [string, number] => [token, count])
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** The most frequent tokens, at most so many, that occur at least so often, or all where none does. */
export function frequentTokens(counts: ReadonlyMap<string, number>, leastOften: number, most: number): string[] {
  const all = byFrequency(counts);
  const often = all.filter(([, count]) => count >= leastOften);
  return (often.length > 0 ? often : all).slice(0, most).map(([token]) => token);
}
