import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { visible } from '../../base/visible';
import type { DatasetFingerprint } from '../../protocol/dataset';
import { type Identity, identify, readFile, unreadable } from '../file';
import { type FileEntry, headBytes, inOrder, isOfDataset, mostEntries, noEntries, tooMany } from './entry';

export interface OpenedFolder {
  readonly entries: readonly FileEntry[];
  readonly bytes: number;
  /** Of the names and contents of all entries. */
  readonly fingerprint: DatasetFingerprint;
}

/**
 * The files of a folder and of the folders in it. Links to folders are not followed.
 *
 * @throws UserError when there are none or too many, or one cannot be read
 */
export async function openFolder(path: string): Promise<OpenedFolder> {
  const shown = visible(path);
  const paths = inOrder(await filesIn(path, shown), (name) => name);
  if (paths.length === 0) throw noEntries('folder', shown);
  const sha256 = createHash('sha256');
  const entries: FileEntry[] = [];
  let bytes = 0;
  for (const name of paths) {
    const { entry, digest } = await fingerprinted(join(path, name), visible(name));
    sha256.update(JSON.stringify([name, entry.bytes, digest]));
    bytes += entry.bytes;
    entries.push(entry);
  }
  return { entries, bytes, fingerprint: { bytes, sha256: sha256.digest('hex') } };
}

/**
 * A file by its path, such as one that a manifest names.
 *
 * @throws UserError when it cannot be read or is no file
 */
export async function openEntry(path: string): Promise<FileEntry> {
  const name = visible(basename(path));
  const identity = await identify(path, visible(path));
  return { ...entryOf(path, name, identity), head: await headOf(path, name) };
}

async function fingerprinted(
  path: string,
  name: string,
): Promise<{ readonly entry: FileEntry; readonly digest: string }> {
  const identity = await identify(path, name);
  const sha256 = createHash('sha256');
  let head = new Uint8Array();
  for await (const part of readFile(path, name, identity)) {
    if (head.length === 0) head = part.slice(0, headBytes);
    sha256.update(part);
  }
  return { entry: { ...entryOf(path, name, identity), head }, digest: sha256.digest('hex') };
}

function entryOf(path: string, name: string, identity: Identity): Omit<FileEntry, 'head'> {
  return {
    name,
    bytes: identity.size,
    read: async () => {
      const whole = new Uint8Array(identity.size);
      let at = 0;
      for await (const part of readFile(path, name, identity)) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
  };
}

async function headOf(path: string, name: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error, path, name);
  });
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Paths within, in no order. */
async function filesIn(path: string, shown: string): Promise<string[]> {
  const root = resolve(path);
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const children = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(error, path, shown);
    });
    for (const child of children) {
      const full = join(folder, child.name);
      const within = relative(root, full).split(sep).join('/');
      if (!isOfDataset(within)) continue;
      if (child.isDirectory()) folders.push(full);
      else if (child.isFile() || (child.isSymbolicLink() && (await isFileBehind(full)))) found.push(within);
    }
    if (found.length > mostEntries) throw tooMany('folder', found.length, shown);
  }
  return found;
}

/** What a link to nothing or to a folder leads to is not of the dataset. */
async function isFileBehind(path: string): Promise<boolean> {
  return identify(path, path).then(
    ({ isFolder }) => !isFolder,
    () => false,
  );
}
