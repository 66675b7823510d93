import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../../base/user-error';
import { excerpt, visible } from '../../base/visible';
import { type FileEntry, headBytes, inOrder, isOfDataset, mostEntries, noEntries, tooMany } from './entry';

/** As many times its size an archive of a person's data may unpack to. */
const mostGrowth = 100;
/** What unpacks to less does no harm, however small it was. */
const harmlessBytes = 2 ** 20;
/** Every office document has one of them (Office Open XML, OpenDocument), and is a ZIP archive that nobody means. */
const officeEntries = ['[Content_Types].xml', 'META-INF/manifest.xml'];

/**
 * The files of a ZIP archive, each unpacked when it is read, into memory alone; undefined for an office document.
 *
 * @throws UserError when it is damaged, encrypted, empty, would unpack to a hundred times its size, or names files outside of it
 */
export async function openZip(path: string, name: string, bytes: number): Promise<readonly FileEntry[] | undefined> {
  // Of no use to whoever reads text.
  const yauzl = await import('yauzl');
  /** Opens the file for each part, so that nothing stays open. */
  class Parts extends yauzl.RandomAccessReader {
    override _readStreamForRange(start: number, end: number): Readable {
      // A stream of no bytes cannot be asked for.
      return createReadStream(path, end > start ? { start, end: end - 1 } : { end: -1 });
    }
  }
  const options = { autoClose: false, lazyEntries: true };
  const archive = await yauzl.fromRandomAccessReaderPromise(new Parts(), bytes, options).catch((error: unknown) => {
    throw damaged(name, error);
  });
  const listed: { readonly path: string; readonly entry: import('yauzl').Entry }[] = [];
  let unpacked = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/') || !isOfDataset(entry.fileName)) continue;
      if (entry.isEncrypted()) throw encrypted(name, entry.fileName);
      unpacked += entry.uncompressedSize;
      listed.push({ path: entry.fileName, entry });
      if (listed.length > mostEntries) throw tooMany('ZIP archive', listed.length, name);
    }
  } catch (error) {
    throw error instanceof UserError ? error : damaged(name, error);
  }
  if (listed.some((item) => officeEntries.includes(item.path))) return undefined;
  if (listed.length === 0) throw noEntries('ZIP archive', name);
  if (unpacked > mostGrowth * bytes && unpacked > harmlessBytes) throw bomb(name, bytes, unpacked);

  const contentOf = async (entry: import('yauzl').Entry, most: number): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      const stream = await archive.openReadStreamPromise(entry);
      const whole = new Uint8Array(Math.min(most, entry.uncompressedSize));
      let at = 0;
      for await (const part of stream as AsyncIterable<Uint8Array>) {
        whole.set(part.subarray(0, whole.length - at), at);
        at += Math.min(part.length, whole.length - at);
        if (at === whole.length && most < entry.uncompressedSize) break;
      }
      return whole;
    } catch (error) {
      throw damaged(`${name}, ${visible(entry.fileName)}`, error);
    }
  };
  const entries: FileEntry[] = [];
  for (const { path: within, entry } of inOrder(listed, (item) => item.path)) {
    entries.push({
      name: visible(within),
      bytes: entry.uncompressedSize,
      head: await contentOf(entry, headBytes),
      read: () => contentOf(entry, Number.POSITIVE_INFINITY),
    });
  }
  return entries;
}

/** Names with `..`, drive letters and the like are among what the library refuses. */
function damaged(where: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  if (/invalid (relative|characters in)|absolute path/.test(message))
    return new UserError({
      what: `The ZIP archive names a file outside of itself: ${excerpt(message, 120)}`,
      where,
      wayOut: 'Do not trust it; pack the files anew, by names within one folder.',
    });
  return new UserError({
    what: `The ZIP archive is cut short, damaged, or of a kind that cannot be read: ${excerpt(message, 120)}`,
    where,
    wayOut: 'Copy it again from where it came from, or unpack it and choose the folder.',
  });
}

function encrypted(name: string, entry: string): UserError {
  return new UserError({
    what: 'The ZIP archive has a password',
    where: `${name}, ${visible(entry)}`,
    wayOut: 'Unpack it and choose the folder.',
  });
}

function bomb(name: string, bytes: number, unpacked: number): UserError {
  return new UserError({
    what: `The ZIP archive of ${inMegabytes(bytes)} would unpack to ${inMegabytes(unpacked)}, more than ${mostGrowth} times its size`,
    where: name,
    wayOut: 'If you trust it, unpack it and choose the folder.',
  });
}

const inMegabytes = (bytes: number): string => `${Number((bytes / 1e6).toPrecision(3)).toLocaleString('en')} MB`;
