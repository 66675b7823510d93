/** `npm run native`: builds, and installs TensorFlow as an engine for the command line and for editors that have none of their own. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { dependencies } from './dependencies.mjs';
import { main, run } from './processes.mjs';
import { node24, root } from './toolchain.mjs';

await main(async () => {
  await dependencies();
  await build('production');
  const words = process.argv.slice(2);
  const args = [join(root, 'dist', 'cli.js'), 'native', ...(words.length > 0 ? words : ['install'])];
  return (await run(await node24(), args, { cwd: root })).code;
});
