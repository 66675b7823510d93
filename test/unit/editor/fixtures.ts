import { type RunConfiguration, runConfigurationSchema } from '../../../src/configuration/run';
import type { DatasetReport } from '../../../src/protocol/dataset';
import type { MetricsPoint, RunRecord, Sample } from '../../../src/protocol/run';

export const configuration: RunConfiguration = runConfigurationSchema.parse({});

export const textReport: DatasetReport = {
  task: 'language',
  why: 'it is text',
  ambiguous: false,
  alternatives: [],
  name: 'rhyme.txt',
  path: '/work/rhyme.txt',
  fingerprint: { bytes: 100, sha256: 'f00' },
  reading: { ...configuration.reading, task: 'language', encoding: 'utf-8' },
  text: { encoding: 'utf-8', tokens: 'chars', tokenCount: 3120, vocabularySize: 61, vocabulary: ['e'] },
  split: { training: 2808, validation: 312 },
  baselines: [],
  warnings: [],
  proposal: {
    cells: [
      { value: 'lstm', why: 'remembers' },
      { value: 'gru', why: 'is faster' },
    ],
    sizes: [
      { value: { name: 'small', units: 32, layers: 1 }, why: 'fits' },
      { value: { name: 'large', units: 128, layers: 2 }, why: 'is slow' },
    ],
    training: { steps: 300 },
  },
};

const { text: _, ...withoutText } = textReport;

export const tableReport: DatasetReport = {
  ...withoutText,
  task: 'forecast',
  why: 'it has numeric columns',
  alternatives: [{ task: 'language', why: 'as plain text' }],
  name: 'prices.csv',
  table: {
    encoding: 'utf-8',
    delimiter: ';',
    decimal: ',',
    header: true,
    rows: 240,
    columns: [
      { name: 'day', kind: 'date', missing: 0 },
      { name: 'price', kind: 'number', missing: 3 },
      { name: 'sold\u001b[31m', kind: 'number', missing: 0 },
    ],
    date: 'day',
    target: 'price',
    inputs: ['price', 'sold\u001b[31m'],
  },
};
export function record(change: Partial<RunRecord> = {}): RunRecord {
  const { proposal: _, ...dataset } = textReport;
  return {
    formatVersion: 1,
    id: 'one',
    name: 'lstm on rhyme.txt',
    createdAt: '2026-11-24T18:00:00.000Z',
    state: 'running',
    configuration,
    dataset,
    versions: {},
    engine: { backend: 'cpu', threads: 1 },
    parameters: 9750,
    ...change,
  };
}

export const point = (step: number, change: Partial<MetricsPoint> = {}): MetricsPoint => ({
  step,
  loss: 3 / step,
  gradientNorm: 1,
  stepsPerSecond: 10,
  tokensPerSecond: 5000,
  ...change,
});

export const sample = (step: number): Sample => ({
  task: 'language',
  step,
  prompt: 'the ',
  text: `cat ${step}`,
  temperature: 0.8,
  topK: 0,
  seed: 1,
});
