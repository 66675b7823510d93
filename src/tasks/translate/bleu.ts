/** Longest n-grams that are counted. */
const order = 4;

/**
 * BLEU of a corpus with one reference each, from 0 to 100 (Papineni et al. 2002), as sacreBLEU's default computes it: tokens of
 * mteval-v13a, and orders without a match smoothed by halves (Post 2018, A call for clarity in reporting BLEU scores).
 */
export function bleu(outputs: readonly string[], references: readonly string[]): number {
  const matches = Array<number>(order).fill(0);
  const totals = Array<number>(order).fill(0);
  let [outputLength, referenceLength] = [0, 0];
  outputs.forEach((output, at) => {
    const [own, other] = [tokens13a(output), tokens13a(references[at] ?? '')];
    outputLength += own.length;
    referenceLength += other.length;
    for (let size = 1; size <= order; size++) {
      const known = countsOf(other, size);
      for (const [gram, count] of countsOf(own, size)) {
        totals[size - 1] = (totals[size - 1] ?? 0) + count;
        matches[size - 1] = (matches[size - 1] ?? 0) + Math.min(count, known.get(gram) ?? 0);
      }
    }
  });
  let [sum, smoothing] = [0, 1];
  for (const [at, total] of totals.entries()) {
    if (total === 0 || matches[0] === 0) return 0;
    const found = matches[at] ?? 0;
    if (found === 0) smoothing *= 2;
    sum += Math.log(found === 0 ? 1 / (smoothing * total) : found / total) / order;
  }
  const brevity = outputLength < referenceLength ? Math.exp(1 - referenceLength / outputLength) : 1;
  return 100 * brevity * Math.exp(sum);
}

/** Tokens as NIST's mteval-v13a has them: marks by themselves, but for points and commas within numbers. */
export function tokens13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter(Boolean);
}

function countsOf(tokens: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + size <= tokens.length; at++) {
    const gram = tokens.slice(at, at + size).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}
