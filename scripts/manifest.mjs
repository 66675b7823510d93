/** Writes the settings that `src/editor/manifest-settings.ts` makes from the schema of a run into package.json. */
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const {
  outputFiles: [bundle],
} = await build({
  entryPoints: [`${import.meta.dirname}/../src/editor/manifest-settings.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
if (!bundle) throw new Error('esbuild made nothing');
const code = Buffer.from(bundle.contents).toString('base64');
const { manifestSettings } = await import(`data:text/javascript;base64,${code}`);

const path = new URL('../package.json', import.meta.url);
const manifest = JSON.parse(await readFile(path, 'utf8'));
manifest.contributes.configuration.properties = manifestSettings();
await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
