import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import type { DatasetFingerprint, DatasetSource } from '../protocol/dataset';
import { isParquet, type ObjectRows, openParquet } from './table/parquet';

/** An opened source; nothing is parsed yet. */
export interface DatasetFile {
  /** As it may be shown: without control characters. */
  readonly name: string;
  /** Undefined for the text of an editor, whose bytes are UTF-8 whatever the reading says. */
  readonly path: string | undefined;
  readonly bytes: number;
  readonly fingerprint: DatasetFingerprint;
  /** The first 64 KiB. */
  readonly head: Uint8Array;
  /** Of a Parquet file its rows. */
  readonly objects?: ObjectRows;
  /**
   * The bytes in parts of at most 64 KiB; can be called again.
   * @throws UserError when the file is no longer the one that was opened
   */
  chunks(): AsyncIterable<Uint8Array>;
}

const headBytes = 64 * 1024;
/** What is made of a small part is gone before it costs memory. */
const partBytes = 64 * 1024;

/**
 * Opens a file or the text of an editor, and reads it once for its fingerprint, in parts.
 * @throws UserError when it is missing, no regular file, unreadable or empty, or changes meanwhile; and of a damaged Parquet file
 */
export async function openDataset(source: DatasetSource): Promise<DatasetFile> {
  if (source.kind === 'text') return openChunks(visible(source.name), undefined, () => encodeText(source.text));
  const name = visible(basename(source.path));
  const first = await identify(source.path, name);
  const file = await openChunks(name, source.path, () => readFile(source.path, name, first));
  return isParquet(file.head) ? { ...file, objects: await openParquet(source.path, name, file.bytes) } : file;
}

async function openChunks(
  name: string,
  path: string | undefined,
  chunks: () => AsyncIterable<Uint8Array>,
): Promise<DatasetFile> {
  const sha256 = createHash('sha256');
  const head = new Uint8Array(headBytes);
  let bytes = 0;
  for await (const chunk of chunks()) {
    if (bytes < headBytes) head.set(chunk.subarray(0, headBytes - bytes), bytes);
    bytes += chunk.length;
    sha256.update(chunk);
  }
  if (bytes === 0) throw emptyFile(name);
  const fingerprint = { bytes, sha256: sha256.digest('hex') };
  return { name, path, bytes, fingerprint, head: head.slice(0, Math.min(bytes, headBytes)), chunks };
}

/** For a file without a byte, or whose only content is a byte-order mark. */
export function emptyFile(name: string): UserError {
  return new UserError({ what: 'The file is empty', where: name, wayOut: 'Choose a file with text or a table.' });
}

async function* encodeText(text: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  // A UTF-16 code unit takes at most three bytes of UTF-8.
  const partUnits = Math.floor(partBytes / 3);
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + partUnits, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    yield encoder.encode(text.slice(start, end));
    start = end;
  }
}

/** What tells one state of a file from another without reading it. */
interface Identity {
  readonly size: number;
  readonly modified: number;
}

async function identify(path: string, name: string): Promise<Identity> {
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadable(error, path, name);
  });
  if (stats.isDirectory()) {
    throw new UserError({ what: 'This is a folder', where: visible(path), wayOut: 'Choose a file inside it.' });
  }
  if (!stats.isFile()) {
    throw new UserError({
      what: 'This is a device or a pipe, not a file',
      where: visible(path),
      wayOut: 'Write its data to a file first, and train on that.',
    });
  }
  return { size: stats.size, modified: stats.mtimeMs };
}

async function* readFile(path: string, name: string, first: Identity): AsyncGenerator<Uint8Array> {
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

function unreadable(error: unknown, path: string, name: string): UserError {
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
