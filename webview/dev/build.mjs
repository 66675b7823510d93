/** Builds the panel with a made-up host, to look at and to test: `npm run dev:webview`, then open the page it names. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, context } from 'esbuild';

const here = import.meta.dirname;

/** @param {string} folder where the page goes @returns {Promise<string>} its address */
export async function buildPage(folder, watch = false) {
  await mkdir(folder, { recursive: true });
  await copyFile(join(here, 'index.html'), join(folder, 'index.html'));
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    entryPoints: [join(here, 'main.tsx')],
    bundle: true,
    outfile: join(folder, 'panel.js'),
    loader: { '.css': 'text' },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    target: 'es2023',
    sourcemap: 'inline',
  };
  if (watch) await (await context(options)).watch();
  else await build(options);
  return pathToFileURL(join(folder, 'index.html')).href;
}

if (process.argv[1] === import.meta.filename) {
  const page = await buildPage(join(here, '..', '..', 'out', 'webview-dev'), true);
  console.log(
    `The panel, rebuilt at each change: ${page}\nReload the page to see it; webview/dev/main.tsx says what the address can hold. Ctrl+C ends.`,
  );
}
