import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { type FileFormat, signatureOf } from '../signatures';

/** A file in a folder or a ZIP archive that is the dataset. */
export interface FileEntry {
  /** Its path within, with `/` between folders; as it may be shown. */
  readonly name: string;
  readonly bytes: number;
  /** The first bytes, at most 4 KiB, which tell what it is. */
  readonly head: Uint8Array;
  /**
   * All its bytes.
   * @throws UserError when it is gone, has changed or is damaged
   */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export const headBytes = 4096;
/** As many files make a dataset; more are refused before any is read. */
export const mostEntries = 200_000;

/** What the entry is by its first bytes, where it is something that is read here. */
export function formatOf({ head }: Pick<FileEntry, 'head'>): FileFormat | undefined {
  return signatureOf(head)?.format;
}

let collator: Intl.Collator | undefined;

/** Whether a path within is of the dataset, and not what a system keeps beside it. */
export function isOfDataset(path: string): boolean {
  return !path.split('/').some((part) => part.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(part));
}

/** Folder by folder, numbers within names by their value: frame-2 before frame-10. */
export function inOrder<T>(items: readonly T[], pathOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, parts: pathOf(item).split('/') }));
  return keyed.sort((a, b) => comparePaths(a.parts, b.parts)).map(({ item }) => item);
}

function compare(one: string, other: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(one, other);
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [one = '', other = ''] = [a[at], b[at]];
    // Where numbers are equal ("01" and "1") the letters decide, so that the order is always the same.
    const order = compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function tooMany(what: string, count: number, where: string): UserError {
  return new UserError({
    what: `The ${what} has ${count.toLocaleString('en')} files or more, which are too many for a dataset`,
    where,
    wayOut: `Choose a part of it with at most ${mostEntries.toLocaleString('en')}.`,
  });
}

export function noEntries(what: string, where: string): UserError {
  return new UserError({
    what: `The ${what} has no files`,
    where: excerpt(where, 200),
    wayOut: 'Choose one that holds recordings or pictures.',
  });
}
