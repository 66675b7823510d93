import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';

/** What is made of a small part is gone before it costs memory. */
export const partBytes = 64 * 1024;

/** What tells one state of a file from another without reading it. */
export interface Identity {
  readonly size: number;
  readonly modified: number;
  readonly isFolder: boolean;
}

export async function identify(path: string, name: string): Promise<Identity> {
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadable(error, path, name);
  });
  const isFolder = stats.isDirectory();
  if (!isFolder && !stats.isFile()) {
    throw new UserError({
      what: 'This is a device or a pipe, not a file',
      where: visible(path),
      wayOut: 'Write its data to a file first, and train on that.',
    });
  }
  return { size: stats.size, modified: stats.mtimeMs, isFolder };
}

export async function* readFile(path: string, name: string, first: Identity): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error, path, name);
  });
  try {
    await assertUnchanged(handle, name, first);
    let position = 0;
    while (position < first.size) {
      const part = new Uint8Array(Math.min(partBytes, first.size - position));
      const { bytesRead } = await handle.read(part, 0, part.length, position).catch((error: unknown) => {
        throw unreadable(error, path, name);
      });
      if (bytesRead === 0) throw changed(name);
      position += bytesRead;
      yield part.subarray(0, bytesRead);
    }
    await assertUnchanged(handle, name, first);
  } finally {
    await handle.close();
  }
}

async function assertUnchanged(handle: FileHandle, name: string, first: Identity): Promise<void> {
  const now = await handle.stat();
  if (now.size !== first.size || now.mtimeMs !== first.modified) throw changed(name);
}

function changed(name: string): UserError {
  return new UserError({
    what: 'The file changed while it was read',
    where: name,
    wayOut: 'Wait until it is written, then start again.',
  });
}

export function unreadable(error: unknown, path: string, name: string): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError({
      what: 'There is no such file',
      where: visible(path),
      wayOut: 'Check its name and folder; it may have been moved or deleted.',
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError({
      what: 'The file may not be read',
      where: visible(path),
      wayOut: 'Give yourself the permission to read it, or copy it to where you have it.',
    });
  }
  return new UserError({
    what: `The file cannot be read: ${excerpt(error instanceof Error ? error.message : String(error), 160)}`,
    where: name,
    wayOut: 'Copy it to another folder and try that copy.',
  });
}

/** SHA-256 of several, such as those of all files that a dataset is made of. */
export function digestOf(digests: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(digests)).digest('hex');
}
