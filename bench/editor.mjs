/**
 * What the extension costs the editor, in VS Code's server with the packed extension: time of activation as VS Code
 * itself reports it, the longest standstill of the extension host's event loop while it trains, and updates of the
 * panel a second. A window of its own a round; medians of all rounds. `npm run bench:editor -- --rounds 5`.
 */
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { vsixPath } from '../scripts/build.mjs';
import { main, need } from '../scripts/processes.mjs';
import { root } from '../scripts/toolchain.mjs';
import { openWorkbench, startBrowser, startServer, webviewWith } from '../scripts/vscode-server.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '20' } },
});
const seconds = Number(values.seconds);

/**
 * @typedef {object} Round
 * @property {number} activation ms
 * @property {number} clock ms, longest standstill while training
 * @property {number} busy ms, of it on a processor
 * @property {number} updates a second
 * @property {number} steps a second
 */

await main(async () => {
  await need('Packing the extension', process.execPath, [join(root, 'scripts', 'package.mjs')]);
  /** @type {Round[]} */
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure());
  const middle = (/** @type {keyof Round} */ key) => median(rounds.map((round) => round[key])).toFixed(1);
  const [bundle, packed] = await Promise.all([stat(join(root, 'dist', 'host.js')), stat(vsixPath())]);
  console.log(`activation                                ${middle('activation')} ms`);
  console.log(`loaded at activation                      ${(bundle.size / 1000).toFixed(1)} kB`);
  console.log(`longest standstill of the extension host  ${middle('clock')} ms, ${middle('busy')} ms of it computing`);
  console.log(
    `updates of the panel                      ${middle('updates')} a second, at ${middle('steps')} steps a second`,
  );
  console.log(`VSIX                                      ${(packed.size / 1e6).toFixed(2)} MB`);
});

/** @returns {Promise<Round>} */
async function measure() {
  const folder = await mkdtemp(join(tmpdir(), 'unroll-bench-'));
  const report = join(folder, 'loop.jsonl');
  const file = join(folder, 'meetings.txt');
  await Promise.all([cp(join(root, 'examples', 'meetings.txt'), file), writeFile(report, '')]);
  const probe = join(folder, 'loop-probe.vsix');
  await createVSIX({
    cwd: join(root, 'bench', 'loop-probe'),
    packagePath: probe,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  const server = await startServer({
    vsix: [vsixPath(), probe],
    settings: { 'unroll.training.steps': 2_000 },
    env: { UNROLL_START_FILE: file, UNROLL_LOOP_REPORT: report },
  });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await openWorkbench(page, server.url({ folder }));
    const panel = await webviewWith(page, '.heat-map', 120_000);
    const began = Date.now();
    const step = async () => Number(await panel.locator('[data-view="header"]').getAttribute('data-step'));
    const first = await step();
    await panel.evaluate(() => {
      const counter = { updates: 0 };
      Object.assign(globalThis, { counter });
      addEventListener('message', () => counter.updates++);
    });
    await delay(seconds * 1000);
    const updates = await panel.evaluate(() => Reflect.get(globalThis, 'counter').updates);
    const passed = (Date.now() - began) / 1000;
    const steps = ((await step()) - first) / passed;
    const lines = (await readFile(report, 'utf8')).split('\n').filter(Boolean);
    const training = lines.map((line) => JSON.parse(line)).filter(({ at }) => at > began + 1000);
    const most = (/** @type {'clock' | 'busy'} */ key) => Math.max(...training.map((second) => second[key]));
    return {
      activation: await activationTime(page),
      clock: most('clock'),
      busy: most('busy'),
      updates: updates / passed,
      steps,
    };
  } finally {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As "Developer: Show Running Extensions" has it. @param {import('playwright-core').Page} page */
async function activationTime(page) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget:visible input.input');
  await input.fill('>Developer: Show Running Extensions');
  await page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'Show Running Extensions' }).waitFor();
  await page.keyboard.press('Enter');
  const row = page.locator('.runtime-extensions-editor .extension', { hasText: 'Unroll' }).first();
  const text = await row.locator('.activation-time').textContent();
  return Number(/([\d.]+)\s*ms/.exec(text ?? '')?.[1] ?? Number.NaN);
}

/** @param {readonly number[]} list */
function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
