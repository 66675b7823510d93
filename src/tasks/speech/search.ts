import { blank } from '../../engine/ctc';

/** Logarithms of the probabilities of one recording's classes: [time][classes]. */
export type LogProbabilities = readonly ArrayLike<number>[];

const never = Number.NEGATIVE_INFINITY;

function logAdd(a: number, b: number): number {
  if (a === never) return b;
  if (b === never) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** What the likeliest path says: repeats joined, blanks dropped. */
export function greedyLabels(steps: LogProbabilities): number[] {
  const labels: number[] = [];
  let before = blank;
  for (const step of steps) {
    let best = 0;
    for (let own = 1; own < step.length; own++) if ((step[own] ?? never) > (step[best] ?? never)) best = own;
    if (best !== blank && best !== before) labels.push(best);
    before = best;
  }
  return labels;
}

/** Labels so far, with all paths that give them, apart by whether they end with a blank. */
interface Prefix {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}

const total = (prefix: Prefix) => logAdd(prefix.blank, prefix.label);

/** Classes that are less likely than this at a step are not gone into. */
const negligible = Math.log(1e-5);

/**
 * The likeliest labels, summed over all their paths, by following some beginnings at once (Hannun et al. 2014, First-pass large
 * vocabulary continuous speech recognition using bi-directional recurrent DNNs; without a language model).
 *
 * @returns the labels, and the logarithm of their probability as far as their paths were followed
 */
export function prefixSearch(
  steps: LogProbabilities,
  beam: number,
): { readonly labels: readonly number[]; readonly logProbability: number } {
  let prefixes: Prefix[] = [{ labels: [], blank: 0, label: never }];
  for (const step of steps) {
    const next = new Map<string, Prefix>();
    const at = (labels: readonly number[]) => {
      const key = labels.join();
      const known = next.get(key) ?? { labels, blank: never, label: never };
      next.set(key, known);
      return known;
    };
    for (const prefix of prefixes) {
      const same = at(prefix.labels);
      same.blank = logAdd(same.blank, total(prefix) + (step[blank] ?? never));
      const last = prefix.labels.at(-1);
      if (last !== undefined) same.label = logAdd(same.label, prefix.label + (step[last] ?? never));
      for (let own = 1; own < step.length; own++) {
        const score = step[own] ?? never;
        if (score < negligible) continue;
        const longer = at([...prefix.labels, own]);
        longer.label = logAdd(longer.label, (own === last ? prefix.blank : total(prefix)) + score);
      }
    }
    prefixes = [...next.values()].sort((a, b) => total(b) - total(a)).slice(0, beam);
  }
  const [best = { labels: [], blank: never, label: never }] = prefixes;
  return { labels: best.labels, logProbability: total(best) };
}

/** Where a label was said. */
export interface LabelPlace {
  /** First step, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * Where each label is on the likeliest of the paths that give these labels (Viterbi 1967).
 *
 * @returns undefined where there are too few steps for a path
 */
export function aligned(steps: LogProbabilities, labels: readonly number[]): LabelPlace[] | undefined {
  const states = 2 * labels.length + 1;
  const classOf = (state: number) => (state % 2 === 0 ? blank : (labels[(state - 1) / 2] ?? blank));
  let scores = Array.from({ length: states }, (_, state) =>
    state < 2 ? (steps[0]?.[classOf(state)] ?? never) : never,
  );
  const from: Int32Array[] = [];
  for (const step of steps.slice(1)) {
    const origins = new Int32Array(states);
    scores = scores.map((stay, state) => {
      let [best, origin] = [stay, state];
      const canSkip = state % 2 === 1 && state > 1 && classOf(state) !== classOf(state - 2);
      for (const by of canSkip ? [1, 2] : [1]) {
        const score = scores[state - by] ?? never;
        if (score > best) [best, origin] = [score, state - by];
      }
      origins[state] = origin;
      return best + (step[classOf(state)] ?? never);
    });
    from.push(origins);
  }
  const [last = never, beforeLast = never] = [scores[states - 1], scores[states - 2]];
  if (steps.length === 0 || Math.max(last, beforeLast) === never) return undefined;
  let state = last >= beforeLast ? states - 1 : states - 2;
  const path = [state];
  for (const origins of from.toReversed()) {
    state = origins[state] ?? 0;
    path.push(state);
  }
  path.reverse();
  return labels.map((_, label) => {
    const own = 2 * label + 1;
    return { from: path.indexOf(own), to: path.lastIndexOf(own) + 1 };
  });
}
