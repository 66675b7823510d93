import { describe, expect, it } from 'vitest';
import { type Ending, Trainings } from '../../../src/editor/training';
import type { OnEvent, WorkerClient } from '../../../src/worker/start';
import { point, record, textReport } from './fixtures';

const order = {
  kind: 'train',
  source: { kind: 'file', path: '/work/rhyme.txt' },
  choices: {},
  folder: '/run',
} as const;

/** Trainings whose worker is the test's hand. */
function stage() {
  const calls: (readonly [name: string, argument: unknown])[] = [];
  const hand = { tell: (() => {}) as OnEvent, settle: (_: unknown) => {}, fail: (_: Error) => {}, exit: () => {} };
  const trainings = new Trainings((onEvent) => {
    hand.tell = onEvent;
    const exited = new Promise<void>((resolve) => {
      hand.exit = resolve;
    });
    const call = (name: string, argument: unknown) => {
      calls.push([name, argument]);
      return name === 'train' || name === 'resume'
        ? new Promise((resolve, reject) => {
            hand.settle = resolve;
            hand.fail = reject;
          })
        : Promise.resolve();
    };
    return { call: call as WorkerClient['call'], terminate: async () => hand.exit(), exited };
  });
  return { trainings, hand, calls };
}

describe('a training', () => {
  it('is one for a run, whoever starts it again', () => {
    const { trainings } = stage();
    expect(trainings.begin(order)).toBe(trainings.begin(order));
    expect(trainings.all).toHaveLength(1);
  });

  it('goes from starting to running, paused, running and ended', async () => {
    const { trainings, hand } = stage();
    const training = trainings.begin(order);
    const states: string[] = [training.state];
    training.changed.on(() => {
      if (states.at(-1) !== training.state) states.push(training.state);
    });
    hand.tell('run', record());
    hand.tell('metrics', point(3));
    await training.pause();
    await training.unpause();
    hand.settle({ run: '/run', state: 'finished', result: { step: 3, loss: 1 } });
    expect((await training.ended).kind).toBe('outcome');
    expect(states).toEqual(['starting', 'running', 'paused', 'running', 'ended']);
    expect(trainings.all).toEqual([]);
  });

  it.each([
    ['is lost when its worker goes away', true, 'lost'],
    ['ended with an error when the worker says so', false, 'error'],
  ] as const)('%s', async (_, exits, kind) => {
    const { trainings, hand } = stage();
    const training = trainings.begin(order);
    const told = new Promise<Ending>((resolve) => trainings.ended.on(({ ending }) => resolve(ending)));
    hand.fail(new Error('gone'));
    if (exits) hand.exit();
    expect(await training.ended).toMatchObject({ kind, error: new Error('gone') });
    expect((await told).kind).toBe(kind);
  });

  it('is cancelled at once while its dataset is read, without an error', async () => {
    const { trainings, hand, calls } = stage();
    const training = trainings.begin(order);
    const exit = hand.exit;
    hand.exit = () => {
      hand.fail(new Error('The worker ended'));
      exit();
    };
    await training.stop();
    expect(await training.ended).toEqual({ kind: 'cancelled' });
    expect(calls.map(([name]) => name)).toEqual(['train']);
  });

  it('is stopped with its run when that is asked for just before the run is there', async () => {
    const { trainings, hand, calls } = stage();
    const training = trainings.begin(order);
    hand.tell('dataset', textReport);
    const stopped = training.stop();
    hand.tell('run', record());
    expect(calls.map(([name]) => name)).toEqual(['train', 'stop', 'stop']);
    hand.settle({ run: '/run', state: 'stopped', result: { step: 1, loss: 1 } });
    await stopped;
  });

  it('is ended for now when the editor closes, so that it counts as interrupted', async () => {
    const { trainings, hand, calls } = stage();
    trainings.begin(order);
    const over = trainings.suspendAll(10_000);
    hand.settle({ run: '/run', state: 'interrupted', result: { step: 3, loss: 1 } });
    await over;
    expect(calls.at(-1)).toEqual(['stop', { forNow: true }]);
  });

  it('does not hold up the closing editor longer than it may', async () => {
    const { trainings } = stage();
    trainings.begin(order);
    await trainings.suspendAll(10);
    expect(trainings.all).toHaveLength(1);
  });
});
