import { deriveSeed, randomFromSeed } from '../../base/random';
import { UserError } from '../../base/user-error';
import { tf } from '../../engine/tensors';
import { lengthBatches } from '../buckets';
import type { Scale } from '../scale';
import type { Batch, TrainingWindows, WindowSize } from '../task';
import { varied } from './augment';
import type { FeatureForm } from './features';
import { secondsOf, type Utterance } from './utterances';

/** Utterances in two parts, and how they are read. */
export interface Corpus {
  readonly form: FeatureForm;
  readonly utterances: readonly Utterance[];
  /** Numbers of utterances. */
  readonly training: readonly number[];
  readonly validation: readonly number[];
  /** 0 where names do not tell who speaks. */
  readonly speakers: number;
  /** The blank, then the characters of the training part. */
  readonly vocabulary: readonly string[];
  /** Of each utterance; characters that the training part has not are left out. */
  readonly labels: readonly (readonly number[])[];
  /** Of each band. */
  readonly scales: readonly Scale[];
  steps(utterance: number): number;
  /** Tells these recordings from others. */
  readonly digest: string;
  readonly warnings: readonly string[];
}

/** Batches of utterances of similar length. Those that are longer than a window are left out: a transcript has no part. */
export function speechBatches(corpus: Corpus, size: WindowSize, name: string): TrainingWindows {
  const { training, steps } = corpus;
  const fitting = training.filter((at) => steps(at) <= size.timeSteps);
  if (fitting.length === 0) {
    const shortest = Math.min(...training.map(steps));
    throw new UserError({
      what: `No recording fits into a window of ${size.timeSteps} steps (${secondsOf(size.timeSteps).toFixed(1)} seconds)`,
      where: name,
      wayOut: `The shortest one has ${shortest}: use a longer window (--window ${shortest}).`,
    });
  }
  const mean = fitting.reduce((sum, at) => sum + steps(at), 0) / fitting.length;
  const { batchSize, at } = lengthBatches(fitting, steps, size);
  const left = training.length - fitting.length;
  return {
    batchSize,
    tokensPerStep: Math.round(batchSize * mean),
    ...(left > 0 && {
      warnings: [
        `${left} of ${training.length} recordings are longer than ${size.timeSteps} steps and left out (--window).`,
      ],
    }),
    at(step) {
      // Another variant each time, and the same for the same step.
      const random = randomFromSeed(deriveSeed(size.seed ?? 0, step));
      return batchOf(corpus, at(step), (features) => varied(features, corpus.scales, random));
    },
  };
}

/** Batches share what the engine keeps for a shape when their steps are rounded. */
const roundedTo = 8;

export function batchOf(
  { form, utterances, labels, scales, steps }: Corpus,
  chosen: readonly number[],
  asRead: (features: Float32Array) => Float32Array = (features) => features,
): Batch & { readonly input: tf.Tensor3D; readonly targets: tf.Tensor2D; readonly lengths: readonly number[] } {
  const lengths = chosen.map(steps);
  const timeSteps = roundedTo * Math.ceil(Math.max(...lengths) / roundedTo);
  const size = form.bands * form.together;
  const values = new Float32Array(chosen.length * timeSteps * size);
  const most = Math.max(1, ...chosen.map((at) => labels[at]?.length ?? 0));
  const targets = new Int32Array(chosen.length * most).fill(-1);
  chosen.forEach((at, row) => {
    vectorsOf(asRead(utterances[at]?.features ?? new Float32Array()), scales, values, row * timeSteps * size);
    targets.set(labels[at] ?? [], row * most);
  });
  return {
    input: tf.tensor3d(values, [chosen.length, timeSteps, size]),
    targets: tf.tensor2d(targets, [chosen.length, most], 'int32'),
    lengths,
    reset: true,
  };
}

/** Scaled features, frame after frame, to where a row's steps begin. */
export function vectorsOf(features: Float32Array, scales: readonly Scale[], values: Float32Array, begin: number): void {
  const bands = scales.length;
  for (let index = 0; index < features.length; index++) {
    const { mean = 0, deviation = 1 } = scales[index % bands] ?? {};
    values[begin + index] = ((features[index] ?? 0) - mean) / deviation;
  }
}
