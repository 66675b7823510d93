import { type RunRecord, type SampleRequest, sampleLength } from '../../protocol/run';

export interface Question {
  readonly key: keyof SampleRequest;
  readonly prompt: string;
  /** What Enter takes. */
  readonly value: string;
  /** What is wrong with an answer. */
  readonly problem: (text: string) => string | undefined;
}

const whole = (least: number, most: number) => (text: string) =>
  text.trim() !== '' && Number.isInteger(Number(text)) && Number(text) >= least && Number(text) <= most
    ? undefined
    : `A whole number from ${least} to ${most}`;

const length = (prompt: string, value: number): Question => ({
  key: 'length',
  prompt,
  value: String(value),
  problem: whole(1, 100_000),
});

/** What to ask before a run's model is sampled. */
export function questions({ dataset }: Pick<RunRecord, 'dataset'>): readonly Question[] {
  if (dataset.task === 'forecast') {
    return [length('How many rows to forecast?', sampleLength.rows)];
  }
  if (dataset.task === 'classify') {
    return [
      {
        key: 'prompt',
        prompt: 'What is to be classified? Empty: some examples that were held out',
        value: '',
        problem: () => undefined,
      },
    ];
  }
  const unit = dataset.text?.tokens ?? 'chars';
  return [
    {
      key: 'prompt',
      prompt: 'How does the text begin? Empty: as the network likes',
      value: '',
      problem: () => undefined,
    },
    length(unit === 'words' ? 'How many words?' : 'How many characters?', sampleLength[unit]),
    {
      key: 'temperature',
      prompt: 'Temperature: low is careful, 1 is as learned, high is wild',
      value: '0.8',
      problem: (text) =>
        text.trim() !== '' && Number(text) >= 0 && Number(text) <= 10 ? undefined : 'A number from 0 to 10',
    },
    { key: 'topK', prompt: 'Choose among how many of the likeliest? 0: all', value: '0', problem: whole(0, 1_000_000) },
  ];
}

/** The request that the answers make; an empty prompt is none. */
export function requestOf(all: readonly Question[], answers: readonly string[]): SampleRequest {
  const entries = all
    .map(({ key }, index) => [key, answers[index] ?? ''] as const)
    .filter(([, answer]) => answer !== '')
    .map(([key, answer]) => [key, key === 'prompt' ? answer : Number(answer)]);
  return Object.fromEntries(entries);
}
