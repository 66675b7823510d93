import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/user-error';
import { compileBinding, compiler } from './compile';
import { download, megabytes } from './download';
import { bindingFile, libraryFolder } from './installation';
import { unpack } from './unpack';
import type { Filled, InstallOptions, Way } from './way';
import { findWheel, hasWheel, tensorFlowVersion } from './wheel';

/** Libraries of the wheel, with the names under which the linker looks for them. */
const libraries = [
  { file: 'libtensorflow_cc.so.2', alias: 'libtensorflow.so' },
  { file: 'libtensorflow_framework.so.2', alias: 'libtensorflow_framework.so' },
] as const;

/** libtensorflow out of TensorFlow's wheel in the Python registry, for which tfjs-node's part is compiled here. */
export const wheelDownload: Way = { name: "TensorFlow's wheel", neededBytes: 1.6e9, isHere: hasWheel, fill };

async function fill(folder: string, { signal, progress }: InstallOptions): Promise<Filled> {
  progress('Looking for a compiler of C++', 0);
  const program = await compiler();
  progress('Asking the Python registry for TensorFlow', 0.01);
  const { name, url, sha256 } = await findWheel(signal);
  const archive = join(folder, 'wheel');
  await download(url, archive, {
    name,
    from: 'registry',
    signal,
    progress: (done, all) =>
      progress(`Downloading TensorFlow's wheel, ${megabytes(done)} of ${megabytes(all)}`, 0.02 + (0.68 * done) / all),
    digestOf: () => ({ algorithm: 'sha256', value: sha256 }),
  });
  progress('Unpacking TensorFlow', 0.7);
  const include = join(folder, 'include');
  await takeOut(archive, folder, include, signal);
  await rm(archive);
  progress("Compiling TensorFlow's part for Node.js", 0.85);
  const work = join(folder, 'work');
  await compileBinding(program, folder, include, work, signal);
  await Promise.all([include, work].map((one) => rm(one, { recursive: true })));
  return {
    source: `wheel ${name}, SHA-256 ${sha256}`,
    files: [bindingFile, ...libraries.map(({ file }) => `${libraryFolder}/${file}`)],
  };
}

/** The libraries and the headers of TensorFlow's interface in C. */
async function takeOut(archive: string, folder: string, include: string, signal: AbortSignal): Promise<void> {
  const wanted = new Map<string, string>(
    libraries.map(({ file }) => [`tensorflow/${file}`, join(folder, libraryFolder, file)]),
  );
  const targetOf = (path: string) => {
    const header = /^tensorflow\/include\/((tensorflow\/(c|core\/platform)|tsl|xla\/tsl)\/[\w./-]+\.h)$/.exec(
      path,
    )?.[1];
    return wanted.get(path) ?? (header && join(include, header));
  };
  const written = await unpack(archive, "TensorFlow's wheel", targetOf, signal);
  for (const [path, target] of wanted) {
    if (written.includes(target)) continue;
    throw new UserError({
      what: `TensorFlow's wheel has no ${path}`,
      where: `TensorFlow ${tensorFlowVersion}`,
      wayOut: "Train with Unroll's own engine (--backend auto), and report this.",
    });
  }
  for (const { file, alias } of libraries) await symlink(file, join(folder, libraryFolder, alias));
}
