import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { digestOf } from '../../data';
import { type Scale, scaleOf } from '../scale';
import type { Corpus } from './batches';
import { splitUtterances, stepsOf, type Utterances } from './utterances';

/** Less speech, of sentences each of which is said once, teaches hardly more than letters. */
const littleSeconds = 3600;

/**
 * Utterances in two parts, with the characters and scales of the training part.
 *
 * @throws UserError where nothing can be held out
 */
export function corpusOf({ all, form, seconds, warnings: _ }: Utterances, share: number, file: string): Corpus {
  const { training, validation, speakers } = splitUtterances(all, share);
  if (training.length === 0 || validation.length === 0) {
    throw new UserError({
      what: 'All recordings are the same, so that none can be held out to validate on',
      where: file,
      wayOut: 'Use a folder or manifest with more different recordings.',
    });
  }
  const counts = new Map<string, number>();
  for (const at of training)
    for (const letter of all[at]?.transcript ?? '') counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const letters = [...counts.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  const vocabulary = ['', ...letters];
  const index = new Map(vocabulary.map((letter, id) => [letter, id]));
  const labels = all.map(({ transcript }) =>
    Array.from(transcript, (letter) => index.get(letter) ?? 0).filter((id) => id > 0),
  );
  const unseen = new Set(validation.flatMap((at) => [...(all[at]?.transcript ?? '')].filter((own) => !index.has(own))));
  const distinct = new Set(all.map(({ transcript }) => transcript)).size;
  const warnings: string[] = [];
  if (unseen.size > 0)
    warnings.push(
      `Transcripts to validate on have characters that the training part has not, which cannot be learned: ${[...unseen].map((own) => excerpt(own)).join(' ')}.`,
    );
  if (distinct === all.length && seconds < littleSeconds)
    warnings.push(
      `Each transcript occurs once, and there are only ${(seconds / 60).toFixed(1)} minutes of speech: that teaches single sounds at best. Use some hours, or words that are said again and again.`,
    );
  return {
    form,
    utterances: all,
    training,
    validation,
    speakers,
    vocabulary,
    labels,
    scales: scalesOf(all, training, form.bands),
    steps: (at) => stepsOf((all[at]?.features.length ?? 0) / form.bands),
    digest: digestOf(all.map(({ digest }) => digest)),
    warnings,
  };
}

function scalesOf(all: Utterances['all'], training: readonly number[], bands: number): Scale[] {
  return Array.from({ length: bands }, (_, band) => {
    const values: number[] = [];
    for (const at of training) {
      const features = all[at]?.features ?? new Float32Array();
      for (let index = band; index < features.length; index += bands) values.push(features[index] ?? 0);
    }
    const { mean, deviation } = scaleOf(values.length, (index) => values[index] ?? 0);
    return { mean, deviation: deviation || 1 };
  });
}
