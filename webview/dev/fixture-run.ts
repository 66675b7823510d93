import type { RunSnapshot } from '../../src/protocol/panel';
import type { RunRecord, RunState, Sample, TaskName } from '../../src/protocol/run';
import { metricsBetween, pointAt } from './fixture-metrics';
import { probeAt, readsBothWays } from './fixture-probe';
import { classNames, sampleAt } from './fixture-samples';

export const folder = '/home/you/project/.unroll/runs/2026-05-04-a1';
export const sampleEvery = 50;

const names: Readonly<Record<TaskName, string>> = {
  language: 'shanties of the seven seas.txt',
  forecast: 'river levels at the old bridge.csv',
  classify: 'letters to the shop.csv',
  translate: 'dates of the archive.csv',
  speech: 'numbers on the telephone',
  frames: 'balls in a box.npy',
};

/** A run as the host would read it, at a step. */
export function snapshotAt(task: TaskName, step: number, steps: number, state: RunState): RunSnapshot {
  const samples: Sample[] = [];
  for (let s = sampleEvery; s <= step; s += sampleEvery) samples.push(sampleAt(task, s));
  const point = step > 0 ? pointAt(task, step) : undefined;
  return {
    folder,
    run: recordOf(task, step, steps, state),
    metrics: metricsBetween(task, 1, step),
    last: point,
    validated: point && pointAt(task, step - (step % 20)),
    samples,
    probe: step >= sampleEvery ? probeAt(task, step) : undefined,
    progress: point ? progressAt(task, step, steps) : undefined,
  };
}

export function progressAt(task: TaskName, step: number, steps: number) {
  const { stepsPerSecond, tokensPerSecond } = pointAt(task, step);
  return { step, steps, stepsPerSecond, tokensPerSecond, secondsLeft: (steps - step) / stepsPerSecond };
}

export function recordOf(task: TaskName, step: number, steps: number, state: RunState): RunRecord {
  const language = task === 'language';
  return {
    formatVersion: 1,
    id: '2026-05-04-a1',
    name: `${language ? 'lstm' : 'gru'} on ${names[task]}`,
    createdAt: '2026-05-04T10:00:00.000Z',
    state,
    configuration: {
      reading: {
        task,
        tokens: 'chars',
        encoding: 'utf-8',
        invalid: 'error',
        delimiter: ',',
        decimal: '.',
        header: 'yes',
      },
      model: {
        cell: language ? 'lstm' : 'gru',
        units: 64,
        layers: language ? 2 : 1,
        dropout: 0,
        direction: readsBothWays(task) ? 'both' : 'forward',
        pooling: 'auto',
        attention: 'general',
        embeddingSize: 0,
      },
      training: {
        timeSteps: 32,
        batchSize: 16,
        steps,
        learningRate: 0.005,
        schedule: 'cosine',
        clipNorm: 5,
        seed: 1,
        validationShare: 0.1,
        testShare: 0,
        evaluateEvery: 20,
        patience: 0,
        sampleEvery,
        checkpointEvery: 50,
      },
      engine: { threads: 2, backend: 'auto', variant: 'auto' },
    },
    dataset: {
      task,
      why: 'a text file',
      ambiguous: false,
      alternatives: [],
      name: names[task],
      path: undefined,
      fingerprint: { bytes: 112_640, sha256: '0'.repeat(64) },
      reading: {
        task,
        tokens: 'chars',
        encoding: 'utf-8',
        invalid: 'error',
        delimiter: ',',
        decimal: '.',
        header: 'yes',
      },
      split: { training: 101_376, validation: 11_264 },
      ...(task === 'classify' && { classes: classNames.map((name) => ({ name, training: 400 })) }),
      baselines:
        task === 'classify'
          ? [
              { name: 'class frequencies', loss: 1.1 },
              { name: 'TF-IDF and logistic regression', loss: 0.31, accuracy: 0.87 },
            ]
          : task === 'frames'
            ? [
                { name: 'copy of the last frame', loss: 0.062 },
                { name: 'mean frame', loss: 0.11 },
              ]
            : task === 'translate'
              ? [{ name: 'token frequencies', loss: 2.3 }]
              : task === 'speech'
                ? [{ name: 'transcripts by their frequency', loss: 0.57 }]
                : language
                  ? [
                      { name: 'unigram', loss: 3.02 },
                      { name: 'bigram', loss: 2.41 },
                    ]
                  : [
                      { name: 'last value', loss: 0.182 },
                      { name: 'seasonal naive', loss: 0.094 },
                    ],
      warnings: [],
    },
    versions: { unroll: '0.1.0' },
    engine: { backend: 'wasm', variant: 'wide', threads: 2 },
    parameters: language ? 54_061 : 13_121,
    ...(step > 0
      ? {
          result: {
            ...{ step, loss: pointAt(task, step).loss },
            ...(task === 'language' &&
              step > 500 && {
                verdict: ['It overfits: the validation loss was lowest at step 480 (1.84) and is 1.93 now.'],
              }),
          },
        }
      : {}),
    ...(state === 'failed'
      ? {
          error: {
            what: 'The loss is no longer a number',
            where: `step ${step}`,
            wayOut: 'The last good checkpoint is kept. Train again with a lower learning rate, such as 0.0005.',
          },
        }
      : {}),
  };
}
