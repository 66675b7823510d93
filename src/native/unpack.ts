import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, symlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { openPromise } from 'yauzl';
import { UserError } from '../base/user-error';
import { reasonOf } from './download';

/** Bytes that are unpacked at once: libraries of hundreds of megabytes take several times as long in parts of the usual size. */
const partBytes = 2 ** 20;

/** Where a file of an archive is put, by its path in there; undefined for what is not wanted. */
export type TargetOf = (path: string) => string | undefined;

/**
 * Takes files out of an archive, .zip or .tar.gz: its first bytes say which, for a name may lie. A link is taken as one to a file
 * beside it.
 *
 * @returns where the files are, without links
 * @throws UserError where the archive is damaged or names files outside of itself; the signal's reason where it was cancelled
 */
export async function unpack(
  archive: string,
  name: string,
  targetOf: TargetOf,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    return await ((await isZip(archive)) ? unpackZip : unpackTar)(archive, targetOf, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError({
      what: `${name} could not be unpacked: ${reasonOf(error)}`,
      wayOut: 'Try again; nothing was changed.',
    });
  }
}

async function isZip(archive: string): Promise<boolean> {
  const file = await open(archive);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === 'PK';
  } finally {
    await file.close();
  }
}

/** yauzl itself refuses names that lead out of the archive. */
async function unpackZip(archive: string, targetOf: TargetOf, signal: AbortSignal): Promise<string[]> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  const written: string[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      const target = targetOf(entry.fileName);
      if (target === undefined) continue;
      await write(await zip.openReadStreamPromise(entry), target, signal);
      written.push(target);
    }
    return written;
  } finally {
    zip.close();
  }
}

async function unpackTar(archive: string, targetOf: TargetOf, signal: AbortSignal): Promise<string[]> {
  const entries = extract();
  const fed = pipeline(
    createReadStream(archive, { highWaterMark: partBytes }),
    createGunzip({ chunkSize: partBytes }),
    entries,
    { signal },
  );
  // The loop is ended by whatever ends this, and says why.
  fed.catch(() => undefined);
  const written: string[] = [];
  for await (const entry of entries) {
    const target = targetOf(pathOf(entry.header));
    const { type, linkname } = entry.header;
    if (target !== undefined && type === 'file') {
      await write(entry, target, signal);
      written.push(target);
      continue;
    }
    if (target !== undefined && (type === 'symlink' || type === 'link')) {
      await mkdir(dirname(target), { recursive: true });
      await symlink(basename(linkname), target);
    }
    entry.resume();
  }
  await fed;
  return written;
}

/** @throws Error where it leads out of the archive */
function pathOf({ name }: Header): string {
  const path = name.replace(/^(?:\.\/)+/, '');
  if (/^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(path))
    throw new Error(`it names a file outside of itself, ${name}`);
  return path;
}

/** Anew: what is there already, such as a link, is never followed. */
async function write(from: AsyncIterable<unknown>, target: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await pipeline(from, createWriteStream(target, { flags: 'wx' }), { signal });
}
