import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../base/user-error';
import { explained, writeWhole } from './files';
import { isRunning } from './running';

/** Says who trains a run. Its time of change is the sign of life. */
interface Lock {
  readonly pid: number;
  readonly host: string;
  /** Tells this lock from any other. */
  readonly token: string;
}

const lifeSign = 5_000;
/** A process of this machine may be in a long step; of another machine we see nothing but the sign of life. */
const silentHere = 600_000;
const silentElsewhere = 60_000;
/** To take a lock from a dead process takes milliseconds. */
const longestClaim = 5_000;

/**
 * Takes a run for this process until the returned function is called. Of several who try at once, one gets it.
 *
 * @throws UserError when another process, or another worker of this one, trains it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = lockPath(folder);
  const lock: Lock = { pid: process.pid, host: hostname(), token: randomUUID() };
  while (!(await place(path, JSON.stringify(lock)))) {
    const holder = await holderOf(folder);
    if (holder) {
      throw new UserError({
        what: `The run is being trained by process ${holder.pid} on ${holder.host}`,
        where: folder,
        wayOut: 'Stop it there first, or wait until it is done.',
      });
    }
    await removeDead(folder);
  }
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), lifeSign);
  timer.unref();
  return async () => {
    clearInterval(timer);
    const found = await holderOf(folder);
    if (found === undefined || found.token === lock.token) await rm(path, { force: true });
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

/** Removes the lock of a dead process. One at a time, so that nobody removes the lock of who was faster. */
async function removeDead(folder: string): Promise<void> {
  const claim = `${lockPath(folder)}.claim`;
  if (await place(claim, '')) {
    if (!(await isLocked(folder))) await rm(lockPath(folder), { force: true });
    await rm(claim, { force: true });
    return;
  }
  const claimed = await stat(claim).catch(() => undefined);
  if (claimed && Date.now() - claimed.mtimeMs > longestClaim) await rm(claim, { force: true });
  else await wait(10);
}

/** Puts a whole file where none is. False when one is there. */
async function place(path: string, content: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  return explained(path, async () => {
    try {
      await writeFile(temporary, content);
      await link(temporary, path);
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code === 'EEXIST') return false;
      if (!withoutLinks.has(code)) throw error;
      const isFree = (await stat(path).catch(() => undefined)) === undefined;
      if (isFree) await writeWhole(path, content);
      return isFree;
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** What file systems say that have no hard links, as that of many memory sticks. */
const withoutLinks = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);

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

const lockPath = (folder: string) => join(folder, 'lock');
