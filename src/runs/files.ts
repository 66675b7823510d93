import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
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
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
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

function explain(error: unknown, path: string): unknown {
  const wayOut = {
    ENOSPC: 'Free some space, then continue the run: its last checkpoint is whole.',
    EDQUOT: 'Free some space, then continue the run: its last checkpoint is whole.',
    EACCES: 'Choose another folder for the run (--out DIR), or change the permissions of this one.',
    EPERM: 'Choose another folder for the run (--out DIR), or change the permissions of this one.',
    EROFS: 'The file system is read-only: choose another folder for the run (--out DIR).',
    ENOTDIR: 'A part of this path is a file: choose another folder for the run (--out DIR).',
    ENOENT: 'The folder is gone: was the run deleted?',
    ENAMETOOLONG: 'Choose a folder with a shorter path (--out DIR).',
  }[(error as NodeJS.ErrnoException).code ?? ''];
  if (!wayOut) return error;
  const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  return new UserError({ what: full ? 'The disk is full' : 'The run cannot be written', where: path, wayOut });
}
