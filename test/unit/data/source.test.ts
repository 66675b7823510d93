import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data';
import { fileWith, openFile, openText, temporaryFolder, userError } from './temporary';

const open = (path: string) => openDataset({ kind: 'file', path });

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; largest: number }> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return { bytes: Buffer.concat(parts), largest: Math.max(...parts.map((part) => part.length)) };
}

describe('openDataset', () => {
  it('gives the bytes in parts of 64 KiB, again and again, with their SHA-256', async () => {
    const content = Buffer.alloc(2_500_000, 'abcdefg');
    const file = await openFile(content, 'числа и 数字 with spaces.txt');
    expect(file.name).toMatch(/числа и 数字 with spaces\.txt$/);
    expect(file.fingerprint).toEqual({
      bytes: 2_500_000,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    expect(Buffer.from(file.head).equals(content.subarray(0, 65_536))).toBe(true);
    for (const _ of [1, 2]) {
      const { bytes, largest } = await readAll(file.chunks());
      expect(bytes.equals(content)).toBe(true);
      expect(largest).toBe(64 * 1024);
    }
  });

  it('gives the text of an editor as UTF-8, with the fingerprint that the same file would have', async () => {
    const text = '🎈é'.repeat(400_000);
    const [fromText, fromFile] = [await openText(text, 'note\u001b[2J.txt'), await openFile(text)];
    expect(fromText.fingerprint).toEqual(fromFile.fingerprint);
    expect(fromText.path).toBeUndefined();
    expect(fromText.name).toBe('note␛[2J.txt');
    expect((await readAll(fromText.chunks())).largest).toBeLessThanOrEqual(64 * 1024);
  });

  it('refuses a missing file, an empty folder, an empty file and an empty editor, with a way out', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'inside'));
    const missing = await userError(open(join(folder, 'no.txt')));
    expect(missing.message).toMatch(/^There is no such file \(.*no\.txt\)\. Check/);
    expect((await userError(open(join(folder, 'inside')))).what).toBe('The folder has no files');
    expect((await userError(openFile(''))).what).toBe('The file is empty');
    expect((await userError(openText(''))).what).toBe('The file is empty');
  });

  it('refuses a pipe at once instead of waiting for it', async () => {
    const pipe = join(await temporaryFolder(), 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    expect((await userError(open(pipe))).what).toContain('pipe');
  });

  it('says that a file may not be read', async () => {
    const path = await fileWith('secret');
    await chmod(path, 0);
    // Root may read everything, so be nobody for a moment.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    const error = await userError(open(path)).finally(() => root && process.seteuid?.(0));
    expect(error.what).toBe('The file may not be read');
  });

  it('notices that a file grew, was rewritten or deleted since it was opened', async () => {
    const [grown, rewritten, deleted] = [await fileWith('one'), await fileWith('two'), await fileWith('three')];
    const files = await Promise.all([grown, rewritten, deleted].map(open));
    await appendFile(grown, ' more');
    await utimes(rewritten, 1, 1);
    await rm(deleted);
    const errors = await Promise.all(files.map((file) => userError(readAll(file.chunks()))));
    expect(errors.map(({ what }) => what)).toEqual([
      'The file changed while it was read',
      'The file changed while it was read',
      'There is no such file',
    ]);
  });

  it('notices a change in the middle of reading', async () => {
    const path = await fileWith(Buffer.alloc(2_000_000, 'x'));
    const file = await open(path);
    const reading = (async () => {
      for await (const _ of file.chunks()) await appendFile(path, 'y');
    })();
    expect((await userError(reading)).what).toBe('The file changed while it was read');
  });
});
