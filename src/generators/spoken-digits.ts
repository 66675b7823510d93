import type { Random } from '../base/random';
import type { RecordedGenerator, Take } from './generator';

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Accents and voices of espeak-ng with their usual pitch, which each take leaves a little. */
const voices: readonly (readonly [name: string, voice: string, pitch: number])[] = [
  ['adam', 'en-us+m1', 45],
  ['anna', 'en-us+f2', 60],
  ['bruce', 'en-gb-scotland+m7', 40],
  ['clara', 'en-gb+f4', 65],
  ['david', 'en-gb-x-rp+m3', 50],
  ['emily', 'en-gb-x-rp+f3', 55],
  ['frank', 'en-us+m5', 35],
  ['grace', 'en-029+f1', 60],
  ['henry', 'en-gb+m4', 45],
  ['irene', 'en-us+f5', 70],
  ['jacob', 'en-gb-x-gbclan+m2', 50],
  ['karen', 'en-gb-scotland+f3', 50],
];

/** The form of the Free Spoken Digit Dataset (Jackson et al. 2018): one file a take, whose name tells what is said and by whom. */
export const spokenDigits: RecordedGenerator = {
  label: 'Spoken digits',
  about:
    'Recordings of digits in twelve voices, some of which are kept for validation: what is said is written down, letter by letter (connectionist temporal classification: Graves et al. 2006). Needs espeak-ng',
  extension: 'zip',
  usual: { count: 480, length: 1 },
  lengths: { min: 1, max: 8 },
  *takes({ count, length }, random) {
    for (let index = 0; index < count; index++) yield takeOf(index, length, random);
  },
};

/** Every voice says every digit as often, at another speed, pitch and loudness each time. */
function takeOf(index: number, length: number, random: Random): Take {
  const [name, voice, pitch] = voices[index % voices.length] ?? ['', '', 0];
  const first = Math.floor(index / voices.length);
  const said = Array.from({ length }, (_, place) =>
    place === 0 ? digits[first % digits.length] : digits[random.integer(digits.length)],
  );
  return {
    name: `${said.join('-')}_${name}_${Math.floor(first / digits.length) + 1}.wav`,
    text: said.join(' '),
    voice,
    wordsPerMinute: 120 + random.integer(91),
    pitch: pitch - 10 + random.integer(21),
    amplitude: 60 + random.integer(81),
  };
}
