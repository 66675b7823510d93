import type { DatasetReport } from '../src/protocol/dataset';
import type { TaskName } from '../src/protocol/run';
import { visibleLine, visibleToken } from './visible-text';

/** What the views say differently for each task. */
export interface TaskWords {
  /** Of training and validation loss. */
  readonly lossUnit: (dataset: Pick<DatasetReport, 'classes' | 'reading' | 'text'>) => string;
  readonly samplesTitle: string;
  /** What one step in time is. */
  readonly timeStep: string;
  /** One of a probe's inputs as a label. */
  readonly inputLabel: (input: string) => string;
  /** Whether a person can type an input to look at. */
  readonly ownInput: boolean;
}

const units = { chars: 'character', words: 'word', bytes: 'byte', 'byte-pair': 'token' } as const;

export const taskWords: Readonly<Record<TaskName, TaskWords>> = {
  language: {
    lossUnit: ({ text }) => `nats per ${units[text?.tokens ?? 'byte-pair']}`,
    samplesTitle: 'Samples',
    timeStep: 'token',
    inputLabel: visibleToken,
    ownInput: true,
  },
  forecast: {
    lossUnit: ({ reading }) => `scaled ${{ mse: 'MSE', mae: 'MAE', pinball: 'pinball loss' }[reading.loss ?? 'mse']}`,
    samplesTitle: 'Forecast',
    timeStep: 'row',
    inputLabel: visibleLine,
    ownInput: false,
  },
  translate: {
    lossUnit: () => 'nats per token',
    samplesTitle: 'Translations',
    timeStep: 'token',
    inputLabel: visibleToken,
    ownInput: true,
  },
  speech: {
    lossUnit: () => 'nats per character',
    samplesTitle: 'Transcripts',
    timeStep: 'step',
    inputLabel: visibleLine,
    ownInput: false,
  },
  frames: {
    lossUnit: ({ reading }) => (reading.frameLoss === 'cross-entropy' ? 'nats per pixel' : 'MSE per pixel'),
    samplesTitle: 'Frames',
    timeStep: 'frame',
    inputLabel: visibleLine,
    ownInput: false,
  },
  classify: {
    lossUnit: ({ classes }) => (classes ? 'nats per example' : 'scaled MSE'),
    samplesTitle: 'Predictions',
    timeStep: 'token',
    inputLabel: visibleLine,
    ownInput: true,
  },
};
