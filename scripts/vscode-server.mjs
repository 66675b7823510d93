/**
 * VS Code's server on this machine and its workbench in Chromium, with folders of their own: a real workbench and a
 * real extension host without a display. Nothing of the user's VS Code is read or changed.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright } from 'playwright-core';
import { end, need, SetupError, start } from './processes.mjs';
import { chromium, node24, vscodeServer } from './toolchain.mjs';

/** What a person would see, without what would come between: welcome page, trust question, chat. */
const defaultSettings = {
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  // In a browser VS Code saves by itself; tests of unsaved files need it as it is on the desktop.
  'files.autoSave': 'off',
};

/**
 * @typedef {object} VSCodeServer
 * @property {number} port
 * @property {(location: { folder?: string, payload?: readonly (readonly [string, string])[] }) => string} url
 *   address of the workbench on a folder
 * @property {(path: string) => string} uri a file of this machine as the workbench names it
 * @property {(settings: Record<string, unknown>) => Promise<void>} changeSettings adds to the user's settings;
 *   a workbench reads them when it is opened or reloaded
 * @property {() => string} log what the server and the extension host have printed
 * @property {() => Promise<void>} stop ends the server and all that it started, and removes its folders
 */

/**
 * Starts a server on 127.0.0.1 at a free port.
 * @param {object} [options]
 * @param {string | readonly string[]} [options.vsix] extensions to install first
 * @param {Record<string, unknown>} [options.settings]
 * @param {NodeJS.ProcessEnv} [options.env] added to this process's environment; the extension host inherits it
 * @param {boolean} [options.testDriver] lets the page report the extension host's console and its tests' result;
 *   it also hides notifications
 * @returns {Promise<VSCodeServer>}
 */
export async function startServer({ vsix = [], settings = {}, env = {}, testDriver = false } = {}) {
  const [node, server] = [await node24(), await vscodeServer()];
  const home = await mkdtemp(join(tmpdir(), 'unroll-vscode-'));
  const userFolder = join(home, 'user', 'User');
  await mkdir(userFolder, { recursive: true });
  const settingsFile = join(userFolder, 'settings.json');
  await writeFile(settingsFile, JSON.stringify({ ...defaultSettings, ...settings }, undefined, 2));
  const changeSettings = async (/** @type {Record<string, unknown>} */ changed) => {
    const present = JSON.parse(await readFile(settingsFile, 'utf8'));
    await writeFile(settingsFile, JSON.stringify({ ...present, ...changed }, undefined, 2));
  };

  const folders = ['--server-data-dir', join(home, 'server'), '--user-data-dir', join(home, 'user')];
  folders.push('--extensions-dir', join(home, 'extensions'));
  const main = [
    join(server, 'out', 'server-main.js'),
    ...folders,
    '--accept-server-license-terms',
    '--telemetry-level',
    'off',
  ];
  const environment = { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env };
  for (const file of [vsix].flat()) {
    await need(`Installing ${file}`, node, [...main, '--install-extension', file], { env: environment });
  }

  const listen = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  if (testDriver) listen.push('--enable-smoke-test-driver');
  const child = start(node, [...main, ...listen], { env: environment });
  const stop = async () => {
    await end(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  let log = '';
  try {
    const port = await listening(child, (part) => (log += part));
    const authority = `127.0.0.1:${port}`;
    const uri = (/** @type {string} */ path) => `vscode-remote://${authority}${uriPath(path)}`;
    const url = (/** @type {Parameters<VSCodeServer['url']>[0]} */ { folder, payload = [] }) => {
      const address = new URL(`http://${authority}/`);
      if (folder) address.searchParams.set('folder', uriPath(folder));
      if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
      return address.href;
    };
    return { port, url, uri, changeSettings, log: () => log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `/abs/path`; on Windows `/c:/abs/path`. */
function uriPath(/** @type {string} */ path) {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}

/**
 * The port that the server prints once it listens.
 * @param {import('node:child_process').ChildProcess} child
 * @param {(part: string) => void} keep
 * @returns {Promise<number>}
 */
function listening(child, keep) {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (/** @type {string} */ part) => {
      keep(part);
      text += part;
      const found = /Extension host agent listening on (\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new SetupError(`VS Code's server ended (exit code ${code}):\n${text}`)));
  });
}

/** A Chromium that asks nobody but this machine. @param {{ headless?: boolean }} [options] */
export async function startBrowser({ headless = true } = {}) {
  return playwright.launch({
    executablePath: await chromium(),
    headless,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      ...(process.getuid?.() === 0 || process.env.CI ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** Opens the workbench in a page and waits until it can be used. */
export async function openWorkbench(/** @type {import('playwright-core').Page} */ page, /** @type {string} */ url) {
  await page.goto(url);
  await workbenchReady(page);
}

/** After opening or reloading: the status bar has items, which is when commands can be run. */
export async function workbenchReady(/** @type {import('playwright-core').Page} */ page) {
  await page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });
}

/**
 * The document of a webview in which something matches the selector; waits until there is one.
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 * @returns {Promise<import('playwright-core').Frame>}
 */
export async function webviewWith(page, selector, milliseconds = 30_000) {
  const until = Date.now() + milliseconds;
  for (;;) {
    for (const frame of webviewFrames(page)) {
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    const left = until - Date.now();
    if (left <= 0) throw new Error(`No webview shows ${selector} after ${milliseconds} ms. ${await shownBy(page)}`);
    await framesChange(page, Math.min(left, 250));
  }
}

/** Every webview is a frame in a frame, whose address is known. */
const webviewFrames = (/** @type {import('playwright-core').Page} */ page) =>
  page.frames().filter((frame) => /\/fake\.html(\?|$)/.test(frame.url()));

/** A frame comes or goes; what changes within one is seen after the time. */
async function framesChange(/** @type {import('playwright-core').Page} */ page, /** @type {number} */ timeout) {
  const changes = [page.waitForEvent('framenavigated', { timeout }), page.waitForEvent('framedetached', { timeout })];
  await Promise.race(changes).catch(() => undefined);
}

async function shownBy(/** @type {import('playwright-core').Page} */ page) {
  const texts = webviewFrames(page).map((frame) => frame.locator('body').innerText({ timeout: 1000 }));
  const shown = (await Promise.allSettled(texts)).map((text) =>
    text.status === 'fulfilled' ? text.value.slice(0, 500) : '',
  );
  return `There ${shown.length === 1 ? 'is 1 webview' : `are ${shown.length} webviews`}: ${JSON.stringify(shown)}`;
}
