import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { nativeFolder } from '../../../src/native/cache-folder';
import { bindingFile, recordFile } from '../../../src/native/installation';
import { storedBinding, storedLibrary } from '../../../src/native/store';

/** A file as a store sends it. */
export interface Stored {
  readonly length: number;
  /** In base64. */
  readonly md5: string;
  readonly stream: () => Readable;
}

/** A file of an archive: its content, a file that has it, or a link to a file beside it. */
export interface Entry {
  readonly name: string;
  readonly bytes?: Uint8Array | string;
  readonly from?: string;
  readonly to?: string;
}

/** Whether TensorFlow is installed for the command line, so that archives can be made of it. */
export const isInstalled = existsSync(join(nativeFolder(), recordFile)) && process.platform === 'linux';

/**
 * What the store of tfjs-node would have, made of the installation for the command line, by the names of its files.
 *
 * @param folder for the archives
 */
export async function archivesOfInstalled(folder: string): Promise<ReadonlyMap<string, Stored>> {
  const real = (path: string) => join(nativeFolder(), path);
  const names = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'];
  const library = names.map((name) => real(`deps/lib/${name}`)).find(existsSync) ?? '';
  // As it is linked against a library of that name; the wheel's has another one.
  const bytes = Buffer.from(
    (await readFile(real(bindingFile))).toString('latin1').replace('libtensorflow_cc.so.2', 'libtensorflow.so.2\0\0\0'),
    'latin1',
  );
  const archives: readonly (readonly [string, readonly Entry[]])[] = [
    [storedBinding().name, [{ name: 'napi-v8/tfjs_binding.node', bytes }]],
    [
      storedLibrary().name,
      [
        { name: './lib/libtensorflow.so', to: 'libtensorflow.so.2' },
        { name: './lib/libtensorflow.so.2', to: 'libtensorflow.so.2.21.0' },
        { name: './lib/libtensorflow.so.2.21.0', from: library },
        { name: './lib/libtensorflow_framework.so.2', from: real('deps/lib/libtensorflow_framework.so.2') },
      ],
    ],
  ];
  const made = new Map<string, Stored>();
  for (const [name, entries] of archives) made.set(name, await archived(join(folder, name), entries));
  return made;
}

/** Writes a `.tar.gz`, whose files may be larger than what is held in memory. */
export async function archived(path: string, entries: readonly Entry[]): Promise<Stored> {
  const archive = pack();
  const hash = createHash('md5');
  const packed = createGzip({ level: 0, chunkSize: 2 ** 20 }).on('data', (part) => hash.update(part));
  const written = pipeline(archive, packed, createWriteStream(path));
  for (const { name, bytes = '', from, to } of entries) {
    if (to !== undefined) archive.entry({ name, type: 'symlink', linkname: to });
    else if (from === undefined) archive.entry({ name }, Buffer.from(bytes));
    else {
      const entry = archive.entry({ name, size: (await stat(from)).size });
      await pipeline(createReadStream(from, { highWaterMark: 2 ** 20 }), entry);
    }
  }
  archive.finalize();
  await written;
  return {
    length: (await stat(path)).size,
    md5: hash.digest('base64'),
    stream: () => createReadStream(path, { highWaterMark: 2 ** 20 }),
  };
}
