import { excerpt, visible } from '../base/visible';
import type { TokenUnit } from '../configuration/run';
import type { LanguageSample } from '../protocol/run';
import type { SampleKind } from './kind';

/** Tokens that are written unless asked otherwise. */
export const usualLength: Readonly<Record<TokenUnit, number>> = { chars: 240, words: 60, bytes: 240, 'byte-pair': 100 };

/** Units of text in words. */
export const unitName: Readonly<Record<TokenUnit, string>> = {
  chars: 'characters',
  words: 'words',
  bytes: 'bytes',
  'byte-pair': 'byte-pair tokens',
};

/** Text that goes on from a prompt. */
export const languageSamples: SampleKind<LanguageSample> = {
  key: ({ step, seed, temperature, topK, prompt, text }) =>
    `${step} ${seed} ${temperature} ${topK} ${prompt} ${text.length}`,

  fields({ text }, latest) {
    const unit = text?.tokens ?? 'chars';
    return [
      {
        key: 'prompt',
        label: 'Prompt',
        question: 'How does the text begin? Empty: as the network likes',
        value: latest?.prompt ?? '',
      },
      {
        key: 'length',
        label: 'Length',
        question: `How many ${unitName[unit]}?`,
        hint: 'Tokens to generate',
        value: String(usualLength[unit]),
        number: { min: 1, max: 10_000, step: 1 },
      },
      {
        key: 'temperature',
        label: 'Temperature',
        question: 'Temperature: low is careful, 1 is as learned, high is wild',
        hint: 'Below 1: safer; above 1: wilder',
        value: '0.8',
        number: { min: 0, max: 10, step: 0.01 },
      },
      {
        key: 'topK',
        label: 'Top-k',
        question: 'Choose among how many of the likeliest? 0: all',
        hint: 'Choose among the k likeliest tokens; 0: among all',
        value: '0',
        number: { min: 0, max: 1_000_000, step: 1 },
      },
    ];
  },

  glance: ({ text }) => `  ${excerpt(text, 100)}`,
  text: ({ prompt, text }) => visible(prompt + text, '\n\t'),
  document: ({ prompt, text }) => ({ extension: 'txt', content: visible(prompt + text, '\n\t') }),
};
