import { excerpt } from '../base/visible';
import type { TranslatedItem, TranslateSample } from '../protocol/run';
import type { SampleKind } from './kind';
import { commaSeparated } from './tables';

/** Translations that are followed at once unless asked otherwise. */
export const usualBeam = 4;

/** Translations beside their references. */
export const translateSamples: SampleKind<TranslateSample> = {
  key: ({ step, items }) => `${step} ${items.length} ${items[0]?.source.join(' ')} ${items[0]?.text}`,

  fields: () => [
    {
      key: 'prompt',
      label: 'Your own source',
      question: 'What is to be translated? Empty: some examples that were held out',
      value: '',
    },
    {
      key: 'beam',
      label: 'Beam',
      question: 'How many translations to follow at once? 1: the likeliest token each time',
      hint: 'Translations that are followed at once; 1: the likeliest token each time',
      value: String(usualBeam),
      number: { min: 1, max: 64, step: 1 },
    },
  ],

  glance: ({ items }) =>
    items
      .slice(0, 2)
      .map((item) => `  ${itemText(item)}`)
      .join('\n'),

  text: ({ items }) => items.map(itemText).join('\n'),

  document({ from, to, items }) {
    const rows = items.map(({ source, text, reference = '', probability }) => [
      ...[source.join(' '), reference, text],
      probability.toPrecision(4),
    ]);
    return { extension: 'csv', content: commaSeparated([[from, to, 'translation', 'probability'], ...rows]) };
  },
};

function itemText({ source, text, reference }: TranslatedItem): string {
  const isSpelled = source.every((token) => Array.from(token).length === 1);
  const wrong = reference === undefined || reference === text ? '' : ` (truth: ${excerpt(reference, 100)})`;
  return `${excerpt(source.join(isSpelled ? '' : ' '), 100)} → ${excerpt(text, 100)}${wrong}`;
}
