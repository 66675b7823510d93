import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunChoices } from '../../../src/configuration/run';
import type { LanguageSample } from '../../../src/protocol/run';
import { readRecord, readRun, releaseAfterCrash } from '../../../src/runs';
import { readCheckpoint } from '../../../src/runs/checkpoint';
import { temporaryFolder } from '../temporary';
import { wordyText } from '../training/datasets';
import { Thread } from './thread';

/** Longer than any test, and every fifth step is told. */
const endless = 10_000;
const size = { timeSteps: 8, batchSize: 2 };
const busy = { ...size, evaluateEvery: 10, sampleEvery: 30, checkpointEvery: 15 };
const quiet = { ...size, evaluateEvery: endless, sampleEvery: endless, checkpointEvery: endless };

async function begin(steps = endless, thread = new Thread()) {
  const folder = join(await temporaryFolder(), 'run');
  const choices: RunChoices = {
    model: { cell: 'gru', units: 4 },
    training: { ...(steps === endless ? quiet : busy), steps },
  };
  const source = { kind: 'text', name: 'words.txt', text: wordyText(12) } as const;
  const outcome = thread.call('train', { source, choices, folder });
  // Awaited by each test in its own way; a failure is not to be reported before that.
  outcome.catch(() => undefined);
  return { thread, folder, outcome };
}

/** What a run recorded, without times. */
async function recorded(folder: string) {
  const { metrics, samples } = await readRun(folder);
  return {
    metrics: metrics.map(({ step, loss, validationLoss, gradientNorm }) => ({
      step,
      loss,
      validationLoss,
      gradientNorm,
    })),
    samples,
    checkpoint: await readCheckpoint(folder),
  };
}

