import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { Baseline } from '../../protocol/dataset';
import type { Evaluation, WindowSize } from '../task';
import { batchOf, type Corpus } from './batches';
import { errorRates } from './error-rates';
import { greedyLabels, type LogProbabilities } from './search';
import { spoken } from './utterances';

/** A validation looks at no more recordings, so that it stays a small part of a training's time. */
const mostValidated = 256;

/** Loss over the validation part, in nats per character, and how near its transcripts come by the likeliest path. */
export async function evaluateSpeech(
  model: Model,
  corpus: Corpus,
  { batchSize }: Pick<WindowSize, 'batchSize'>,
  breathe: () => Promise<void>,
): Promise<Evaluation> {
  const { validation, steps, labels, vocabulary, utterances } = corpus;
  const count = Math.min(mostValidated, validation.length);
  const chosen = Array.from(
    { length: count },
    (_, at) => validation[Math.floor((at * validation.length) / count)] ?? 0,
  ).sort((a, b) => steps(a) - steps(b));
  let [sum, letters] = [0, 0];
  const transcripts: string[] = [];
  for (let from = 0; from < chosen.length; from += batchSize) {
    const some = chosen.slice(from, from + batchSize);
    const { input, targets, lengths } = batchOf(corpus, some);
    const own = Math.max(
      1,
      some.reduce((all, at) => all + (labels[at]?.length ?? 0), 0),
    );
    const loss = tf.tidy(() => model.forward(input, model.zeroState(some.length), { lengths }).ctc(targets));
    sum += ((await loss.data())[0] ?? Number.NaN) * own;
    letters += own;
    for (const rows of await logProbabilitiesOf(model, input, lengths))
      transcripts.push(
        spoken(
          greedyLabels(rows)
            .map((label) => vocabulary[label] ?? '')
            .join(''),
        ),
      );
    tf.dispose([loss, input, targets]);
    await breathe();
  }
  const references = chosen.map((at) => utterances[at]?.transcript ?? '');
  return {
    validationLoss: sum / letters,
    transcription: { ...errorRates(transcripts, references), recordings: chosen.length },
  };
}

/** Of each row of a batch, as many steps as it has. */
export async function logProbabilitiesOf(
  model: Model,
  input: tf.Tensor3D,
  lengths: readonly number[],
): Promise<LogProbabilities[]> {
  const [batch, time] = input.shape;
  const { outputs } = model.spec;
  const all = tf.tidy(() => tf.logSoftmax(model.forward(input, model.zeroState(batch), { lengths }).output));
  const values = await all.data();
  all.dispose();
  return lengths.map((length, row) =>
    Array.from({ length }, (_, step) => {
      const at = (row * time + step) * outputs;
      return values.subarray(at, at + outputs);
    }),
  );
}

/**
 * What knowing what is said how often, and hearing nothing, would reach on the validation part, in nats per character: a
 * transcript by its own frequency; one that was never said, as often as those of the training part were new (Witten and Bell
 * 1991), by that of its length and of its characters.
 */
export function speechBaselines({ utterances, training, validation, labels, vocabulary }: Corpus): Baseline[] {
  const transcripts = new Map<string, number>();
  const lengths = new Map<number, number>();
  // Number 0 is the blank, which nobody says.
  const counts = new Float64Array(vocabulary.length).fill(1, 1);
  const add = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const at of training) {
    const own = labels[at] ?? [];
    add(transcripts, utterances[at]?.transcript ?? '');
    add(lengths, own.length);
    for (const label of own) counts[label] = (counts[label] ?? 0) + 1;
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  const seen = training.length + transcripts.size;
  const ofLength = (length: number) => ((lengths.get(length) ?? 0) + 1) / (training.length + lengths.size + 1);
  let [loss, letters] = [0, 0];
  for (const at of validation) {
    const times = transcripts.get(utterances[at]?.transcript ?? '') ?? 0;
    const own = labels[at] ?? [];
    const spelled = own.reduce(
      (sum, label) => sum + Math.log((counts[label] ?? 1) / all),
      Math.log(ofLength(own.length)),
    );
    loss -= Math.log((times || transcripts.size) / seen) + (times > 0 ? 0 : spelled);
    letters += own.length;
  }
  return [{ name: 'transcripts by their frequency', loss: loss / Math.max(1, letters) }];
}
