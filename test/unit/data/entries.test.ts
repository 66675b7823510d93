import { createHash } from 'node:crypto';
import { appendFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DatasetFile, formatOf, openDataset, openEntry } from '../../../src/data';
import { openFile, temporaryFolder, userError } from './temporary';

const open = (path: string) => openDataset({ kind: 'file', path });
const png = Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1');

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const namesOf = ({ entries = [] }: DatasetFile) => entries.map(({ name }) => name);

interface Packed {
  readonly name: string;
  readonly content: Uint8Array;
  /** Where it should differ from the truth. */
  readonly size?: number;
  readonly flags?: number;
}

/** A ZIP archive written by its specification (PKWARE APPNOTE 4.3), which can also be told to lie. */
function zipOf(files: readonly Packed[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, size = content.length, flags = 0x800 } of files) {
    const [path, packed] = [Buffer.from(name), deflateRawSync(content)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

describe('a folder', () => {
  it('is its files, folder by folder, with numbers in names by their value', async () => {
    const names = [
      'b/frame-10.png',
      'b/frame-2.png',
      'b/frame-1.png',
      'a.png',
      'b2/x',
      'b/.hidden',
      'Thumbs.db',
      '.git/y',
    ];
    const file = await open(await folderWith(Object.fromEntries(names.map((name) => [name, name]))));
    expect(namesOf(file)).toEqual(['a.png', 'b/frame-1.png', 'b/frame-2.png', 'b/frame-10.png', 'b2/x']);
    expect(file.head).toHaveLength(0);
    expect(file.bytes).toBe(5 + 13 + 13 + 14 + 4);
    expect(Buffer.from((await file.entries?.[1]?.read()) ?? []).toString()).toBe('b/frame-1.png');
  });

  it('has another fingerprint when a content or a name is another, and only then', async () => {
    const fingerprint = async (files: Record<string, string>) =>
      (await open(await folderWith(files))).fingerprint.sha256;
    const first = await fingerprint({ a: 'one', b: 'two' });
    expect(await fingerprint({ b: 'two', a: 'one' })).toBe(first);
    expect(await fingerprint({ a: 'one', c: 'two' })).not.toBe(first);
    expect(await fingerprint({ a: 'onet', b: 'wo' })).not.toBe(first);
  });

  it('tells what a file is by its content', async () => {
    const file = await open(await folderWith({ 'a.wav': png, 'b.png': 'no picture' }));
    expect(file.entries?.map(formatOf)).toEqual(['png', undefined]);
  });

  it('follows a link to a file, but none to a folder or to nothing', async () => {
    const folder = await folderWith({ 'a/real': 'x' });
    await symlink(join(folder, 'a', 'real'), join(folder, 'link'));
    await symlink(folder, join(folder, 'a', 'round'));
    await symlink(join(folder, 'nothing'), join(folder, 'dangling'));
    expect(namesOf(await open(folder))).toEqual(['a/real', 'link']);
  });

  it('says that a file has changed, or is gone, since it was opened', async () => {
    const folder = await folderWith({ a: 'one', b: 'two' });
    const { entries = [] } = await open(folder);
    await appendFile(join(folder, 'a'), 'more');
    await rename(join(folder, 'b'), join(folder, 'c'));
    const told = await Promise.all(entries.map((entry) => userError(entry.read())));
    expect(told.map(({ what }) => what)).toEqual(['The file changed while it was read', 'There is no such file']);
  });

  it('is refused by whoever reads a single file, with a way out', async () => {
    const file = await open(await folderWith({ a: 'text' }));
    const read = async () => {
      for await (const _ of file.chunks());
    };
    expect((await userError(read())).message).toMatch(/^This is a folder, .*\. Choose a file inside it\.$/);
  });
});

describe('openEntry', () => {
  it('opens one file by its path, and says where there is none', async () => {
    const folder = await folderWith({ 'a.png': png });
    const entry = await openEntry(join(folder, 'a.png'));
    expect([entry.name, entry.bytes, formatOf(entry)]).toEqual(['a.png', png.length, 'png']);
    expect(Buffer.from(await entry.read()).equals(png)).toBe(true);
    expect((await userError(openEntry(join(folder, 'b.png')))).what).toBe('There is no such file');
  });
});

describe('a ZIP archive', () => {
  it('gives back whatever files were packed, in the order of a folder', async () => {
    const files = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-zé0-9]{1,8}(\/[a-z0-9]{1,8}){0,2}$/),
        content: fc.uint8Array({ maxLength: 9000 }),
      }),
      { minLength: 1, maxLength: 8, selector: ({ name }) => name },
    );
    await fc.assert(
      fc.asyncProperty(files, async (packed) => {
        const file = await openFile(zipOf(packed), 'data.zip');
        const read = await Promise.all(
          (file.entries ?? []).map(async (entry) => [entry.name, await entry.read()] as const),
        );
        expect(new Map(read)).toEqual(new Map(packed.map(({ name, content }) => [name, content])));
        for (const { name, bytes, head } of file.entries ?? []) {
          const content = packed.find((one) => one.name === name)?.content ?? new Uint8Array();
          expect([bytes, head]).toEqual([content.length, content.subarray(0, 4096)]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has the fingerprint of its bytes, and stays text to nobody', async () => {
    const bytes = zipOf([{ name: 'a.png', content: png }]);
    const file = await openFile(bytes, 'a.zip');
    expect(file.fingerprint.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(file.entries?.map(formatOf)).toEqual(['png']);
  });

  it('that is an office document is none', async () => {
    const document = zipOf([{ name: '[Content_Types].xml', content: Buffer.from('<Types/>') }]);
    expect((await openFile(document, 'table.csv')).entries).toBeUndefined();
  });

  it.each([
    [
      'would unpack to 100 times its size',
      [{ name: 'zeros', content: Buffer.alloc(3_000_000) }],
      /ZIP archive of .* MB would unpack to 3 MB, more than 100 times its size .*unpack it/,
    ],
    ['names a file outside', [{ name: '../../evil', content: png }], /names a file outside of itself: .*\.\.\/evil/],
    ['names a file of the whole disk', [{ name: '/etc/evil', content: png }], /names a file outside of itself/],
    [
      'names a file on a Windows drive',
      [{ name: 'C:\\evil', content: png }],
      /names a file outside of itself|no files/,
    ],
    ['has a password', [{ name: 'a.png', content: png, flags: 0x801 }], /has a password .*a\.png/],
    ['has nothing of a dataset', [{ name: '__MACOSX/a', content: png }], /The ZIP archive has no files/],
  ])('that %s is refused', async (_, files, message) => {
    expect((await userError(openFile(zipOf(files), 'a.zip'))).message).toMatch(message);
  });

  it('that lies about a size is found out, and never fills the memory', async () => {
    const content = Buffer.alloc(3_000_000, 'abcdefgh');
    const error = await userError(
      openFile(zipOf([{ name: 'a', content, size: 20 }]), 'a.zip').then(({ entries }) => entries?.[0]?.read()),
    );
    expect(error.message).toMatch(/cut short, damaged/);
  });

  it('that is cut short is refused with its name', async () => {
    const whole = zipOf([{ name: 'a.png', content: png }]);
    const error = await userError(openFile(whole.subarray(0, whole.length - 30), 'a.zip'));
    expect(error.message).toMatch(/cut short, damaged.*a\.zip/);
  });
});
