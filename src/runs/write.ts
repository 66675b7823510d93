import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/user-error';
import type { Checkpoint } from '../protocol/checkpoint';
import type { MetricsPoint, Probe, RunRecord, Sample } from '../protocol/run';
import { readCheckpoint, writeBest, writeCheckpoint } from './checkpoint';
import { explained, makeFolder, readLines, writeWhole } from './files';
import { runFile } from './folder';
import { lockRun } from './lock';
import { writeProbe } from './probe-file';
import { readRecord } from './read';

/** What a run begins with, besides its record. */
export interface Beginning {
  /** What the task keeps besides the weights. */
  readonly encoding: unknown;
  /** The cell's text. */
  readonly cell: string;
  /** Where the training begins; undefined when that is no model to go on from. */
  readonly checkpoint: Checkpoint | undefined;
  /** What is trained on, where that is not a file. */
  readonly text?: string | undefined;
}

/** Writes one run, which is locked for this process until `close`. */
export class RunWriter {
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly folder: string,
    private current: RunRecord,
    private readonly unlock: () => Promise<void>,
  ) {}

  get record(): RunRecord {
    return this.current;
  }

  /**
   * Begins a run: all or nothing. `run.json` comes last, so that what a crash leaves is no run.
   *
   * @throws UserError when the folder holds something already or cannot be written
   */
  static async create(
    folder: string,
    record: RunRecord,
    { encoding, cell, checkpoint, text }: Beginning,
  ): Promise<RunWriter> {
    const found = await readdir(folder).catch(() => undefined);
    if (found?.some((name) => !name.startsWith('.'))) throw occupied(folder, found.includes('run.json'));
    await makeFolder(folder);
    let unlock = async () => {};
    try {
      await hideFromGit(folder);
      unlock = await lockRun(folder);
      await whole([
        ...(text === undefined ? [] : [writeWhole(runFile.dataset(folder), text)]),
        writeWhole(runFile.cell(folder), cell),
        writeWhole(runFile.encoding(folder), JSON.stringify(encoding)),
        ...(checkpoint ? [writeCheckpoint(folder, checkpoint)] : []),
      ]);
      await writeWhole(runFile.record(folder), asJson(record));
      return new RunWriter(folder, record, unlock);
    } catch (error) {
      await unlock();
      const written = found ? Object.values(runFile).map((path) => path(folder)) : [folder];
      for (const path of written) await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Opens a run to go on with; forgets what was recorded after its last checkpoint, and gives that checkpoint and the
   * metrics up to it.
   */
  static async reopen(folder: string): Promise<{
    readonly writer: RunWriter;
    readonly checkpoint: Checkpoint | undefined;
    readonly metrics: readonly MetricsPoint[];
  }> {
    const record = await readRecord(folder);
    const unlock = await lockRun(folder);
    try {
      await removeLeftovers(folder);
      const checkpoint = await readCheckpoint(folder);
      const step = checkpoint?.position.step ?? 0;
      const kept = async <T extends { readonly step: number }>(path: string) => {
        const lines = (await readLines<T>(path)).filter((line) => line.step <= step);
        await writeWhole(path, lines.map(asLine).join(''));
        return lines;
      };
      const metrics = await kept<MetricsPoint>(runFile.metrics(folder));
      await kept<Sample>(runFile.samples(folder));
      return { writer: new RunWriter(folder, record, unlock), checkpoint, metrics };
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  async update(change: Partial<RunRecord>): Promise<RunRecord> {
    // A failure of an earlier attempt is over once the run goes on.
    const { error: _, ...rest } = this.current;
    this.current = { ...rest, ...change };
    // One after another, and always the latest: two writes at once could end in the wrong order.
    const written = this.writing.then(() => writeWhole(runFile.record(this.folder), asJson(this.current)));
    this.writing = written.catch(() => undefined);
    await written;
    return this.current;
  }

  metrics(point: MetricsPoint): Promise<void> {
    return explained(this.folder, () => appendFile(runFile.metrics(this.folder), asLine(point)));
  }

  sample(sample: Sample): Promise<void> {
    return explained(this.folder, () => appendFile(runFile.samples(this.folder), asLine(sample)));
  }

  probe(probe: Probe): Promise<void> {
    return writeProbe(this.folder, probe);
  }

  checkpoint(checkpoint: Checkpoint): Promise<void> {
    return writeCheckpoint(this.folder, checkpoint);
  }

  best(weights: Checkpoint['weights'], step: number): Promise<void> {
    return writeBest(this.folder, weights, step);
  }

  close(): Promise<void> {
    return this.unlock();
  }
}

/** All of some files, or what kept one of them from being written, once nothing is being written any more. */
async function whole(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Gives a run that nobody trains another name. */
export async function renameRun(folder: string, name: string): Promise<RunRecord> {
  const record = await readRecord(folder);
  const renamed = { ...record, name };
  // `interrupted` is never written: it follows from the lock.
  await writeWhole(
    runFile.record(folder),
    asJson(record.state === 'interrupted' ? { ...renamed, state: 'running' } : renamed),
  );
  return renamed;
}

/** Files that a process left half-written when it died; a lock's may be of one that tries just now. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const place of [folder, runFile.checkpoints(folder)]) {
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.tmp') && !each.startsWith('lock.')))
      await explained(folder, () => rm(join(place, name), { force: true }));
  }
}

/** Keeps runs out of version control, where the folder is the usual one. */
async function hideFromGit(folder: string): Promise<void> {
  const unroll = dirname(dirname(folder));
  if (basename(unroll) !== '.unroll' || basename(dirname(folder)) !== 'runs') return;
  await explained(unroll, () =>
    writeFile(join(unroll, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    }),
  );
}

function occupied(folder: string, byRun: boolean): UserError {
  return new UserError({
    what: byRun ? 'The folder holds a run already' : 'The folder is not empty',
    where: folder,
    wayOut: byRun
      ? `Go on with it (--resume ${folder}), or choose another folder.`
      : 'Choose a new folder for the run (--out DIR), so that nothing in this one is lost.',
  });
}

const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
const asLine = (value: unknown) => `${JSON.stringify(value)}\n`;
