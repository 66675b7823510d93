import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isLocked, lockRun, releaseAfterCrash } from '../../../src/runs/lock';
import { temporaryFolder } from '../temporary';
import { program } from './fixtures';

const refused = { what: expect.stringMatching(/^The run is being trained by process \d+ on /) };

/** A process that takes the run, says so, and keeps it until it ends. */
const holding = `
  import { lockRun } from './src/runs/lock';
  lockRun(process.argv[2] ?? '').then(
    () => process.stdout.write('held\\n'),
    (error) => process.stdout.write(error.what + '\\n'),
  );
  process.stdin.resume();
`;

async function start(path: string, folder: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [path, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function writeLock(folder: string, holder: { pid: number; host: string }, secondsAgo: number): Promise<void> {
  await writeFile(join(folder, 'lock'), JSON.stringify(holder));
  const time = Date.now() / 1000 - secondsAgo;
  await utimes(join(folder, 'lock'), time, time);
}

describe('a run', () => {
  test('that another process trains is refused while it lives, and can be taken as soon as it is dead', async () => {
    const folder = await temporaryFolder();
    const { child, said } = await start(await program(holding), folder);
    expect(said).toBe('held');
    await expect(lockRun(folder)).rejects.toMatchObject({
      what: `The run is being trained by process ${child.pid} on ${hostname()}`,
      where: folder,
    });
    expect(await isLocked(folder)).toBe(true);

    await kill(child);
    expect(await isLocked(folder)).toBe(false);
    const unlock = await lockRun(folder);
    expect(await isLocked(folder)).toBe(true);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });

  test('that this process trains is refused to a second worker of it, until the first lets go', async () => {
    const folder = await temporaryFolder();
    const unlock = await lockRun(folder);
    await expect(lockRun(folder)).rejects.toMatchObject(refused);
    await unlock();
    await (await lockRun(folder))();
  });

  test('goes to exactly one of several who ask at the same time, whether it was free or its trainer dead', async () => {
    const path = await program(holding);
    const folder = await temporaryFolder();
    await kill((await start(path, folder)).child);
    const ofDead = await readFile(join(folder, 'lock'), 'utf8');
    for (const before of ['dead', 'free']) {
      if (before === 'dead') await writeFile(join(folder, 'lock'), ofDead);
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) if (result.status === 'fulfilled') await result.value();
      expect(await readdir(folder)).toEqual([]);
    }
    await writeFile(join(folder, 'lock'), ofDead);
    const children = await Promise.all(Array.from({ length: 3 }, () => start(path, folder)));
    expect(children.map(({ said }) => said).filter((said) => said === 'held')).toHaveLength(1);
    await Promise.all(children.map(({ child }) => kill(child)));
  });

  test('of another machine counts as trained for a minute after its last sign of life', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, { pid: process.pid, host: 'elsewhere' }, 50);
    await expect(lockRun(folder)).rejects.toMatchObject(refused);
    await writeLock(folder, { pid: process.pid, host: 'elsewhere' }, 70);
    await (await lockRun(folder))();
  });

  test('of a process that lives but has been silent for ten minutes can be taken: its number belongs to another by now', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, { pid: process.ppid, host: hostname() }, 590);
    await expect(lockRun(folder)).rejects.toMatchObject(refused);
    await writeLock(folder, { pid: process.ppid, host: hostname() }, 610);
    await (await lockRun(folder))();
  });

  test('whose lock is damaged can be taken once the lock is no longer new', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'lock'), '{"pid":');
    await utimes(join(folder, 'lock'), 1, 1);
    await (await lockRun(folder))();
  });
});

test('whoever lost a run to another does not give it free in the end', async () => {
  const folder = await temporaryFolder();
  const unlock = await lockRun(folder);
  await writeLock(folder, { pid: process.ppid, host: hostname() }, 0);
  await unlock();
  expect(await isLocked(folder)).toBe(true);
});

test('after a crash a run is given free if it was of this process, and left alone if of another', async () => {
  const folder = await temporaryFolder();
  await lockRun(folder);
  await releaseAfterCrash(folder);
  expect(await readdir(folder)).toEqual([]);

  await writeLock(folder, { pid: process.ppid, host: hostname() }, 0);
  await releaseAfterCrash(folder);
  expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.ppid });
});
