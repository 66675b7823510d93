import type { Baseline } from '../../protocol/dataset';
import type { TokenIds } from '../tokens/ids';

/** Counting more than this changes the figures in the third digit at most, and costs memory. */
const mostTokens = 2_000_000;

/**
 * Cross-entropy, in nats per token, that the frequencies of tokens (unigram) and of pairs (bigram) in the training part
 * reach on the validation part. Unigrams are counted with one more of each (Laplace); bigrams fall back on unigrams
 * with a weight of one (Dirichlet smoothing, MacKay and Peto 1995). Empty when there is nothing to predict.
 */
export function languageBaselines(ids: TokenIds, boundary: number, vocabularySize: number): Baseline[] {
  const counted = Math.min(boundary, mostTokens);
  const training = ids.read(boundary - counted, counted);
  const validation = ids.read(boundary, mostTokens);
  if (training.length < 2 || validation.length === 0) return [];

  const single = new Float64Array(vocabularySize);
  const pairs = new Map<number, number>();
  const key = (first: number, second: number) => first * vocabularySize + second;
  training.forEach((id, at) => {
    single[id] = (single[id] ?? 0) + 1;
    const before = training[at - 1];
    if (before !== undefined) pairs.set(key(before, id), (pairs.get(key(before, id)) ?? 0) + 1);
  });
  const unigram = (id: number) => ((single[id] ?? 0) + 1) / (training.length + vocabularySize);
  const bigram = (before: number, id: number) =>
    ((pairs.get(key(before, id)) ?? 0) + unigram(id)) / ((single[before] ?? 0) + 1);

  let unigramLoss = 0;
  let bigramLoss = 0;
  validation.forEach((id, at) => {
    const before = validation[at - 1] ?? training[training.length - 1] ?? 0;
    unigramLoss -= Math.log(unigram(id));
    bigramLoss -= Math.log(bigram(before, id));
  });
  return [
    { name: 'unigram', loss: unigramLoss / validation.length },
    { name: 'bigram', loss: bigramLoss / validation.length },
  ];
}
