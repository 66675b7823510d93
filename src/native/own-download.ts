import { open, rm, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { UserError } from '../base/user-error';
import { type Digest, download, megabytes, nameOf } from './download';
import { bindingFile, libraryFolder } from './installation';
import { machineOf } from './machine';
import { isStored, type StoredFile, storedBinding, storedLibrary } from './store';
import { unpack } from './unpack';
import type { Filled, InstallOptions, Way } from './way';

/**
 * What tfjs-node's own install script would fetch: its part in C++, compiled already, and libtensorflow. Each file is checked
 * against the digest that its store sends with it, and is not loaded without one. That finds what was damaged on the way; whoever
 * had the store itself could change both, against which there is https alone.
 */
export const ownDownload: Way = { name: "tfjs-node's own download", neededBytes: 1e9, isHere: isStored, fill };

async function fill(folder: string, { signal, progress, answerSeconds = 10 }: InstallOptions): Promise<Filled> {
  progress("Asking tfjs-node's store for TensorFlow", 0);
  const parts = [
    { file: storedBinding(), targetOf: bindingTarget, from: 0.01, to: 0.05 },
    { file: storedLibrary(), targetOf: libraryTarget, from: 0.05, to: 0.8 },
  ];
  const files: string[] = [];
  const sources: string[] = [];
  for (const { file, targetOf, from, to } of parts) {
    const archive = join(folder, 'archive');
    const digest = await download(file.url, archive, {
      name: file.name,
      from: 'store',
      signal,
      answerSeconds,
      progress: (done, all) =>
        progress(
          `Downloading ${nameWords(file)}, ${megabytes(done)} of ${megabytes(all)}`,
          from + ((to - from) * done) / all,
        ),
      digestOf,
    });
    if (targetOf === libraryTarget) progress('Unpacking TensorFlow', to);
    const target = (path: string) => {
      const found = targetOf(path);
      return found && join(folder, found);
    };
    const written = await unpack(archive, file.name, target, signal);
    files.push(...written.map((path) => relative(folder, path).split(sep).join('/')));
    sources.push(`${file.name}, ${nameOf(digest)} ${digest.value}`);
    await rm(archive);
    if (targetOf === bindingTarget) await expectMachine(folder, file);
  }
  for (const path of loaded()) {
    if (!(await stat(join(folder, path)).catch(() => undefined))) throw lacking(storedLibrary(), path);
  }
  return { source: `store of tfjs-node: ${sources.join('; ')}`, files };
}

/** As the dynamic linker looks for them; on Windows beside the binding. */
function loaded(): readonly string[] {
  if (process.platform === 'win32') return [bindingFile.replace(/[^/]+$/, 'tensorflow.dll')];
  const end = process.platform === 'darwin' ? '2.dylib' : 'so.2';
  return ['libtensorflow', 'libtensorflow_framework'].map((name) => `${libraryFolder}/${name}.${end}`);
}

function bindingTarget(path: string): string | undefined {
  return basename(path) === basename(bindingFile) ? bindingFile : undefined;
}

function libraryTarget(path: string): string | undefined {
  if (/^(?:lib\/)?tensorflow\.dll$/.test(path)) return loaded()[0];
  const name = /^lib\/(libtensorflow(?:_framework)?\.(?:so[.\d]*|[.\d]*dylib))$/.exec(path)?.[1];
  return name && `${libraryFolder}/${name}`;
}

/** Before the library, hundreds of megabytes, is fetched for a binding that is no use. */
async function expectMachine(folder: string, file: StoredFile): Promise<void> {
  const binding = await open(join(folder, bindingFile)).catch(() => undefined);
  if (!binding) throw lacking(file, basename(bindingFile));
  const { buffer } = await binding.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => binding.close());
  const machine = machineOf(buffer);
  if (machine === undefined || machine === process.arch) return;
  throw new UserError({
    what: `${file.name} is for ${machine}, not for ${process.arch}`,
    wayOut: "Train with Unroll's own engine (--backend auto).",
  });
}

function lacking(file: StoredFile, path: string): UserError {
  return new UserError({
    what: `${file.name} has no ${basename(path)}`,
    wayOut: "Train with Unroll's own engine (--backend auto), and report this.",
  });
}

function nameWords({ name }: StoredFile): string {
  return name === storedBinding().name ? "tfjs-node's part in C++" : 'TensorFlow';
}

/** In what Google's store says of a file, or in a header that any server may send; either is MD5 in base64. */
function digestOf(headers: Headers): Digest | undefined {
  const base64 =
    /(?:^|[,\s])md5=([\w+/]{22}==)/.exec(headers.get('x-goog-hash') ?? '')?.[1] ??
    /^[\w+/]{22}==$/.exec(headers.get('content-md5') ?? '')?.[0];
  return base64 ? { algorithm: 'md5', value: Buffer.from(base64, 'base64').toString('hex') } : undefined;
}
