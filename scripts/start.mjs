/**
 * `npm start`: VS Code with the extension from this checkout, on a sample dataset, with a training running.
 * `npm start -- FILE` takes a file of the user's. Options: `--server` takes VS Code's server even where the command
 * `code` is there; `--headless` opens it in a Chromium that nobody sees; `--screenshot PICTURE` does so too, saves what
 * is to be seen once the panel is live, and ends.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, vsixPath } from './build.mjs';
import { dependencies } from './dependencies.mjs';
import { main, need, run, SetupError, say, start } from './processes.mjs';
import { root } from './toolchain.mjs';

const sample = 'meetings.txt';
const began = Date.now();
const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

await main(async () => {
  const options = readArguments();
  await dependencies();
  const file = options.file ?? (await sampleFile());
  const env = { UNROLL_START_FILE: file };
  if (!options.server && (await openOwn(file, env))) return;
  await openServer(file, env, options);
});

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { server: { type: 'boolean' }, headless: { type: 'boolean' }, screenshot: { type: 'string' } },
  });
  const [name] = positionals;
  // npm changes to the checkout's folder; INIT_CWD is where the user was.
  const from = process.env.INIT_CWD ?? process.cwd();
  const file = name === undefined ? undefined : resolve(from, name);
  if (file !== undefined && !existsSync(file)) {
    throw new SetupError(`There is no file ${file}: name one that can be read, or none for the sample.`);
  }
  const picture = values.screenshot === undefined ? undefined : resolve(from, values.screenshot);
  const headless = values.headless === true || picture !== undefined;
  return { file, picture, headless, server: values.server === true || headless };
}

/** A copy of the sample in a folder of its own, where its runs go. */
async function sampleFile() {
  const folder = await mkdtemp(join(tmpdir(), 'unroll-'));
  await cp(join(root, 'examples', sample), join(folder, sample));
  return join(folder, sample);
}

/** Opens the user's own VS Code. @returns {Promise<boolean>} false where there is none that can be seen */
async function openOwn(/** @type {string} */ file, /** @type {NodeJS.ProcessEnv} */ env) {
  if (!hasCode() || (process.platform === 'linux' && !hasDisplay())) return false;
  const windows = process.platform === 'win32';
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, dirname(file)];
  say('Building the extension');
  await build('production');
  const quoted = windows ? args.map((argument) => `"${argument}"`) : args;
  const opened = await run('code', quoted, { env: { ...process.env, ...env }, shell: windows, quiet: true }).catch(
    () => undefined,
  );
  if (opened?.code !== 0) return false;
  say(`Opened ${file} in VS Code after ${seconds()}; its runs are kept in ${join(dirname(file), '.unroll')}.`);
  return true;
}

function hasCode() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => ['code', 'code.cmd'].some((name) => existsSync(join(folder, name))));
}

function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Starts VS Code's server and shows it; resolves when a picture was asked for and is taken, else never. */
async function openServer(
  /** @type {string} */ file,
  /** @type {NodeJS.ProcessEnv} */ env,
  /** @type {{ picture: string | undefined, headless: boolean }} */ { picture, headless },
) {
  say('Packing the extension');
  await need('Packing the extension', process.execPath, [join(root, 'scripts', 'package.mjs')]);
  const { startServer } = await import('./vscode-server.mjs');
  const server = await startServer({ vsix: vsixPath(), env });
  const url = server.url({ folder: dirname(file) });
  console.log(`\nVS Code with Unroll, which trains on ${basename(file)} as soon as it is opened:\n\n  ${url}\n`);
  say(`Ready after ${seconds()}. Its runs are kept in ${join(dirname(file), '.unroll')}. Ctrl-C ends it.`);
  if (headless) await openHeadless(url, picture);
  else openBrowser(url);
  if (!picture) await new Promise(() => {});
  await server.stop();
}

async function openHeadless(/** @type {string} */ url, /** @type {string | undefined} */ picture) {
  const { openWorkbench, startBrowser, webviewWith } = await import('./vscode-server.mjs');
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
  await openWorkbench(page, url);
  await webviewWith(page, '.heat-map', 120_000);
  say(`The panel is live after ${seconds()}.`);
  if (!picture) return;
  await mkdir(dirname(picture), { recursive: true });
  await page.screenshot({ path: picture });
  await browser.close();
}

/** Shows the address in the user's browser where there is a display. */
function openBrowser(/** @type {string} */ url) {
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const openers = {
    darwin: ['open', [url]],
    win32: ['rundll32', ['url.dll,FileProtocolHandler', url]],
    ...(hasDisplay() && { linux: ['xdg-open', [url]] }),
  };
  const [command, args] = openers[process.platform] ?? [];
  if (command && args) start(command, args).on('error', () => say('Open the address in a browser.'));
}
