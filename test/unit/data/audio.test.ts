import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeAudio, openEntry } from '../../../src/data';
import { fileWith, userError } from './temporary';

const recorded = (name: string) => readFile(join(import.meta.dirname, '../../fixtures/audio', name));
const decoded = async (bytes: Uint8Array, name: string) => decodeAudio(await openEntry(await fileWith(bytes, name)));

/** The mean of both channels of test/fixtures/audio/make.sh, at a moment in seconds. */
const truth = (at: number) => (Math.sin(2 * Math.PI * 440 * at) + Math.sin(2 * Math.PI * 880 * at)) / 4;

/** What is left of a sound when the truth, as much later as fits best, is taken away; both as mean squares. */
function remainder(samples: Float32Array, rate: number): { readonly left: number; readonly of: number } {
  const [from, to] = [Math.floor(0.1 * rate), Math.floor(0.4 * rate)];
  let [left, of] = [Number.POSITIVE_INFINITY, 0];
  for (let late = 0; late < rate / 440; late += 0.25) {
    let [difference, power] = [0, 0];
    for (let at = from; at < to; at++) {
      const expected = truth((at - late) / rate);
      difference += (expected - (samples[at] ?? 0)) ** 2 / (to - from);
      power += expected ** 2 / (to - from);
    }
    if (difference < left) [left, of] = [difference, power];
  }
  return { left, of };
}

describe('a recording of two tones, one on either side, is heard as their mean', () => {
  test.each([
    ['tone.flac', 22_050, 1e-6],
    ['tone.ogg', 22_050, 0.02],
    ['tone.opus', 48_000, 0.02],
    ['tone.mp3', 22_050, 0.02],
  ] as const)('from %s, whatever its name says', async (name, rate, most) => {
    const bytes = await recorded(name);
    for (const called of [name, 'tone.wav']) {
      const sound = await decoded(bytes, called);
      expect(sound).toMatchObject({ rate, channels: 2 });
      expect(sound.samples.length / rate).toBeGreaterThan(0.49);
      expect(sound.samples.length / rate).toBeLessThan(0.6);
      const { left, of } = remainder(sound.samples, rate);
      expect(left / of).toBeLessThan(most);
    }
  });
});

describe('a recording that is', () => {
  test.each(['tone.flac', 'tone.ogg', 'tone.opus', 'tone.mp3'])(
    'cut off at any place, as %s, is refused or shorter',
    async (name) => {
      const bytes = await recorded(name);
      const whole = (await decoded(bytes, name)).samples.length;
      for (const share of [0.02, 0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(share * bytes.length));
        const sound = await decoded(cut, name).catch((error: { name: string }) => error.name);
        if (typeof sound === 'string') expect(sound).toBe('UserError');
        else expect(sound.samples.length).toBeLessThanOrEqual(whole);
      }
    },
  );

  test('cut short as FLAC, or nothing of the kind, says so with its name', async () => {
    const flac = await recorded('tone.flac');
    const short = await userError(decoded(flac.subarray(0, flac.length / 2), 'short.flac'));
    expect(short.what).toBe('The file is cut short');
    expect(short.where).toContain('short.flac');
    const none = await userError(decoded(new TextEncoder().encode('no sound at all'), 'text.mp3'));
    expect(none).toMatchObject({ what: 'The file is no recording', wayOut: 'Use WAV, FLAC, Ogg or MP3.' });
  });
});
