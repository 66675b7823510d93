import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sentence, UserError } from '../base/user-error';
import { replaceFolder } from '../runs/files';
import { isRunning } from '../runs/running';
import { compiler } from './compile';
import { megabytes, reasonOf } from './download';
import {
  findInstallation,
  type Installation,
  type InstallationRecord,
  installationFormat,
  recordFile,
} from './installation';
import { ownDownload } from './own-download';
import { probeBinding } from './probe';
import { tfjsNodeVersion } from './store';
import type { Filled, InstallOptions, Way } from './way';
import { wheelDownload } from './wheel-download';

/** In the order in which they are tried. */
const ways: readonly Way[] = [ownDownload, wheelDownload];

/**
 * Installs TensorFlow in a folder, whole or not at all: everything is made in a folder beside it, which takes its name at the
 * end. Nothing is loaded before it agrees with its digest, nor by this process. Where one way fails, also by a library that does
 * not work here, the next one is taken.
 *
 * @throws UserError that says what is missing, in each way; the signal's reason where it was cancelled. Either leaves nothing behind.
 */
export async function install(folder: string, options: InstallOptions): Promise<Installation> {
  const { signal, progress } = options;
  const here = ways.filter((way) => way.isHere());
  if (here.length === 0) {
    throw new UserError({
      what: `TensorFlow cannot be installed here: there is none for ${process.platform} on ${process.arch}`,
      wayOut: "Train with Unroll's own engine, which is as fast or faster for most models.",
    });
  }
  await removeLeftovers(folder);
  const partial = `${folder}.partial-${process.pid}`;
  const failures: { readonly way: Way; readonly error: unknown }[] = [];
  try {
    for (const way of here) {
      const failure = failures.at(-1);
      if (failure) progress(`Taking ${way.name}, since ${failure.way.name} fails: ${wordsOf(failure.error)}`, 0);
      try {
        const record = await installBy(way, partial, options);
        await replaceFolder(folder, partial, `${folder}.old-${process.pid}`);
        return { folder, record };
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ way, error });
        await rm(partial, { recursive: true, force: true });
      }
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  const { error } = failures.at(-1) ?? {};
  if (failures.length === 1) throw error;
  throw new UserError({
    what: `TensorFlow could not be installed. ${failures.map((one) => `By ${one.way.name}: ${wordsOf(one.error)}`).join('. ')}`,
    wayOut: error instanceof UserError ? error.wayOut : 'Try again; nothing was changed.',
  });
}

async function installBy(way: Way, folder: string, options: InstallOptions): Promise<InstallationRecord> {
  const { signal, progress } = options;
  await mkdir(folder, { recursive: true });
  await expectSpace(folder, way.neededBytes);
  const filled = await way.fill(folder, options);
  progress('Trying it', 0.95);
  const version = await probeBinding(folder, { signal });
  const record = await recordOf(folder, version, filled);
  signal.throwIfAborted();
  return record;
}

/** Of an error, without place and way out. */
function wordsOf(error: unknown): string {
  return error instanceof UserError ? error.what : reasonOf(error);
}

/** @returns what was there */
export async function remove(folder: string): Promise<Installation | undefined> {
  const found = await findInstallation([folder]);
  await rm(folder, { recursive: true, force: true });
  return found;
}

/** What an installation takes, in sentences that are said beforehand. */
export async function needs(): Promise<string> {
  const program = await compiler().catch((error: unknown) => error);
  const sizes = 'Some 300 MB are downloaded, and up to 850 MB kept on the disk.';
  if (program instanceof UserError)
    return `${sizes} Unless it comes with a part for Node.js that is compiled already: ${sentence(program)}`;
  return `${sizes} Unless it comes with a part for Node.js that is compiled already, that is compiled here, by ${program}.`;
}

/** What was installed, in a sentence. */
export function described({ folder, record }: Installation): string {
  return `TensorFlow ${record.tensorFlow} with tfjs-node ${record.tfjsNode}, ${megabytes(record.bytes)}, in ${folder}`;
}

/** Of installations that were ended from outside; one that is in the middle of it is another process's. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const installer = Number(/\.(?:partial|old)-(\d+)$/.exec(name)?.[1]);
    if (!name.startsWith(`${basename(folder)}.`) || Number.isNaN(installer)) continue;
    if (!isRunning(installer)) await rm(join(parent, name), { recursive: true, force: true });
    else if (installer !== process.pid) {
      throw new UserError({
        what: 'TensorFlow is just being installed by another program',
        where: join(parent, name),
        wayOut: 'Wait until that has ended.',
      });
    }
  }
}

async function expectSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new UserError({
    what: `TensorFlow needs ${megabytes(neededBytes)} of disk while it is installed, and ${megabytes(bavail * bsize)} are free`,
    where: folder,
    wayOut: 'Make room, and install again.',
  });
}

async function recordOf(
  folder: string,
  tensorFlow: string,
  { source, files: paths }: Filled,
): Promise<InstallationRecord> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(folder, path)), hash);
      return [path, { bytes: (await stat(join(folder, path))).size, sha256: hash.digest('hex') }] as const;
    }),
  );
  const record: InstallationRecord = {
    format: installationFormat,
    tfjsNode: tfjsNodeVersion,
    tensorFlow,
    source,
    bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    files: Object.fromEntries(files),
    installedAt: new Date().toISOString(),
  };
  await writeFile(join(folder, recordFile), `${JSON.stringify(record, undefined, 2)}\n`);
  return record;
}
