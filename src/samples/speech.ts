import { excerpt } from '../base/visible';
import type { SpeechSample, TranscribedItem } from '../protocol/run';
import type { SampleKind } from './kind';
import { commaSeparated } from './tables';
import { usualBeam } from './translate';

/** Recordings written down. */
export const speechSamples: SampleKind<SpeechSample> = {
  key: ({ step, items }) => `${step} ${items.length} ${items[0]?.name} ${items[0]?.transcript}`,

  fields: () => [
    {
      key: 'audio',
      label: 'Your own recording',
      question:
        'Which recording is to be transcribed (path of a WAV, FLAC, Ogg or MP3 file)? Empty: some that were held out',
      hint: 'Path of a WAV, FLAC, Ogg or MP3 file; empty: some recordings that were held out',
      value: '',
      file: { name: 'Recordings', endings: ['wav', 'flac', 'ogg', 'oga', 'opus', 'mp3'] },
    },
    {
      key: 'beam',
      label: 'Beam',
      question: 'How many transcripts to follow at once? 1: the likeliest each time',
      hint: 'Transcripts that are followed at once',
      value: String(usualBeam),
      number: { min: 1, max: 64, step: 1 },
    },
  ],

  glance: ({ items }) =>
    items
      .slice(0, 3)
      .map((item) => `  ${itemText(item)}`)
      .join('\n'),

  text: ({ items }) => items.map(itemText).join('\n'),

  document({ items }) {
    const rows = items.map(({ name, seconds, reference = '', transcript }) => [
      ...[name, seconds.toFixed(2), reference, transcript],
    ]);
    return {
      extension: 'csv',
      content: commaSeparated([['recording', 'seconds', 'reference', 'transcript'], ...rows]),
    };
  },
};

function itemText({ name, transcript, reference }: TranscribedItem): string {
  const wrong = reference === undefined || reference === transcript ? '' : ` (truth: ${excerpt(reference, 200)})`;
  return `${excerpt(name, 60)}: ${transcript === '' ? '(nothing)' : excerpt(transcript, 400)}${wrong}`;
}
