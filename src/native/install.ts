import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { openPromise } from 'yauzl';
import { UserError } from '../base/user-error';
import { isRunning } from '../runs/running';
import { compileBinding, compiler } from './compile';
import {
  bindingFile,
  findInstallation,
  type Installation,
  type InstallationRecord,
  installationFormat,
  libraryFolder,
  recordFile,
} from './installation';
import { probeBinding } from './probe';
import { findWheel, hasWheel, reasonOf, tensorFlowVersion, type Wheel } from './wheel';

export interface InstallOptions {
  readonly signal: AbortSignal;
  /** @param share of the work with which this is done, 0 to 1 */
  readonly progress: (words: string, share: number) => void;
}

/** Bytes that the wheel and what is taken out of it need at the same time. */
const neededBytes = 1.6e9;

/** Libraries of the wheel, with the names under which the linker looks for them. */
const libraries = [
  { file: 'libtensorflow_cc.so.2', alias: 'libtensorflow.so' },
  { file: 'libtensorflow_framework.so.2', alias: 'libtensorflow_framework.so' },
] as const;

/**
 * Installs TensorFlow in a folder, whole or not at all: everything is made in a folder beside it, which takes its name at the
 * end. Nothing is loaded before it agrees with its digest.
 *
 * @throws UserError that says what is missing; the signal's reason where it was cancelled. Either leaves nothing behind.
 */
export async function install(folder: string, { signal, progress }: InstallOptions): Promise<Installation> {
  if (!hasWheel()) {
    throw new UserError({
      what: `TensorFlow cannot be installed here yet: a way is known for Linux on x86-64 and ARM64, not for ${process.platform} on ${process.arch}`,
      wayOut: "Train with Unroll's own engine, which is as fast or faster for most models.",
    });
  }
  await removeLeftovers(folder);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    await expectSpace(partial);
    progress('Looking for a compiler of C++', 0);
    const program = await compiler();
    progress('Asking the Python registry for TensorFlow', 0.01);
    const wheel = await findWheel(signal);
    const archive = join(partial, 'wheel');
    await download(wheel, archive, signal, (done, all) =>
      progress(`Downloading TensorFlow, ${megabytes(done)} of ${megabytes(all)}`, 0.02 + (0.68 * done) / all),
    );
    progress('Unpacking TensorFlow', 0.7);
    const include = join(partial, 'include');
    await unpack(archive, partial, include, signal);
    await rm(archive);
    progress("Compiling TensorFlow's part for Node.js", 0.85);
    const work = join(partial, 'work');
    await compileBinding(program, partial, include, work, signal);
    await Promise.all([include, work].map((one) => rm(one, { recursive: true })));
    progress('Trying it', 0.95);
    const version = await probeBinding(partial, { signal });
    const record = await recordOf(partial, version, `wheel ${wheel.name}, SHA-256 ${wheel.sha256}`);
    signal.throwIfAborted();
    await replace(folder, partial);
    return { folder, record };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** @returns what was there */
export async function remove(folder: string): Promise<Installation | undefined> {
  const found = await findInstallation([folder]);
  await rm(folder, { recursive: true, force: true });
  return found;
}

/** What was installed, in a sentence. */
export function described({ folder, record }: Installation): string {
  return `TensorFlow ${record.tensorFlow} with tfjs-node ${record.tfjsNode}, ${megabytes(record.bytes)}, in ${folder}`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
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

async function expectSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new UserError({
    what: `TensorFlow needs ${megabytes(neededBytes)} of disk while it is installed, and ${megabytes(bavail * bsize)} are free`,
    where: folder,
    wayOut: 'Make room, and install again.',
  });
}

async function download(
  { url, sha256, name }: Wheel,
  to: string,
  signal: AbortSignal,
  progress: (done: number, all: number) => void,
): Promise<void> {
  const failed = (why: string) =>
    new UserError({
      what: `TensorFlow could not be downloaded: ${why}`,
      where: name,
      wayOut: 'Try again; nothing was changed.',
    });
  const hash = createHash('sha256');
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok || !answer.body) throw failed(`the registry answered ${answer.status} ${answer.statusText}`.trim());
    const all = Number(answer.headers.get('content-length')) || 3e8;
    let done = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _, next) {
        done += chunk.length;
        hash.update(chunk);
        progress(Math.min(done, all), all);
        next(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), counted, createWriteStream(to), { signal });
  } catch (error) {
    if (signal.aborted || error instanceof UserError) throw error;
    throw failed(reasonOf(error));
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw failed(`what came is not what the registry says it is (SHA-256 ${found}, not ${sha256})`);
}

/** The libraries and the headers of TensorFlow's interface in C. */
async function unpack(archive: string, folder: string, include: string, signal: AbortSignal): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    const wanted = new Map<string, string>(
      libraries.map(({ file }) => [`tensorflow/${file}`, join(folder, libraryFolder, file)]),
    );
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      const header = /^tensorflow\/include\/((tensorflow\/(c|core\/platform)|tsl|xla\/tsl)\/[\w./-]+\.h)$/.exec(
        entry.fileName,
      )?.[1];
      const target =
        wanted.get(entry.fileName) ?? (header && !header.includes('..') ? join(include, header) : undefined);
      if (target === undefined) continue;
      wanted.delete(entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target), { signal });
    }
    const [missing] = wanted.keys();
    if (missing !== undefined) {
      throw new UserError({
        what: `TensorFlow's wheel has no ${missing}`,
        where: `TensorFlow ${tensorFlowVersion}`,
        wayOut: "Train with Unroll's own engine (--backend auto), and report this.",
      });
    }
  } finally {
    zip.close();
  }
  for (const { file, alias } of libraries) await symlink(file, join(folder, libraryFolder, alias));
}

async function recordOf(folder: string, tensorFlow: string, source: string): Promise<InstallationRecord> {
  const paths = [bindingFile, ...libraries.map(({ file }) => `${libraryFolder}/${file}`)];
  const files = await Promise.all(
    paths.map(async (path) => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(folder, path)), hash);
      return [path, { bytes: (await stat(join(folder, path))).size, sha256: hash.digest('hex') }] as const;
    }),
  );
  const record: InstallationRecord = {
    format: installationFormat,
    tfjsNode: '4.22.0',
    tensorFlow,
    source,
    bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    files: Object.fromEntries(files),
    installedAt: new Date().toISOString(),
  };
  await writeFile(join(folder, recordFile), `${JSON.stringify(record, undefined, 2)}\n`);
  return record;
}

/** Puts a folder in the place of another one, which is there until then. */
async function replace(folder: string, by: string): Promise<void> {
  const old = `${folder}.old-${process.pid}`;
  const hadOne = await rename(folder, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(by, folder);
  } catch (error) {
    if (hadOne) await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
