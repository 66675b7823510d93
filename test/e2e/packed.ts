import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { vsixPath } from '../../scripts/build.mjs';
import { need, say } from '../../scripts/processes.mjs';
import { root } from '../../scripts/toolchain.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packed extension. */
    vsix: string;
  }
}

/** Packs the extension once for all end-to-end tests, or takes the one that `UNROLL_VSIX` names. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('vsix', process.env.UNROLL_VSIX ?? (await pack()));
}

async function pack(): Promise<string> {
  say('Packing the extension');
  await need('Packing the extension', process.execPath, [join(root, 'scripts', 'package.mjs')]);
  return vsixPath();
}
