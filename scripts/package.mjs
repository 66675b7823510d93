/**
 * `npm run package`: builds the extension and packs it into `unroll-<version>.vsix` at the top of the checkout.
 * `--built` packs what dist/ holds.
 */
import { readFile } from 'node:fs/promises';
import { build, vsixPath } from './build.mjs';
import { dependencies } from './dependencies.mjs';
import { main, SetupError } from './processes.mjs';
import { root } from './toolchain.mjs';

const megabytesAtMost = 5;
const filesAtMost = 60;

await main(async () => {
  await dependencies();
  const { createVSIX } = await import('@vscode/vsce');
  if (!process.argv.includes('--built')) await build('production');
  const vsix = vsixPath();
  // There is no public repository to turn the README's relative links into addresses of, so they stay as they are.
  await createVSIX({
    cwd: root,
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const archive = await readFile(vsix);
  const megabytes = archive.length / 1e6;
  const files = entries(archive);
  console.log(`${vsix}: ${megabytes.toFixed(2)} MB, ${files} files`);
  if (megabytes > megabytesAtMost || files > filesAtMost) {
    throw new SetupError(
      `The VSIX may have ${megabytesAtMost} MB and ${filesAtMost} files at most: leave out what the extension does not open (.vscodeignore).`,
    );
  }
});

/** The number of a zip archive's entries, which stands in the record at its end (it has no comment). */
function entries(/** @type {Buffer} */ archive) {
  return archive.readUInt16LE(archive.length - 22 + 10);
}
