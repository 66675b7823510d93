import { tf } from '../../engine/tensors';
import type { Memory, ModelState } from '../../models/forward';
import type { Model } from '../../models/model';
import { boundary } from './pairs';

/** One hypothesis, as ids without the boundary. */
export interface Translation {
  readonly ids: readonly number[];
  /** How much each token, and the end, attended to each of the source: [written + 1, time]. */
  readonly attention: readonly (readonly number[])[];
  /** Sum of the tokens' log probabilities, and the end's, in nats. */
  readonly logProbability: number;
  /** Whether it came to an end by itself. */
  readonly isEnded: boolean;
}

/** What is written is cut there: a good translation is hardly longer. */
export function longestTranslation(sourceLength: number): number {
  return 2 * sourceLength + 16;
}

/**
 * The likeliest token at each step, for some sources at once.
 *
 * @param input ids [batch, time]
 */
export async function greedy(
  model: Model,
  input: tf.Tensor2D,
  lengths: readonly number[],
  breathe: () => Promise<void>,
): Promise<Translation[]> {
  const found = lengths.map(() => new Hypothesis());
  const memory = tf.tidy(() => model.encode(input, lengths).sequence);
  let state: ModelState = tf.tidy(() => [...model.firstState({ sequence: memory, lengths })]);
  const longest = longestTranslation(Math.max(...lengths));
  for (let step = 0; step <= longest && found.some(({ isEnded }) => !isEnded); step++) {
    const last = found.map(({ ids }) => ids.at(-1) ?? boundary);
    const next = await decodeStep(model, last, { sequence: memory, lengths }, state);
    state = next.state;
    found.forEach((hypothesis, row) => {
      if (hypothesis.isEnded) return;
      const scores = next.logProbabilities(row);
      const best = likeliestOf(scores);
      hypothesis.add(best, scores[best] ?? 0, next.attention(row));
    });
    await breathe();
  }
  tf.dispose([memory, ...state]);
  return found;
}

/**
 * The best of some translations of one source that are followed at once (beam search), compared by their log probability
 * over ((5 + length) / 6)^0.6 (Wu et al. 2016, Google's neural machine translation system).
 *
 * @param input ids [1, time]
 */
export async function beamSearch(
  model: Model,
  input: tf.Tensor2D,
  width: number,
  breathe: () => Promise<void>,
): Promise<Translation> {
  const timeSteps = input.shape[1];
  const whole = tf.tidy(() => model.encode(input, [timeSteps]).sequence);
  let beam: Hypothesis[] = [new Hypothesis()];
  let state: ModelState = tf.tidy(() => [...model.firstState({ sequence: whole, lengths: [timeSteps] })]);
  let best: Hypothesis | undefined;
  for (let step = 0; step <= longestTranslation(timeSteps) && beam.length > 0; step++) {
    const memory: Memory = {
      sequence: tf.tile(whole, [beam.length, 1, 1]),
      lengths: beam.map(() => timeSteps),
    };
    const next = await decodeStep(
      model,
      beam.map(({ ids }) => ids.at(-1) ?? boundary),
      memory,
      state,
    );
    memory.sequence.dispose();
    const candidates = beam.flatMap((hypothesis, row) => {
      const scores = next.logProbabilities(row);
      return highest(scores, width).map((id) => ({
        row,
        id,
        score: scores[id] ?? 0,
        total: hypothesis.logProbability + (scores[id] ?? 0),
      }));
    });
    const kept: { readonly hypothesis: Hypothesis; readonly row: number }[] = [];
    for (const { row, id, score } of candidates.toSorted((a, b) => b.total - a.total).slice(0, width)) {
      const hypothesis = beam[row]?.copy() ?? new Hypothesis();
      hypothesis.add(id, score, next.attention(row));
      if (!hypothesis.isEnded) kept.push({ hypothesis, row });
      else if (!best || worth(hypothesis) > worth(best)) best = hypothesis;
    }
    // Nothing that follows makes a translation likelier: who cannot become better than the best is let go.
    const bar = best ? worth(best) : Number.NEGATIVE_INFINITY;
    const alive = kept.filter(({ hypothesis }) => bestWorth(hypothesis, longestTranslation(timeSteps)) > bar);
    state =
      alive.length > 0
        ? takeRows(
            next.state,
            alive.map(({ row }) => row),
          )
        : [];
    tf.dispose([...next.state]);
    beam = alive.map(({ hypothesis }) => hypothesis);
    await breathe();
  }
  tf.dispose([whole, ...state]);
  const unfinished = beam.toSorted((a, b) => worth(b) - worth(a))[0];
  return best ?? unfinished ?? new Hypothesis();
}

