import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { UserError } from '../base/user-error';
import { compileBinding, compiler } from './compile';
import { type Digest, download, megabytes, NotThere, nameOf } from './download';
import { bindingFile, libraryFolder } from './installation';
import { machineOf } from './machine';
import { isStored, type StoredFile, storedBinding, storedLibrary } from './store';
import { unpack } from './unpack';
import type { Filled, InstallOptions, Way } from './way';
import { hasWheel } from './wheel';

/**
 * What tfjs-node's own install script would fetch: its part in C++, compiled already, and libtensorflow. Where the store has no
 * part for this machine, as for macOS, that is compiled, unless there is a wheel, which has a newer TensorFlow to compile it for.
 *
 * Each file is checked against the digest that its store sends with it, and is not loaded without one. That finds what was damaged
 * on the way; whoever had the store itself could change both, against which there is https alone.
 */
export const ownDownload: Way = { name: "tfjs-node's own download", neededBytes: 1e9, isHere: isStored, fill };

async function fill(folder: string, options: InstallOptions): Promise<Filled> {
  const { signal, progress } = options;
  progress("Asking tfjs-node's store for TensorFlow", 0);
  const found = await takeBinding(folder, options).catch((error) => {
    if (!(error instanceof NotThere) || hasWheel() || process.platform === 'win32') throw error;
    return undefined;
  });
  if (!found) progress('Looking for a compiler of C++', 0.04);
  const program = found ? undefined : await compiler();
  const include = join(folder, 'include');
  const library = await take(storedLibrary(), folder, options, {
    words: 'TensorFlow',
    from: 0.05,
    to: 0.8,
    targetOf: (path) => libraryTarget(path) ?? (program && headerTarget(path)),
  });
  for (const path of loaded()) {
    if (!existsSync(join(folder, path))) throw lacking(storedLibrary(), path);
  }
  if (program) {
    progress("Compiling TensorFlow's part for Node.js", 0.85);
    const work = join(folder, 'work');
    await compileBinding(program, folder, include, work, signal);
    await Promise.all([include, work].map((one) => rm(one, { recursive: true, force: true })));
  }
  return {
    source: `store of tfjs-node: ${[found, library].flatMap((part) => part?.source ?? []).join('; ')}`,
    files: [bindingFile, ...library.files.filter((path) => !path.startsWith('include/'))],
  };
}

/** @throws NotThere where it is for other processors, before the library, hundreds of megabytes, is fetched for it */
async function takeBinding(folder: string, options: InstallOptions): Promise<Filled> {
  const file = storedBinding();
  const taken = await take(file, folder, options, {
    words: "tfjs-node's part in C++",
    from: 0.01,
    to: 0.04,
    targetOf: (path) => (basename(path) === basename(bindingFile) ? bindingFile : undefined),
  });
  const binding = await open(join(folder, bindingFile)).catch(() => undefined);
  if (!binding) throw lacking(file, bindingFile);
  const { buffer } = await binding.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => binding.close());
  const machine = machineOf(buffer);
  if (machine === undefined || machine === process.arch) return taken;
  await rm(join(folder, bindingFile));
  throw new NotThere({
    what: `${file.name} is for ${machine}, not for ${process.arch}`,
    wayOut: "Train with Unroll's own engine (--backend auto).",
  });
}

interface Part {
  /** What it is. */
  readonly words: string;
  /** Shares of the work at its beginning and end. */
  readonly from: number;
  readonly to: number;
  /** Within the folder. */
  readonly targetOf: (path: string) => string | undefined;
}

/** Downloads an archive, and takes out what is wanted. */
async function take(file: StoredFile, folder: string, options: InstallOptions, part: Part): Promise<Filled> {
  const { signal, progress, answerSeconds = 10 } = options;
  const { words, from, to, targetOf } = part;
  const archive = join(folder, 'archive');
  const digest = await download(file.url, archive, {
    name: file.name,
    from: 'store',
    signal,
    answerSeconds,
    progress: (done, all) =>
      progress(`Downloading ${words}, ${megabytes(done)} of ${megabytes(all)}`, from + ((to - from) * done) / all),
    digestOf,
  });
  progress(`Unpacking ${words}`, to);
  const target = (path: string) => {
    const found = targetOf(path);
    return found && join(folder, found);
  };
  const written = await unpack(archive, file.name, target, signal);
  await rm(archive);
  return {
    source: `${file.name}, ${nameOf(digest)} ${digest.value}`,
    files: written.map((path) => relative(folder, path).split(sep).join('/')),
  };
}

/** As the dynamic linker looks for them; on Windows beside the binding. */
function loaded(): readonly string[] {
  if (process.platform === 'win32') return [bindingFile.replace(/[^/]+$/, 'tensorflow.dll')];
  const end = process.platform === 'darwin' ? '2.dylib' : 'so.2';
  return ['libtensorflow', 'libtensorflow_framework'].map((name) => `${libraryFolder}/${name}.${end}`);
}

function libraryTarget(path: string): string | undefined {
  if (process.platform === 'win32') return /^(?:lib\/)?tensorflow\.dll$/.test(path) ? loaded()[0] : undefined;
  const name = /^lib\/(libtensorflow(?:_framework)?\.(?:so[.\d]*|[.\d]*dylib))$/.exec(path)?.[1];
  return name && `${libraryFolder}/${name}`;
}

function headerTarget(path: string): string | undefined {
  return /^include\/[\w./-]+\.h$/.exec(path)?.[0];
}

function lacking(file: StoredFile, path: string): UserError {
  return new UserError({
    what: `${file.name} has no ${basename(path)}`,
    wayOut: "Train with Unroll's own engine (--backend auto), and report this.",
  });
}

/** In what Google's store says of a file, or in a header that any server may send; either is MD5 in base64. */
function digestOf(headers: Headers): Digest | undefined {
  const base64 =
    /(?:^|[,\s])md5=([\w+/]{22}==)/.exec(headers.get('x-goog-hash') ?? '')?.[1] ??
    /^[\w+/]{22}==$/.exec(headers.get('content-md5') ?? '')?.[0];
  return base64 ? { algorithm: 'md5', value: Buffer.from(base64, 'base64').toString('hex') } : undefined;
}
