import { rmSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../runs';

const start = 'extension-host-';

export interface HostMark {
  /** Whether an extension host before this one ended without taking its mark away. */
  readonly afterCrash: Promise<boolean>;
  /** When this one ends in good order. */
  remove(): void;
}

/** Every extension host leaves a mark in the folder while it runs, named by its process. */
export function markHost(folder: string): HostMark {
  const mark = join(folder, `${start}${process.pid}`);
  return {
    afterCrash: takeAbandoned(folder).finally(() => leave(mark, folder)),
    remove: () => rmSync(mark, { force: true }),
  };
}

async function takeAbandoned(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const abandoned = names.filter((name) => name.startsWith(start) && !isRunning(Number(name.slice(start.length))));
  await Promise.all(abandoned.map((name) => rm(join(folder, name), { force: true })));
  return abandoned.length > 0;
}

/** A folder that cannot be written costs no more than knowing of a crash. */
async function leave(mark: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
    .then(() => writeFile(mark, ''))
    .catch(() => undefined);
}