describe('a training in a worker', () => {
  test('rests when it is paused, answers meanwhile, goes on when told to, and stops with a checkpoint of its last step', async () => {
    const { thread, folder, outcome } = await begin();
    await thread.reached(5);
    await thread.call('pause', {});
    expect((await readRecord(folder)).state).toBe('paused');
    // A sample waits for the step under way; after it no step comes.
    const { step } = await thread.call('sample', { folder, request: { length: 3 } });
    for (let at = 0; at < 5; at++)
      expect((await thread.call('sample', { folder, request: { length: 1 } })).step).toBe(step);
    expect((await thread.call('probe', { folder })).step).toBe(step);
    expect(Math.max(...thread.steps)).toBeLessThanOrEqual(step);

    await thread.call('unpause', {});
    await thread.reached(step + 5);
    expect((await readRecord(folder)).state).toBe('running');
    await thread.call('stop', {});
    const { state, run, result } = await outcome;
    expect({ state, run }).toEqual({ state: 'stopped', run: folder });
    expect((await readRecord(folder)).state).toBe('stopped');
    expect((await readCheckpoint(folder))?.position.step).toBe(result.step);
    expect(thread.states).toEqual(expect.arrayContaining(['running', 'paused', 'stopped']));
    expect(await readdir(folder)).not.toContain('lock');
  });

  test('answers samples and probes between its steps, each of the model as it stands then', async () => {
    const { thread, folder, outcome } = await begin();
    await thread.reached(2);
    const seen: number[] = [];
    for (let at = 0; at < 5; at++) {
      const [sample, probe] = await Promise.all([
        thread.call('sample', { folder, request: { prompt: 'the ', length: 5, seed: at } }),
        thread.call('probe', { folder, input: 'the cat' }),
      ]);
      expect((sample as LanguageSample).text).toHaveLength(5);
      expect(probe.input).toEqual([...'the cat']);
      expect(probe.step).toBeGreaterThanOrEqual(sample.step);
      seen.push(sample.step);
      await thread.reached(sample.step + 2);
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await thread.call('stop', {});
    await outcome;
  });

  test('ends with the same numbers whoever asked and paused meanwhile, and after a stop for now in another worker', async () => {
    const undisturbed = await begin(24);
    await undisturbed.outcome;
    const expected = await recorded(undisturbed.folder);
    expect(expected.metrics).toHaveLength(24);

    const disturbed = await begin(24);
    await disturbed.thread.reached(3);
    await disturbed.thread.call('pause', {});
    await disturbed.thread.call('sample', { folder: disturbed.folder, request: {} });
    await disturbed.thread.call('unpause', {});
    await disturbed.thread.call('probe', { folder: disturbed.folder });
    await disturbed.thread.call('rename', { folder: disturbed.folder, name: 'other' });
    await disturbed.thread.reached(14);
    await disturbed.thread.call('stop', { forNow: true });
    expect((await disturbed.outcome).state).toBe('interrupted');
    const other = new Thread();
    expect(await other.call('resume', { folder: disturbed.folder })).toMatchObject({ state: 'finished' });
    expect(await recorded(disturbed.folder)).toEqual(expected);
    expect((await readRecord(disturbed.folder)).name).toBe('other');
  });

  test('bears the same call twice, and calls out of turn', async () => {
    const { thread, outcome } = await begin();
    await thread.reached(2);
    await Promise.all([thread.call('pause', {}), thread.call('pause', {})]);
    await Promise.all([thread.call('unpause', {}), thread.call('unpause', {})]);
    const [step = 0] = thread.steps.slice(-1);
    await thread.reached(step + 2);
    await thread.call('pause', {});
    await Promise.all([
      thread.call('unpause', {}),
      thread.call('stop', {}),
      thread.call('stop', {}),
      thread.call('pause', {}),
    ]);
    expect((await outcome).state).toBe('stopped');
    await Promise.all([thread.call('pause', {}), thread.call('unpause', {}), thread.call('stop', {})]);
  });

  test('that is told to stop does so, though told to pause right after', async () => {
    const { thread, outcome } = await begin();
    await thread.reached(2);
    await Promise.all([thread.call('stop', {}), thread.call('pause', {})]);
    expect((await outcome).state).toBe('stopped');
  });

  test('killed in the middle leaves a run that is interrupted, can be looked into, and goes on', async () => {
    const { thread, folder } = await begin(24);
    await thread.reached(18);
    await thread.terminate();
    await releaseAfterCrash(folder);
    expect((await readRecord(folder)).state).toBe('interrupted');
    const other = new Thread();
    expect((await other.call('sample', { folder, request: { length: 4 } })).step).toBeGreaterThan(0);
    expect((await other.call('probe', { folder })).traces.length).toBeGreaterThan(0);
    expect(await other.call('resume', { folder })).toMatchObject({ state: 'finished', result: { step: 24 } });
    const whole = await begin(24);
    await whole.outcome;
    expect(await recorded(folder)).toEqual(await recorded(whole.folder));
  });
});

describe('a worker', () => {
  test('trains one run at a time, and serves others that are finished', async () => {
    const first = await begin(12);
    await first.outcome;
    const second = await begin(endless, first.thread);
    await second.thread.reached(14);
    await expect((await begin(5, first.thread)).outcome).rejects.toMatchObject({
      bug: { message: 'This worker trains already' },
    });
    const finished = await first.thread.call('sample', { folder: first.folder, request: { length: 2 } });
    expect(finished.step).toBeLessThanOrEqual(12);
    await second.thread.call('stop', {});
    await second.outcome;
  });

  test('stopped while it still reads the dataset trains no step more than it must', async () => {
    const { thread, outcome } = await begin();
    await thread.call('stop', {});
    const { state, result } = await outcome;
    expect(state).toBe('stopped');
    expect(result.step).toBe(0);
  });

  test('gives an error that a person can act on as such, with nothing written, and a bug as a bug', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'empty.txt'), '');
    const thread = new Thread();
    await expect(
      thread.call('train', {
        source: { kind: 'file', path: join(root, 'empty.txt') },
        choices: {},
        folder: join(root, 'run'),
      }),
    ).rejects.toMatchObject({ user: { what: 'The file is empty', where: 'empty.txt' } });
    expect(await readdir(root)).toEqual(['empty.txt']);
    await expect(thread.call('sample', { folder: root, request: {} })).rejects.toMatchObject({
      user: { what: 'There is no run here' },
    });
    await expect(thread.call('dance' as 'pause', {})).rejects.toMatchObject({
      bug: { message: 'Nothing answers the call dance' },
    });
    expect(await readFile(join(root, 'empty.txt'), 'utf8')).toBe('');
  });
});
