import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { type DatasetFile, openDataset } from '../../../src/data';

const folders: string[] = [];
afterAll(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder that is gone after the tests of this file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unroll data ß-'));
  folders.push(folder);
  return folder;
}

let shared: Promise<string> | undefined;
let count = 0;

export async function fileWith(content: string | Uint8Array, name = 'file.txt'): Promise<string> {
  shared ??= temporaryFolder();
  const path = join(await shared, `${++count} ${name}`);
  await writeFile(path, content);
  return path;
}

export async function openFile(content: string | Uint8Array, name?: string): Promise<DatasetFile> {
  return openDataset({ kind: 'file', path: await fileWith(content, name) });
}

export function openText(text: string, name = 'Untitled-1'): Promise<DatasetFile> {
  return openDataset({ kind: 'text', name, text });
}

/** The error of a promise that must fail with one that a person can act on. */
export async function userError(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`Expected a UserError, got ${String(error)}`, { cause: error });
}

export async function gathered(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}
