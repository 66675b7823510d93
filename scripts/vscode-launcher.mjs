#!/usr/bin/env node
/**
 * Stands where `@vscode/test-electron` expects the program of VS Code: takes `--extensionDevelopmentPath=` and
 * `--extensionTestsPath=` (and a folder to open), runs the tests in the extension host of VS Code's server with the
 * workbench in a headless Chromium, and ends with their exit code. Their console, which the workbench mixes with its
 * own, is printed, or appended to the file that `UNROLL_HOST_CONSOLE` names.
 */
import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { main, SetupError } from './processes.mjs';
import { openWorkbench, startBrowser, startServer } from './vscode-server.mjs';

const argument = (/** @type {string} */ name) =>
  process.argv.find((value) => value.startsWith(`--${name}=`))?.slice(name.length + 3);

await main(async () => {
  const extension = argument('extensionDevelopmentPath');
  const tests = argument('extensionTestsPath');
  if (!extension || !tests) {
    throw new SetupError(
      'Usage: vscode-launcher.mjs [FOLDER] --extensionDevelopmentPath=DIR --extensionTestsPath=FILE',
    );
  }
  const folder = process.argv.slice(2).find((value) => !value.startsWith('-'));
  const server = await startServer({ testDriver: true });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.exposeFunction('codeAutomationLog', print);
    /** @type {Promise<number>} */
    const exit = new Promise((done) => void page.exposeFunction('codeAutomationExit', done));
    const crashed = new Promise((_, reject) => page.on('crash', () => reject(new Error('The workbench crashed.'))));
    const url = server.url({
      ...(folder && { folder: resolve(folder) }),
      payload: [
        ['extensionDevelopmentPath', server.uri(resolve(extension))],
        ['extensionTestsPath', server.uri(resolve(tests))],
      ],
    });
    await openWorkbench(page, url);
    return await Promise.race([exit, crashed]);
  } finally {
    await browser.close();
    await server.stop();
  }
});

function print(/** @type {string} */ type, /** @type {unknown[]} */ values) {
  const text = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ');
  const file = process.env.UNROLL_HOST_CONSOLE;
  if (file) appendFileSync(file, `${type}: ${text}\n`);
  else (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${text}\n`);
}