class Hypothesis implements Translation {
  readonly ids: number[] = [];
  readonly attention: (readonly number[])[] = [];
  logProbability = 0;
  isEnded = false;

  add(id: number, logProbability: number, attention: readonly number[]): void {
    this.logProbability += logProbability;
    this.attention.push(attention);
    if (id === boundary) this.isEnded = true;
    else this.ids.push(id);
  }

  copy(): Hypothesis {
    const copy = new Hypothesis();
    copy.ids.push(...this.ids);
    copy.attention.push(...this.attention);
    copy.logProbability = this.logProbability;
    return copy;
  }
}

const penalty = (length: number) => ((5 + length) / 6) ** 0.6;

const worth = ({ logProbability, ids }: Translation) => logProbability / penalty(ids.length + 1);

const bestWorth = ({ logProbability }: Translation, longest: number) => logProbability / penalty(longest + 1);

interface Step {
  readonly state: ModelState;
  /** Of each token of the vocabulary after a row's last one, in nats. The unknown is never written. */
  logProbabilities(row: number): Float64Array;
  attention(row: number): number[];
}

/** One more step of some rows. Disposes of the state that it is given. */
async function decodeStep(model: Model, last: readonly number[], memory: Memory, state: ModelState): Promise<Step> {
  const [logits, attention, ...next] = tf.tidy(() => {
    const decoded = model.decode(tf.tensor2d([...last], [last.length, 1], 'int32'), memory, state);
    return [model.logits(decoded.hidden), decoded.attention, ...decoded.state];
  }) as [tf.Tensor3D, tf.Tensor3D, ...tf.Tensor2D[]];
  const [values, weights] = await Promise.all([logits.data(), attention.data()]);
  const [outputs, timeSteps] = [logits.shape[2], attention.shape[2]];
  tf.dispose([logits, attention, ...state]);
  return {
    state: next,
    logProbabilities: (row) => logSoftmax(values.subarray(row * outputs, (row + 1) * outputs) as Float32Array),
    attention: (row) => Array.from(weights.subarray(row * timeSteps, row * timeSteps + (memory.lengths[row] ?? 0))),
  };
}

function takeRows(state: ModelState, rows: readonly number[]): ModelState {
  return tf.tidy(() => state.map((tensor) => tf.gather(tensor, tf.tensor1d([...rows], 'int32')) as tf.Tensor2D));
}

function logSoftmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  const scores = Float64Array.from(logits, (logit) => logit - most - Math.log(sum));
  scores[0] = Number.NEGATIVE_INFINITY;
  return scores;
}

function likeliestOf(scores: Float64Array): number {
  return highest(scores, 1)[0] ?? boundary;
}

/** The ids of the highest scores, the highest first. */
function highest(scores: Float64Array, count: number): number[] {
  const ids: number[] = [];
  scores.forEach((score, id) => {
    if (ids.length === count && score <= (scores[ids[count - 1] ?? 0] ?? 0)) return;
    const place = ids.findIndex((other) => (scores[other] ?? 0) < score);
    ids.splice(place < 0 ? ids.length : place, 0, id);
    ids.length = Math.min(ids.length, count);
  });
  return ids;
}
