import { describe, expect, test } from 'vitest';
import { resampled } from '../../../src/data';
import { editDistance, editsOf, errorRates } from '../../../src/tasks/speech/error-rates';
import { LogMel } from '../../../src/tasks/speech/features';
import rates from '../../parity/error_rates.json';
import stored from '../../parity/features.json';
import resamplings from '../../parity/resample.json';

test.each(stored.cases.map((each) => [`${each.bands} bands at ${each.rate} samples a second`, each] as const))(
  'features of %s are those of librosa',
  (_, { rate, bands, samples, features }) => {
    const mel = new LogMel({ rate, bands });
    const own = mel.of(Float32Array.from(samples, (sample) => sample / 32_768));
    expect(mel.framesOf(samples.length)).toBe(features.length);
    const expected = features.flat();
    expect(own.length).toBe(expected.length);
    // Logarithms from −23 to 5 in single precision, stored with five decimals.
    const furthest = Math.max(...expected.map((value, at) => Math.abs(value - (own[at] ?? Number.NaN))));
    expect(furthest).toBeLessThan(2e-5);
  },
);

test.each(resamplings.cases.map((each) => [each.before, each.after, each] as const))(
  'a signal of %s samples a second has at %s those of torchaudio',
  (from, to, { signal, result }) => {
    const own = resampled(Float32Array.from(signal), from, to);
    // torchaudio rounds a length up, and we to the nearest.
    expect(Math.abs(own.length - result.length)).toBeLessThanOrEqual(1);
    const furthest = Math.max(...Array.from(own, (value, at) => Math.abs(value - (result[at] ?? value))));
    expect(furthest).toBeLessThan(2e-6);
  },
);

describe('errors of transcripts are those of jiwer:', () => {
  const wordsOf = (text: string) => text.split(' ').filter(Boolean);

  test.each(rates.pairs)('“$transcript” for “$reference”', ({ transcript, reference, words, characters }) => {
    expect(editDistance(wordsOf(transcript), wordsOf(reference))).toBe(words);
    expect(editDistance([...transcript], [...reference])).toBe(characters);
    expect(editsOf(transcript, reference).filter(({ kind }) => kind !== 'same')).toHaveLength(characters);
    if (reference === '') return;
    const own = errorRates([transcript], [reference]);
    expect(own.wordErrorRate).toBeCloseTo(words / wordsOf(reference).length, 12);
    expect(own.characterErrorRate).toBeCloseTo(characters / [...reference].length, 12);
  });

  test('all together', () => {
    const { wordErrorRate, characterErrorRate } = errorRates(
      rates.pairs.map(({ transcript }) => transcript),
      rates.pairs.map(({ reference }) => reference),
    );
    expect(wordErrorRate).toBeCloseTo(rates.wordErrorRate, 12);
    expect(characterErrorRate).toBeCloseTo(rates.characterErrorRate, 12);
  });
});
