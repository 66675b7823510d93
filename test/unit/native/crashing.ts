import { execFileSync } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bindingFile, installationFormat, recordFile } from '../../../src/native/installation';

export const hasCompiler = (() => {
  try {
    execFileSync('c++', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

/** Makes an installation of a library that ends whatever process loads it. */
export async function installCrashing(folder: string): Promise<void> {
  const target = join(folder, bindingFile);
  await mkdir(dirname(target), { recursive: true });
  const source = join(folder, 'crash.cc');
  await writeFile(source, '#include <cstdlib>\n__attribute__((constructor)) static void crash() { std::abort(); }\n');
  execFileSync('c++', ['-shared', '-fPIC', '-o', target, source]);
  const { size } = await stat(target);
  const record = {
    ...{ format: installationFormat, tfjsNode: '4.22.0', tensorFlow: '2.21.0', bytes: size },
    files: { [bindingFile]: { bytes: size, sha256: '' } },
  };
  await writeFile(join(folder, recordFile), JSON.stringify(record));
}
