/** The bundles of the extension, and where the packed extension lies. Plain Node 20. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { need } from './processes.mjs';
import { root } from './toolchain.mjs';

/** Makes dist/ with webpack. */
export const build = (/** @type {'production' | 'development'} */ mode) =>
  need('The build', process.execPath, [join(root, 'node_modules', 'webpack', 'bin', 'webpack.js'), '--mode', mode], {
    cwd: root,
  });

/** `unroll-<version>.vsix` at the top of the checkout, whether it is there or not. */
export function vsixPath() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(root, `unroll-${version}.vsix`);
}
