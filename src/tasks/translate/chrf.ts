/** Longest n-grams of characters, and how many times as much recall counts as precision. */
const order = 6;
const beta = 2;

/**
 * chrF of a corpus with one reference each, from 0 to 100 (Popović 2015), as sacreBLEU's default computes it: characters
 * without white space, orders up to 6, recall counted twice as much as precision.
 */
export function chrf(outputs: readonly string[], references: readonly string[]): number {
  const sums = Array.from({ length: order }, () => ({ own: 0, other: 0, both: 0 }));
  outputs.forEach((output, at) => {
    const [own, other] = [output, references[at] ?? ''].map((text) => Array.from(text.replace(/\s+/g, '')));
    for (const [index, sum] of sums.entries()) {
      const known = countsOf(other ?? [], index + 1);
      // sacreBLEU leaves out what a reference too short for the order cannot have.
      if (known.size === 0) continue;
      for (const count of known.values()) sum.other += count;
      for (const [gram, count] of countsOf(own ?? [], index + 1)) {
        sum.own += count;
        sum.both += Math.min(count, known.get(gram) ?? 0);
      }
    }
  });
  const used = sums.filter(({ own, other }) => own > 0 && other > 0);
  if (used.length === 0) return 0;
  const mean = (value: (sum: (typeof sums)[number]) => number) =>
    used.reduce((total, sum) => total + value(sum), 0) / used.length;
  const precision = mean(({ both, own }) => both / own);
  const recall = mean(({ both, other }) => both / other);
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}

function countsOf(characters: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + size <= characters.length; at++) {
    const gram = characters.slice(at, at + size).join('');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}
