import { excerpt } from '../base/visible';
import type { ClassifiedItem, ClassifySample } from '../protocol/run';
import type { SampleKind } from './kind';
import { commaSeparated } from './tables';

/** Examples with what the network says of them. */
export const classifySamples: SampleKind<ClassifySample> = {
  key: ({ step, items }) => `${step} ${items[0]?.tokens.join(' ')}`,

  fields: () => [
    {
      key: 'prompt',
      label: 'Your own example',
      question: 'What is to be classified? Empty: some examples that were held out',
      value: '',
    },
  ],

  glance: ({ items }) =>
    items
      .slice(0, 2)
      .map((item) => `  ${itemText(item, 24)}`)
      .join('\n'),

  text: ({ items }) => items.map((item) => itemText(item, 200)).join('\n'),

  document({ target, classes = [], items }) {
    const header = ['input', target, 'prediction', ...classes.map((name) => `probability of ${name}`)];
    const rows = items.map(({ tokens, truth = '', prediction, probabilities }) => [
      ...[tokens.join(' '), truth, prediction],
      ...probabilities.map((probability) => probability.toFixed(4)),
    ]);
    return { extension: 'csv', content: commaSeparated([header, ...rows]) };
  },
};

/** The prediction, then the tokens with those in brackets that speak most for it. */
function itemText(
  { tokens, contributions, prediction, probabilities, truth }: ClassifiedItem,
  longest: number,
): string {
  const most = Math.max(...contributions.map(Math.abs));
  const words = tokens.slice(0, longest).map((token, at) => {
    const shown = excerpt(token, 24);
    return most > 0 && (contributions[at] ?? 0) > 0.5 * most ? `[${shown}]` : shown;
  });
  const sure = probabilities.length > 0 ? ` ${Math.round(100 * Math.max(...probabilities))} %` : '';
  const wrong = truth === undefined || truth === prediction ? '' : ` (truth: ${excerpt(truth)})`;
  return `${excerpt(prediction)}${sure}${wrong}: ${words.join(' ')}${tokens.length > longest ? ' …' : ''}`;
}
