import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../base/user-error';

/**
 * Replaces a file as a whole: written under a temporary name, synced, renamed, so that whoever reads sees the old or
 * the new one. Nothing is left behind when it fails.
 *
 * @throws UserError when the place cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  await explained(path, async () => {
    try {
      await writeSynced(temporary, content);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/** Writes a file, which is on the disk when this ends. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a run's folder, as `makeFolders` does. @throws UserError when one cannot be made */
export async function makeFolder(path: string): Promise<void> {
  await explained(path, () => makeFolders(path));
}

/**
 * Makes a folder and those above it, as far as they are not there. Not by Node's own `recursive`, which never ends where
 * a file system (as /proc) has no place for a folder.
 */
export async function makeFolders(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    await mkdir(folder).catch(async (error) => {
      // Another process may have made it just now.
      if (codeOf(error) !== 'EEXIST' || !(await isFolder(folder))) throw error;
    });
  }
}

/**
 * Puts a folder in the place of another one, which is there until then, and stays where this fails.
 *
 * @param old a name beside it for what was there, on its way
 */
export async function replaceFolder(folder: string, by: string, old: string): Promise<void> {
  const hadOne = await rename(folder, old).then(
    () => true,
    (error) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(by, folder);
  } catch (error) {
    if (hadOne) await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** False when nothing is there. Throws when a file is in the way. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
}

/** Runs a piece of file work; what the system refuses becomes a `UserError` that names the path. */
export async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error, path);
  }
}

/** Objects of a file of JSON lines. A last line that a crash cut short is left out. */
export async function readLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line): T[] => {
    try {
      return line ? [JSON.parse(line) as T] : [];
    } catch {
      return [];
    }
  });
}

/** A rename lasts through a power failure only when its folder is synced; some systems cannot sync a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

const goesOn = 'a run that had begun goes on from its last checkpoint (--resume RUN)';
const full = { what: 'The disk is full', wayOut: `Free some space; ${goesOn}.` };
const denied = {
  what: 'The run may not be written here',
  wayOut: 'Choose another folder for the run (--out DIR), or change the permissions of this one.',
};
const blocked = {
  what: 'This path leads through a file, not a folder',
  wayOut: 'Choose another folder for the run (--out DIR).',
};

const explanations: Readonly<Record<string, { readonly what: string; readonly wayOut: string }>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: {
    what: 'A file of the run reached the greatest size that is allowed here',
    wayOut: `Raise the limit (ulimit -f) or choose another folder (--out DIR); ${goesOn}.`,
  },
  EACCES: denied,
  EPERM: denied,
  EROFS: {
    what: 'The run cannot be written on a read-only file system',
    wayOut: 'Choose another folder for the run (--out DIR).',
  },
  ENOTDIR: blocked,
  EEXIST: blocked,
  ENOENT: {
    what: 'The run cannot be written, since its folder is gone or cannot be made',
    wayOut: 'If somebody deleted the folder, train anew; else choose another one for the run (--out DIR).',
  },
  ENAMETOOLONG: {
    what: 'The path is longer than the file system allows',
    wayOut: 'Choose a folder with a shorter path (--out DIR).',
  },
};

function explain(error: unknown, path: string): unknown {
  const code = codeOf(error);
  // What has no code of the system is a bug, or explained already.
  if (code === undefined || error instanceof UserError || !/^E[A-Z0-9]+$/.test(code)) return error;
  const { what, wayOut } = explanations[code] ?? {
    what: `The run cannot be written: ${error instanceof Error ? error.message : code}`,
    wayOut: `Check the disk, or choose another folder (--out DIR); ${goesOn}.`,
  };
  return new UserError({ what, where: path, wayOut });
}
