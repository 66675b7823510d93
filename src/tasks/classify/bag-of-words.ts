import { softmax } from './softmax';

/** A text as ids of its tokens; the unknown, 0, says nothing. */
type Ids = ArrayLike<number>;

/** A text as numbers of its distinct tokens. */
interface Bag {
  readonly tokens: Int32Array;
  /** Of each: how often it stands there, the more the rarer it is elsewhere; 1 in length altogether. */
  readonly values: Float64Array;
}

export interface BagOfWords {
  /** Of each class. */
  probabilities(ids: Ids): number[];
}

/** Of the weights, against the sum of losses, as scikit-learn's `C` of 1. */
const penalty = 1;
const mostRounds = 600;
/** Multiplications that a fit may take, some seconds. */
const mostWork = 1.5e9;
const smallGradient = 1e-4;

/**
 * What counting words alone can tell of a class: TF-IDF and logistic regression, as scikit-learn's `TfidfVectorizer` and
 * `LogisticRegression` are by default. By Nesterov's accelerated gradients (1983), which begin anew where they overshoot
 * (O'Donoghue and Candès 2015).
 *
 * @param labels class of each text
 */
export function fitBagOfWords(
  texts: readonly Ids[],
  labels: ArrayLike<number>,
  { vocabularySize, classes }: { readonly vocabularySize: number; readonly classes: number },
): BagOfWords {
  const rarity = rarityOf(texts, vocabularySize);
  const bags = texts.map((ids) => bagOf(ids, rarity));
  const width = vocabularySize + 1;
  const bias = vocabularySize;
  // Of two classes the first one's weights stay 0, as there is but one number to tell.
  const firstOwn = classes === 2 ? 1 : 0;
  const logitsOf = ({ tokens, values }: Bag, weights: Float64Array) =>
    Array.from({ length: classes }, (_, own) => {
      let sum = weights[own * width + bias] ?? 0;
      for (let at = 0; at < tokens.length; at++)
        sum += (values[at] as number) * (weights[own * width + (tokens[at] as number)] as number);
      return sum;
    });
  const gradientAt = (weights: Float64Array) => {
    const gradient = weights.map((weight, at) => (at % width === bias ? 0 : penalty * weight));
    bags.forEach((bag, text) => {
      const shares = softmax(logitsOf(bag, weights));
      const { tokens, values } = bag;
      for (let own = firstOwn; own < classes; own++) {
        const error = (shares[own] as number) - (labels[text] === own ? 1 : 0);
        const row = own * width;
        for (let at = 0; at < tokens.length; at++)
          gradient[row + (tokens[at] as number)] =
            (gradient[row + (tokens[at] as number)] as number) + error * (values[at] as number);
        gradient[row + bias] = (gradient[row + bias] as number) + error;
      }
    });
    return gradient;
  };
  const workOfRound = 2 * classes * (width + bags.reduce((sum, { tokens }) => sum + tokens.length, 0));
  const rounds = Math.min(mostRounds, Math.max(20, Math.floor(mostWork / workOfRound)));
  const step = 1 / (penalty + curvatureOf(bags, width, bias) / 2);
  let weights: Float64Array<ArrayBufferLike> = new Float64Array(classes * width);
  let ahead = weights;
  let momentum = 1;
  for (let round = 0; round < rounds; round++) {
    const gradient = gradientAt(ahead);
    if (Math.sqrt(dot(gradient, gradient)) < smallGradient * Math.sqrt(bags.length)) break;
    const next = ahead.map((weight, at) => weight - step * (gradient[at] as number));
    const moved = next.map((weight, at) => weight - (weights[at] as number));
    if (dot(gradient, moved) > 0) momentum = 1;
    const following = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = (momentum - 1) / following;
    ahead = next.map((weight, at) => weight + share * (moved[at] as number));
    weights = next;
    momentum = following;
  }
  return { probabilities: (ids) => softmax(logitsOf(bagOf(ids, rarity), weights)) };
}

/** ln((1 + texts) / (1 + texts with the token)) + 1, by token. */
function rarityOf(texts: readonly Ids[], vocabularySize: number): Float64Array {
  const having = new Float64Array(vocabularySize);
  for (const ids of texts) for (const id of new Set(Array.from(ids))) having[id] = (having[id] ?? 0) + 1;
  return having.map((count) => Math.log((1 + texts.length) / (1 + count)) + 1);
}

function bagOf(ids: Ids, rarity: Float64Array): Bag {
  const counts = new Map<number, number>();
  for (const id of Array.from(ids)) if (id > 0) counts.set(id, (counts.get(id) ?? 0) + 1);
  const tokens = Int32Array.from(counts.keys());
  const values = Float64Array.from(tokens, (id) => (counts.get(id) ?? 0) * (rarity[id] ?? 0));
  const length = Math.sqrt(dot(values, values)) || 1;
  return { tokens, values: values.map((value) => value / length) };
}

/** The greatest eigenvalue of Σ x xᵀ, a little more rather than less, by the power method. */
function curvatureOf(bags: readonly Bag[], width: number, bias: number): number {
  let direction = new Float64Array(width).fill(1 / Math.sqrt(width));
  let greatest = 0;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(width);
    for (const { tokens, values } of bags) {
      let sum = direction[bias] as number;
      for (let at = 0; at < tokens.length; at++)
        sum += (values[at] as number) * (direction[tokens[at] as number] as number);
      for (let at = 0; at < tokens.length; at++)
        next[tokens[at] as number] = (next[tokens[at] as number] as number) + sum * (values[at] as number);
      next[bias] = (next[bias] as number) + sum;
    }
    greatest = Math.sqrt(dot(next, next));
    direction = next.map((value) => value / (greatest || 1));
  }
  return 1.1 * greatest;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
