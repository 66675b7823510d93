import { UserError } from '../../base/user-error';
import { type DatasetFile, decodeAudio, digestOf, openEntry, readRecordings, resampled } from '../../data';
import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { DatasetFingerprint } from '../../protocol/dataset';
import type { SpeechSample, TranscribedItem } from '../../protocol/run';
import { usualBeam } from '../../samples/translate';
import type { Scale } from '../scale';
import { tableReport } from '../table-report';
import type { ProbeInput, Task } from '../task';
import { type Corpus, speechBatches, vectorsOf } from './batches';
import { corpusOf } from './corpus';
import { editsOf } from './error-rates';
import { evaluateSpeech, logProbabilitiesOf, speechBaselines } from './evaluate';
import { type FeatureForm, LogMel } from './features';
import { aligned, prefixSearch } from './search';
import { pictureOf } from './spectrogram';
import { readUtterances, secondsOf, spoken, stepsOf } from './utterances';

/** What a trained model needs besides its weights; kept with the run. */
export interface SpeechEncoding {
  readonly task: 'speech';
  readonly form: FeatureForm;
  /** The blank, then the characters. */
  readonly vocabulary: readonly string[];
  /** Of each band, over the training part. */
  readonly scales: readonly Scale[];
  /** Of the validation part: what samples show, unless asked otherwise. Features in hundredths: [frames · bands]. */
  readonly examples: readonly {
    readonly name: string;
    readonly reference: string;
    readonly features: readonly number[];
  }[];
}

const shownExamples = 3;
/** Longer ones fit no picture. */
const longestShown = 800;

/** Recordings written down: features of what is heard, layers that read both ways, and CTC. */
export const speech: Task<SpeechEncoding> = {
  name: 'speech',

  async prepare(file, reading, { validationShare }) {
    const recordings = await readRecordings(file, reading);
    const utterances = await readUtterances(recordings.list, file.name);
    const corpus = corpusOf(utterances, validationShare, file.name);
    const { training, validation, vocabulary } = corpus;
    const { manifest } = recordings;
    const audio = {
      recordings: utterances.all.length,
      seconds: utterances.seconds,
      rate: utterances.form.rate,
      speakers: corpus.speakers,
      transcripts: new Set(utterances.all.map(({ transcript }) => transcript)).size,
      vocabulary: vocabulary.slice(1),
    };
    const own = manifest
      ? tableReport('speech', file, manifest.table, reading, {
          date: undefined,
          target: manifest.transcript,
          inputs: [manifest.audio],
        })
      : {
          ...{ task: 'speech' as const, name: file.name, path: file.path },
          reading: { ...reading, task: 'speech' as const },
        };
    return {
      encoding: {
        task: 'speech',
        form: utterances.form,
        vocabulary,
        scales: corpus.scales,
        examples: examplesOf(corpus),
      },
      report: {
        ...own,
        fingerprint: manifest ? withRecordings(file, corpus) : file.fingerprint,
        audio,
        usualLongest: Math.max(...training.map((at) => corpus.steps(at))),
        split: { training: training.length, validation: validation.length },
        baselines: speechBaselines(corpus),
        warnings: [...recordings.warnings, ...utterances.warnings, ...corpus.warnings],
      },
      windows: (size) => speechBatches(corpus, size, file.name),
      evaluate: (model, size, breathe) => evaluateSpeech(model, corpus, size, breathe),
    };
  },

  spec: ({ form, vocabulary }, { cell, units, layers, dropout }) => ({
    ...{ cell, units, layers, dropout },
    bidirectional: true,
    input: { kind: 'numbers', size: form.bands * form.together },
    outputs: vocabulary.length,
  }),

  loss: (result, targets) => result.ctc(targets as tf.Tensor2D),

  async sample(model, encoding, { audio, beam }, { step, breathe }): Promise<SpeechSample> {
    const asked = audio?.trim()
      ? [{ name: audio.trim(), features: await featuresOf(audio.trim(), encoding) }]
      : encoding.examples.map((example) => ({ ...example, features: kept(example.features) }));
    const items: TranscribedItem[] = [];
    for (const example of asked) {
      items.push(await transcribed(model, encoding, example, beam ?? usualBeam));
      await breathe();
    }
    return { task: 'speech', step, items };
  },

  async probeInput(encoding, path): Promise<ProbeInput> {
    const [first] = encoding.examples;
    const features = path?.trim() ? await featuresOf(path.trim(), encoding) : kept(first?.features ?? []);
    const input = inputOf(features, encoding);
    const steps = input.shape[1];
    return { labels: Array.from({ length: steps }, (_, at) => `${secondsOf(at).toFixed(2)} s`), input };
  },
};

/** The same dataset is the manifest with the same recordings. */
function withRecordings(file: DatasetFile, { digest }: Corpus): DatasetFingerprint {
  return { bytes: file.fingerprint.bytes, sha256: digestOf([file.fingerprint.sha256, digest]) };
}

async function featuresOf(path: string, { form }: SpeechEncoding): Promise<Float32Array> {
  const { samples, rate } = await decodeAudio(await openEntry(path));
  if (samples.length > 120 * rate) {
    throw new UserError({
      what: 'The recording is longer than two minutes',
      where: path,
      wayOut: 'Choose a shorter one, or cut it.',
    });
  }
  return new LogMel(form).of(resampled(samples, rate, form.rate));
}

const kept = (hundredths: readonly number[]) => Float32Array.from(hundredths, (value) => value / 100);

function inputOf(features: Float32Array, { form, scales }: SpeechEncoding): tf.Tensor3D {
  const steps = stepsOf(features.length / form.bands);
  const values = new Float32Array(steps * form.bands * form.together);
  vectorsOf(features, scales, values, 0);
  return tf.tensor3d(values, [1, steps, form.bands * form.together]);
}

async function transcribed(
  model: Model,
  encoding: SpeechEncoding,
  {
    name,
    reference,
    features,
  }: { readonly name: string; readonly reference?: string; readonly features: Float32Array },
  beam: number,
): Promise<TranscribedItem> {
  const input = inputOf(features, encoding);
  const steps = input.shape[1];
  const [probabilities = []] = await logProbabilitiesOf(model, input, [steps]);
  input.dispose();
  const { labels, logProbability } = prefixSearch(probabilities, beam);
  const letters = labels.map((label) => encoding.vocabulary[label] ?? '');
  const places = aligned(probabilities, labels) ?? [];
  const written = spoken(letters.join(''));
  return {
    name,
    seconds: secondsOf(steps),
    transcript: written,
    ...(reference !== undefined && { reference, edits: editsOf(written, reference) }),
    characters: letters.map((character, at) => ({
      character,
      from: secondsOf(places[at]?.from ?? 0),
      to: secondsOf(places[at]?.to ?? 0),
    })),
    spectrogram: pictureOf(features, encoding.form.bands),
    probability: Math.exp(logProbability),
  };
}

/** Some recordings of the validation part, of different lengths. */
function examplesOf({ validation, utterances, form }: Corpus): SpeechEncoding['examples'] {
  const short = validation.filter((at) => (utterances[at]?.features.length ?? 0) <= longestShown * form.bands);
  const count = Math.min(shownExamples, short.length);
  return Array.from({ length: count }, (_, index) => {
    const found = utterances[short[Math.floor(((index + 0.5) * short.length) / count)] ?? 0];
    if (!found) throw new Error('There is no such utterance');
    const { name, transcript, features } = found;
    return { name, reference: transcript, features: Array.from(features, (value) => Math.round(100 * value)) };
  });
}
