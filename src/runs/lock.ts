import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/user-error';
import { writeWhole } from './files';

/** Says who trains a run. Its time of change is the sign of life. */
interface Lock {
  readonly pid: number;
  readonly host: string;
}

const lifeSign = 5_000;
/** A process of this machine may be in a long step; of another machine we see nothing but the sign of life. */
const silentHere = 600_000;
const silentElsewhere = 60_000;

/**
 * Takes a run for this process until the returned function is called.
 *
 * @throws UserError when another process, or another worker of this one, trains it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const holder = await holderOf(folder);
  if (holder) {
    throw new UserError({
      what: `The run is being trained by process ${holder.pid} on ${holder.host}`,
      where: folder,
      wayOut: 'Stop it there first, or wait until it is done.',
    });
  }
  const path = lockPath(folder);
  const lock: Lock = { pid: process.pid, host: hostname() };
  await writeWhole(path, JSON.stringify(lock));
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), lifeSign);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await rm(path, { force: true });
  };
}

/** Whether some process trains the run now. */
export async function isLocked(folder: string): Promise<boolean> {
  return (await holderOf(folder)) !== undefined;
}

/** Gives a run free whose worker, in this process, ended without doing so. */
export async function releaseAfterCrash(folder: string): Promise<void> {
  const holder = await holderOf(folder);
  if (holder?.pid === process.pid && holder.host === hostname()) await rm(lockPath(folder), { force: true });
}

async function holderOf(folder: string): Promise<Lock | undefined> {
  const path = lockPath(folder);
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const lock = JSON.parse(text) as Lock;
    const silent = Date.now() - mtimeMs;
    const alive = lock.host === hostname() ? silent < silentHere && isRunning(lock.pid) : silent < silentElsewhere;
    return alive ? lock : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const lockPath = (folder: string) => join(folder, 'lock');
