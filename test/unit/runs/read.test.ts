import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunWriter, readRecord, readRun, renameRun, runFile, runsFolder } from '../../../src/runs';
import { readBest, readCheckpoint } from '../../../src/runs/checkpoint';
import { listRuns } from '../../../src/runs/read';
import { point, record } from '../editor/fixtures';
import { temporaryFolder } from '../temporary';
import { checkpoint, probe, sample } from './fixtures';

/** A run of two metrics lines and a checkpoint at step 2. */
async function begun(root: string, name: string, change: Parameters<typeof record>[0] = {}): Promise<RunWriter> {
  const folder = join(runsFolder(root), name);
  const writer = await RunWriter.create(folder, record({ id: name, ...change }), {
    encoding: { task: 'language' },
    cell: 'cell rnn {}',
    checkpoint: checkpoint(0),
  });
  await writer.metrics(point(1));
  await writer.metrics(point(2));
  await writer.sample(sample(2));
  await writer.probe(probe(2));
  await writer.best(checkpoint(1).weights, 1);
  await writer.checkpoint(checkpoint(2));
  return writer;
}

describe('a run', () => {
  test('is read as it was written', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    const { folder } = writer;
    expect(await readRun(folder)).toEqual({
      record: record(),
      metrics: [point(1), point(2)],
      samples: [sample(2)],
      probe: probe(2),
    });
    expect(await readCheckpoint(folder)).toEqual(checkpoint(2));
    expect(await readBest(folder)).toEqual({ weights: checkpoint(1).weights, step: 1 });
    await writer.close();
  });

  test('without a best checkpoint predicts with the last', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    await rm(runFile.best(writer.folder));
    expect(await readBest(writer.folder)).toEqual({ weights: checkpoint(2).weights, step: 2 });
    await writer.close();
  });

  test('is interrupted when it was running or paused and nobody trains it any more, and only then', async () => {
    const root = await temporaryFolder();
    for (const state of ['running', 'paused', 'finished', 'stopped', 'failed'] as const) {
      const writer = await begun(root, state, { state });
      expect((await readRecord(writer.folder)).state).toBe(state);
      await writer.close();
      const active = state === 'running' || state === 'paused';
      expect((await readRecord(writer.folder)).state).toBe(active ? 'interrupted' : state);
    }
  });

  test('that goes on forgets the lines after its last checkpoint and a torn one, and its later lines are whole', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    const { folder } = writer;
    await writer.metrics(point(3));
    await writer.metrics(point(4));
    await writer.sample(sample(4));
    await writer.close();
    const bytes = await readFile(runFile.metrics(folder));
    await truncate(runFile.metrics(folder), bytes.length - 5);
    const reopened = await RunWriter.reopen(folder);
    expect(reopened.checkpoint?.position.step).toBe(2);
    await reopened.writer.metrics(point(3, { loss: 9 }));
    await reopened.writer.close();
    const { metrics, samples } = await readRun(folder);
    expect(metrics).toEqual([point(1), point(2), point(3, { loss: 9 })]);
    expect(samples).toEqual([sample(2)]);
  });

  test('changes its record in the order of the changes, however many come at once', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    await Promise.all(Array.from({ length: 20 }, (_, at) => writer.update({ name: `name ${at}` })));
    expect((await readRecord(writer.folder)).name).toBe('name 19');
    await writer.close();
  });

  test('that nobody trains is renamed and stays as it was otherwise', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    await writer.close();
    await renameRun(writer.folder, 'other «name»');
    expect(await readRecord(writer.folder)).toEqual(record({ name: 'other «name»', state: 'interrupted' }));
    expect(JSON.parse(await readFile(runFile.record(writer.folder), 'utf8')).state).toBe('running');
  });

  test('with a damaged checkpoint says which file, and a damaged probe is as none', async () => {
    const writer = await begun(await temporaryFolder(), 'one');
    await writer.close();
    const { folder } = writer;
    const bytes = await readFile(runFile.last(folder));
    await writeFile(runFile.probe(folder), 'damaged');
    expect((await readRun(folder)).probe).toBeUndefined();
    const withoutPosition = Buffer.from(bytes.toString('latin1').replace('"position"', '"pOsition"'), 'latin1');
    for (const damaged of [bytes.subarray(0, bytes.length - 1), Buffer.from('no tensors at all'), withoutPosition]) {
      await writeFile(runFile.last(folder), damaged);
      await expect(readCheckpoint(folder)).rejects.toMatchObject({ name: 'UserError', where: runFile.last(folder) });
      await expect(RunWriter.reopen(folder)).rejects.toMatchObject({ name: 'UserError' });
    }
    await writeFile(runFile.last(folder), bytes);
    await (await RunWriter.reopen(folder)).writer.close();
  });

  test('goes into an empty or a new folder, and leaves a folder that holds anything as it was', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'run');
    const create = () => RunWriter.create(folder, record(), { encoding: {}, cell: '', checkpoint: undefined });
    await mkdir(folder);
    await (await create()).close();
    await expect(create()).rejects.toMatchObject({ what: 'The folder holds a run already' });
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.tex'), 'mine');
    await expect(create()).rejects.toMatchObject({ what: 'The folder is not empty' });
    expect(await readdir(folder)).toEqual(['thesis.tex']);
  });
});

describe('runs of a folder of work', () => {
  test('are listed with the newest first; broken ones are skipped, each with its reason', async () => {
    const root = await temporaryFolder();
    const hour = (at: number) => `2026-11-24T1${at}:00:00.000Z`;
    for (const at of [1, 3, 2]) await (await begun(root, `run ${at}`, { createdAt: hour(at) })).close();
    const runs = runsFolder(root);
    for (const name of ['empty', 'no json', 'a list', 'null', 'newer', 'nameless']) await mkdir(join(runs, name));
    await writeFile(join(runs, 'no json', 'run.json'), '{"formatVersion": 1,');
    await writeFile(join(runs, 'a list', 'run.json'), '[]');
    await writeFile(join(runs, 'null', 'run.json'), 'null');
    await writeFile(join(runs, 'newer', 'run.json'), '{"formatVersion": 2}');
    await writeFile(join(runs, 'nameless', 'run.json'), '{"formatVersion": 1}');
    await writeFile(join(runs, 'a file'), '');

    const listed = await listRuns(root);
    expect(listed.runs.map(({ record: { id } }) => id)).toEqual(['run 3', 'run 2', 'run 1']);
    const reasons = Object.fromEntries(
      listed.broken.map(({ folder, reason }) => [folder.slice(runs.length + 1), reason]),
    );
    expect(reasons).toEqual({
      empty: expect.stringContaining('There is no run here'),
      'no json': expect.stringContaining('not valid JSON'),
      'a list': expect.stringContaining('run.json'),
      null: expect.stringContaining('run.json'),
      newer: expect.stringContaining('format version 2'),
      nameless: expect.stringContaining('run.json'),
    });
  });

  test('are none where no run has been, or where .unroll is a file', async () => {
    const root = await temporaryFolder();
    expect(await listRuns(root)).toEqual({ runs: [], broken: [] });
    await writeFile(join(root, '.unroll'), '');
    expect(await listRuns(root)).toEqual({ runs: [], broken: [] });
  });
});
