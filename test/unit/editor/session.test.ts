import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { columnsOf } from '../../../src/editor/panel/columns';
import { type PanelActions, type PanelServices, PanelSession } from '../../../src/editor/panel/session';
import { Trainings } from '../../../src/editor/training';
import type { RunSnapshot, RunUpdate } from '../../../src/protocol/panel';
import type { ReplyMessage, WorkerEvents } from '../../../src/protocol/worker';
import type { OnEvent } from '../../../src/worker/start';
import { configuration, point, record, sample } from './fixtures';

const folder = '/work/.unroll/runs/one';

function snapshot(steps: readonly number[], change: Partial<RunSnapshot> = {}): RunSnapshot {
  const metrics = steps.map((step) => point(step));
  const run = record();
  return {
    folder,
    run,
    metrics: columnsOf(metrics),
    last: metrics.at(-1),
    validated: metrics.findLast(({ validationLoss }) => validationLoss !== undefined),
    samples: [],
    probe: undefined,
    progress: undefined,
    ...change,
  };
}

/** A page, its session, and a training whose worker is the test's hand. */
function stage({ own }: { own: string | undefined } = { own: folder }) {
  const posted: ReplyMessage[] = [];
  let tell: OnEvent = () => {};
  let end = () => {};
  const trainings = new Trainings((onEvent) => {
    tell = onEvent;
    const exited = new Promise<void>((resolve) => {
      end = resolve;
    });
    const call = (name: string) =>
      name === 'train' || name === 'resume'
        ? exited.then(() => ({ run: folder, state: 'stopped' as const }))
        : Promise.resolve();
    return { call: call as never, terminate: async () => end(), exited: new Promise(() => {}) };
  });
  let read: () => Promise<RunSnapshot> = async () => snapshot([]);
  const watchers = new Set<() => void>();
  const services: PanelServices = {
    trainings,
    actions: { pause: async () => {} } as unknown as PanelActions,
    snapshot: () => read(),
    current: () => undefined,
    watch: (_, changed) => {
      watchers.add(changed);
      return { dispose: () => watchers.delete(changed) };
    },
  };
  const session = new PanelSession(services, (message) => posted.push(message), own);
  return {
    session,
    posted,
    trainings,
    watchers,
    train: (kind: 'train' | 'resume' = 'train') =>
      trainings.begin(
        kind === 'train'
          ? { kind, source: { kind: 'file', path: '/work/rhyme.txt' }, choices: {}, folder }
          : { kind, folder, name: 'one' },
      ),
    tell: <N extends keyof WorkerEvents>(name: N, value: WorkerEvents[N]) => tell(name, value),
    end: () => end(),
    reads: (how: () => Promise<RunSnapshot>) => {
      read = how;
    },
    open: () => session.receive({ id: 1, call: 'open', argument: {} }),
    updates: (): RunUpdate[] =>
      posted.flatMap((message) =>
        'event' in message && message.event === 'update' ? [message.value as RunUpdate] : [],
      ),
  };
}

const stepsOf = (updates: readonly RunUpdate[]) => updates.flatMap(({ metrics }) => (metrics ? [...metrics.step] : []));

describe('a page and its run', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gets the folder first, and then what is not in it: nothing twice and nothing lost', async () => {
    const { train, tell, reads, open, posted, updates } = stage();
    train();
    let answer: (value: RunSnapshot) => void = () => {};
    reads(() => new Promise((resolve) => (answer = resolve)));
    const opened = open();
    for (const step of [1, 2, 3, 4]) tell('metrics', point(step));
    tell('sample', sample(2));
    tell('sample', sample(4));
    expect(posted).toEqual([]);
    answer(snapshot([1, 2], { samples: [sample(2)] }));
    await opened;
    expect(posted[0]).toMatchObject({ id: 1, result: { folder } });
    await vi.advanceTimersByTimeAsync(16);
    expect(stepsOf(updates())).toEqual([3, 4]);
    expect(updates().flatMap(({ samples = [] }) => samples)).toEqual([sample(4)]);
  });

  it('gets at most one update a frame, with all points in it', async () => {
    const { train, tell, open, updates } = stage();
    train();
    await open();
    tell('run', record());
    for (let step = 1; step <= 500; step++) tell('metrics', point(step));
    expect(updates()).toEqual([]);
    await vi.advanceTimersByTimeAsync(16);
    expect(updates()).toHaveLength(1);
    expect(stepsOf(updates())).toHaveLength(500);
    expect(updates()[0]?.progress).toMatchObject({ step: 500, steps: configuration.training.steps });
  });

  it('is told nothing while it is hidden, and everything when it is back', async () => {
    const { session, train, tell, reads, open, posted } = stage();
    train();
    await open();
    session.detach();
    const before = posted.length;
    tell('metrics', point(7));
    await vi.advanceTimersByTimeAsync(100);
    expect(posted).toHaveLength(before);
    reads(async () => snapshot([7]));
    await open();
    const last = posted.at(-1);
    expect(last && 'result' in last && [...(last.result as RunSnapshot).metrics.step]).toEqual([7]);
  });

  it('starts over when the run goes on from its checkpoint', async () => {
    const { train, tell, reads, open, posted } = stage();
    reads(async () => snapshot([1, 2, 3], { run: record({ state: 'interrupted' }) }));
    await open();
    train('resume');
    reads(async () => snapshot([1, 2]));
    tell('run', record());
    await vi.advanceTimersByTimeAsync(0);
    const shown = posted.find((message) => 'event' in message && message.event === 'show');
    expect(shown && 'value' in shown && [...(shown.value as RunSnapshot).metrics.step]).toEqual([1, 2]);
  });

  it('follows a run that another process trains, by its folder', async () => {
    const { reads, open, watchers, updates } = stage();
    reads(async () => snapshot([1, 2]));
    await open();
    expect(watchers.size).toBe(1);
    reads(async () => snapshot([1, 2, 3], { run: record({ state: 'finished' }) }));
    for (const changed of watchers) changed();
    await vi.advanceTimersByTimeAsync(0);
    expect(stepsOf(updates())).toEqual([3]);
    expect(updates()[0]?.run?.state).toBe('finished');
    expect(watchers.size).toBe(0);
  });

  it('learns the state that the run ended with', async () => {
    const { train, end, tell, reads, open, updates } = stage();
    train();
    tell('run', record());
    await open();
    reads(async () => snapshot([], { run: record({ state: 'stopped' }) }));
    end();
    await vi.advanceTimersByTimeAsync(0);
    expect(updates().at(-1)?.run?.state).toBe('stopped');
  });

  it('gets an error that a person can act on as such, and a call that does not exist as a bug', async () => {
    const { session, reads, open, posted } = stage();
    reads(() => Promise.reject(new UserError({ what: 'There is no run here', wayOut: 'Open another.' })));
    await open();
    expect(posted[0]).toMatchObject({ id: 1, error: { user: { what: 'There is no run here' } } });
    await session.receive({ id: 2, call: 'toString', argument: {} });
    expect(posted[1]).toMatchObject({ id: 2, error: { bug: {} } });
  });

  it('shows nothing where there is no run yet', async () => {
    const { session, posted } = stage({ own: undefined });
    await session.receive({ id: 1, call: 'open', argument: {} });
    expect(posted).toEqual([{ id: 1, result: undefined }]);
  });
});
