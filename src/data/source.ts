import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { UserError } from '../base/user-error';
import { visible } from '../base/visible';
import type { DatasetFingerprint, DatasetSource } from '../protocol/dataset';
import type { FileEntry } from './entries/entry';
import { openFolder } from './entries/folder';
import { openZip } from './entries/zip';
import { identify, partBytes, readFile } from './file';
import { sureSignatureOf } from './signatures';
import { isParquet, type ObjectRows, openParquet } from './table/parquet';

/** An opened source; nothing is parsed yet. */
export interface DatasetFile {
  /** As it may be shown: without control characters. */
  readonly name: string;
  /** Undefined for the text of an editor, whose bytes are UTF-8 whatever the reading says. */
  readonly path: string | undefined;
  readonly bytes: number;
  readonly fingerprint: DatasetFingerprint;
  /** The first 64 KiB; nothing of a folder. */
  readonly head: Uint8Array;
  /** Of a Parquet file its rows. */
  readonly objects?: ObjectRows;
  /** The files of a folder or of a ZIP archive, numbers within names in the order of their values. */
  readonly entries?: readonly FileEntry[];
  /**
   * The bytes in parts of at most 64 KiB; can be called again.
   * @throws UserError when the file is no longer the one that was opened, or is a folder
   */
  chunks(): AsyncIterable<Uint8Array>;
}

const headBytes = 64 * 1024;

/**
 * Opens a file, a folder or the text of an editor, and reads it once for its fingerprint, in parts.
 * @throws UserError when it is missing, a device, unreadable or empty, or changes meanwhile; and of a damaged Parquet file or
 *   ZIP archive
 */
export async function openDataset(source: DatasetSource): Promise<DatasetFile> {
  if (source.kind === 'text') return openChunks(visible(source.name), undefined, () => encodeText(source.text));
  const { path } = source;
  const name = visible(basename(resolve(path)) || path);
  const first = await identify(path, name);
  if (first.isFolder) {
    return { name, path, head: new Uint8Array(), chunks: () => refuseFolder(path), ...(await openFolder(path)) };
  }
  const file = await openChunks(name, path, () => readFile(path, name, first));
  if (isParquet(file.head)) return { ...file, objects: await openParquet(path, name, file.bytes) };
  const entries = sureSignatureOf(file.head)?.format === 'zip' ? await openZip(path, name, file.bytes) : undefined;
  return entries ? { ...file, entries } : file;
}

// biome-ignore lint/correctness/useYield: a folder has no bytes to give
async function* refuseFolder(path: string): AsyncGenerator<Uint8Array> {
  throw new UserError({
    what: 'This is a folder, and the task reads a single file',
    where: visible(path),
    wayOut: 'Choose a file inside it.',
  });
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
