import type { FileHandle } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { listRuns, RunWriter, readBest, readEncoding, readRun, releaseAfterCrash, runsFolder } from '../../../src/runs';
import { readCheckpoint } from '../../../src/runs/checkpoint';
import { point, record } from '../editor/fixtures';
import { temporaryFolder } from '../temporary';
import { checkpoint, probe, sample } from './fixtures';

/** Changes to the file system that are still made; the next one is made by half, if it can be, and never returns. */
const left = vi.hoisted(() => ({ changes: Number.POSITIVE_INFINITY, reached: () => {} }));

// The file system is the real one; only the process that writes dies at a chosen moment.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const never = new Promise<never>(() => {});
  const isCut = () => {
    left.changes -= 1;
    if (left.changes >= 0) return false;
    if (left.changes === -1) setImmediate(left.reached);
    return true;
  };
  const half = (content: unknown) =>
    Buffer.from(content as string).subarray(0, Math.ceil(Buffer.from(content as string).length / 2));
  const whole =
    <A extends unknown[], R>(change: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> =>
      isCut() ? never : change(...given);
  const ofContent =
    (change: typeof real.writeFile): typeof real.writeFile =>
    async (path, content, options) => {
      if (!isCut()) return change(path, content, options);
      await change(path, half(content), options);
      return never;
    };
  return {
    ...real,
    mkdir: whole(real.mkdir as (path: string) => Promise<undefined>),
    rename: whole(real.rename),
    link: whole(real.link),
    rm: whole(real.rm),
    writeFile: ofContent(real.writeFile),
    appendFile: ofContent(real.appendFile as typeof real.writeFile),
    async open(path: string, flags: string): Promise<Partial<FileHandle>> {
      if (flags === 'w' && isCut()) return never;
      const file = await real.open(path, flags);
      return {
        writeFile: async (content) => {
          if (!isCut()) return file.writeFile(content);
          await file.writeFile(half(content));
          await file.close();
          return never;
        },
        // The machine goes on, so what was written is there; to sync it a thousand times takes long.
        sync: async () => undefined,
        close: () => file.close(),
      };
    },
  };
});

/** The whole life of a run, with what is known to be on the disk after each of its acts. */
async function live(folder: string, done: (act: string) => void): Promise<void> {
  const writer = await RunWriter.create(folder, record(), {
    encoding: { task: 'language' },
    cell: 'cell rnn {}',
    checkpoint: checkpoint(0),
    text: 'text',
  });
  done('created');
  for (const step of [1, 2]) {
    await writer.metrics(point(step));
    await writer.sample(sample(step));
    await writer.probe(probe(step));
    await writer.best(checkpoint(step).weights, step);
    await writer.checkpoint(checkpoint(step));
    done(`checkpoint ${step}`);
    await writer.update({ result: { step, loss: 1 } });
  }
  await writer.metrics(point(3));
  await writer.close();
  const reopened = await RunWriter.reopen(folder);
  await reopened.writer.metrics(point(3));
  await reopened.writer.checkpoint(checkpoint(3));
  done('checkpoint 3');
  await reopened.writer.update({ state: 'finished' });
  await reopened.writer.close();
}

test('a run cut at any change to the file system is no run or one that opens with its last checkpoint and goes on', async () => {
  let finished = false;
  let cuts = 0;
  for (; !finished; cuts++) {
    const root = await temporaryFolder();
    const folder = join(runsFolder(root), 'one');
    const acts: string[] = [];
    left.changes = cuts;
    const dead = new Promise<boolean>((resolve) => {
      left.reached = () => resolve(false);
    });
    finished = await Promise.race([live(folder, (act) => acts.push(act)).then(() => true), dead]);
    left.changes = Number.POSITIVE_INFINITY;
    await releaseAfterCrash(folder);

    const where = `after ${cuts} changes, ${acts.at(-1) ?? 'while it was made'}`;
    const { runs, broken } = await listRuns(root);
    if (!acts.includes('created') && runs.length === 0) {
      expect(
        broken.every(({ reason }) => reason.startsWith('There is no run here')),
        where,
      ).toBe(true);
      continue;
    }
    expect(
      runs.map((run) => run.folder),
      where,
    ).toEqual([folder]);
    const { metrics, samples, probe: looked } = await readRun(folder);
    const last = await readCheckpoint(folder);
    const step = last?.position.step ?? -1;
    expect(last, where).toEqual(checkpoint(step));
    expect(step, where).toBeGreaterThanOrEqual(Number(acts.at(-1)?.match(/\d/) ?? 0));
    // What comes before a checkpoint in time is there with it.
    expect(metrics.slice(0, step), where).toEqual([1, 2, 3].slice(0, step).map((at) => point(at)));
    expect(samples.slice(0, Math.min(step, 2)), where).toEqual([1, 2].slice(0, step).map(sample));
    if (looked) expect(looked, where).toEqual(probe(looked.step));
    const best = await readBest(folder);
    expect(best?.weights, where).toEqual(checkpoint(best?.step ?? -1).weights);
    expect(await readEncoding(folder), where).toEqual({ task: 'language' });

    const { writer, checkpoint: from } = await RunWriter.reopen(folder);
    expect(from, where).toEqual(last);
    expect(
      (await readRun(folder)).metrics.every((line) => line.step <= step),
      where,
    ).toBe(true);
    await writer.close();
    const kept = await readdir(folder, { recursive: true });
    expect(
      kept.filter((name) => name.endsWith('.tmp') && !name.startsWith('lock.')),
      where,
    ).toEqual([]);
  }
  expect(cuts).toBeGreaterThan(40);
});
