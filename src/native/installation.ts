import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `installed.json` says of an installation; written last, so that what has one is whole. */
export interface InstallationRecord {
  /** Of the folder's layout and of what is compiled into it; another one is no installation. */
  readonly format: typeof installationFormat;
  /** Version of `@tensorflow/tfjs-node`, whose part in C++ this is. */
  readonly tfjsNode: string;
  /** Version of TensorFlow. */
  readonly tensorFlow: string;
  /** Where it came from, in words. */
  readonly source: string;
  /** Of all files. */
  readonly bytes: number;
  /** What is loaded, by its path within the folder. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  /** ISO 8601, UTC. */
  readonly installedAt: string;
}

export interface Installation {
  readonly folder: string;
  readonly record: InstallationRecord;
}

export const installationFormat = 1;

/** Within an installation, as `@tensorflow/tfjs-node` has it: the binding finds TensorFlow from there. */
export const bindingFile = 'lib/napi-v8/tfjs_binding.node';
export const libraryFolder = 'deps/lib';
export const recordFile = 'installed.json';

/** The first of some folders that has a whole installation of this format. */
export async function findInstallation(folders: readonly string[]): Promise<Installation | undefined> {
  for (const folder of folders) {
    try {
      const record: InstallationRecord = JSON.parse(await readFile(join(folder, recordFile), 'utf8'));
      if (record.format === installationFormat) return { folder, record };
    } catch {
      // None, or one that another program is just removing.
    }
  }
  return undefined;
}
