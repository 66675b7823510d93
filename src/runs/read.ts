import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/user-error';
import type { MetricsPoint, Probe, RunRecord, Sample } from '../protocol/run';
import { readLines } from './files';
import { runFile, runsFolder, subfolders } from './folder';
import { isLocked } from './lock';
import { readProbe } from './probe-file';

/** A run as it stands in its folder. */
export interface StoredRun {
  /** With its state resolved: `interrupted` where the process that trained it is gone. */
  readonly record: RunRecord;
  readonly metrics: readonly MetricsPoint[];
  readonly samples: readonly Sample[];
  readonly probe: Probe | undefined;
}

export interface ListedRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/** @throws UserError when the folder holds no run, or one of another version */
export async function readRecord(folder: string): Promise<RunRecord> {
  const record = await readRecordAsWritten(folder);
  const active = record.state === 'running' || record.state === 'paused';
  return active && !(await isLocked(folder)) ? { ...record, state: 'interrupted' } : record;
}

/** @throws UserError as `readRecord` */
export async function readRun(folder: string): Promise<StoredRun> {
  const record = await readRecord(folder);
  const [metrics, samples, probe] = await Promise.all([
    readLines<MetricsPoint>(runFile.metrics(folder)),
    readLines<Sample>(runFile.samples(folder)),
    readProbe(folder),
  ]);
  return { record, metrics, samples, probe };
}

/** What the task keeps besides the weights. */
export async function readEncoding(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(runFile.encoding(folder), 'utf8'));
  } catch {
    throw new UserError({
      what: 'The run lost its encoding.json, without which its model cannot be used',
      where: folder,
      wayOut: 'Restore the file from a backup, or train again.',
    });
  }
}

/** The text of the cell; undefined in runs of earlier versions, and where the file was lost. */
export async function readCellText(folder: string): Promise<string | undefined> {
  return readFile(runFile.cell(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** The runs of a folder of work, newest first, and what could not be read with its reason. */
export async function listRuns(root: string): Promise<{
  readonly runs: readonly ListedRun[];
  readonly broken: readonly { readonly folder: string; readonly reason: string }[];
}> {
  const folders = (await subfolders(runsFolder(root))).map((entry) => join(runsFolder(root), entry.name));
  const runs: ListedRun[] = [];
  const broken: { folder: string; reason: string }[] = [];
  await Promise.all(
    folders.map(async (folder) => {
      try {
        runs.push({ folder, record: await readRecord(folder) });
      } catch (error) {
        broken.push({ folder, reason: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  runs.sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1));
  return { runs, broken };
}

async function readRecordAsWritten(folder: string): Promise<RunRecord> {
  const text = await readFile(runFile.record(folder), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new UserError({
      what: 'There is no run here',
      where: folder,
      wayOut: 'It may have been deleted or moved: choose a folder that holds a run.json.',
    });
  }
  const record = parsed(text);
  if (record === undefined) {
    throw new UserError({
      what: 'run.json is not valid JSON',
      where: folder,
      wayOut: 'Restore the file, or delete the run.',
    });
  }
  if (record.formatVersion !== 1) {
    throw new UserError({
      what: `run.json has the format version ${record.formatVersion}, and this version of Unroll reads 1`,
      where: folder,
      wayOut: 'Open the run with the version of Unroll that wrote it, or a newer one.',
    });
  }
  const lacking = [
    ...(['id', 'name', 'createdAt', 'state'] as const).filter((key) => typeof record[key] !== 'string'),
    ...(['configuration', 'dataset'] as const).filter((key) => typeof record[key] !== 'object'),
  ];
  if (lacking.length > 0) {
    throw new UserError({
      what: `run.json lacks ${lacking.join(', ')}`,
      where: folder,
      wayOut: 'Restore the file, or delete the run.',
    });
  }
  return record as RunRecord;
}

/** An empty record where the text is JSON but no object. */
function parsed(text: string): Partial<RunRecord> | undefined {
  try {
    return (JSON.parse(text) as Partial<RunRecord> | null) ?? {};
  } catch {
    return undefined;
  }
}
