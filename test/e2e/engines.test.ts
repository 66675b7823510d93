import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { archivesOfInstalled, isInstalled, type Stored } from '../unit/native/archives';
import { hasCompiler, installCrashing } from '../unit/native/crashing';
import { becomes, panelOf } from './panel';
import { newestRun } from './run-folder';
import { useWorkbench } from './use-workbench';

/** In place of the person's own, where the command line may have installed an engine; and what the store has. */
const cache = await mkdtemp(join(tmpdir(), 'unroll-cache-'));
const stored = isInstalled ? await archivesOfInstalled(cache) : new Map<string, Stored>();
/** Until it is let go on, the store sends no more than the beginning of a large file. */
let isHeld = true;
const store = createServer(({ url = '' }, response) => {
  const found = stored.get(url.slice(url.lastIndexOf('/') + 1));
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': found.length, 'content-md5': found.md5 });
  void sent(found, response).catch(() => response.destroy());
});
await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
afterAll(async () => {
  store.closeAllConnections();
  store.close();
  await rm(cache, { recursive: true });
});

async function sent({ stream, length }: Stored, response: ServerResponse): Promise<void> {
  if (!isHeld || length < 10e6) {
    await pipeline(stream(), response);
    return;
  }
  for await (const part of stream()) {
    response.write(part);
    return;
  }
}

const workbench = useWorkbench({
  env: { XDG_CACHE_HOME: cache, TFJS_NODE_CDN_STORAGE: address, PIP_INDEX_URL: `${address}/simple` },
  settings: { 'unroll.model.units': 4, 'unroll.training.steps': 100_000 },
});
const file = 'meetings.txt';

test.runIf(hasCompiler)(
  'a library that ends the process that loads it leaves the window as it was, and another engine can train',
  async () => {
    const vscode = workbench();
    await installCrashing(join(cache, 'unroll', 'native'));
    await vscode.openFile(`examples/${file}`);
    await vscode.command('Unroll: Train on This File');
    for (const step of [1, 2, 3]) await vscode.accept(`Train on ${file} (${step}/4)`);
    await vscode.pick(`Train on ${file} (4/4)`, 'Change engine…');
    await vscode.pick('What is to compute?', 'TensorFlow');
    await vscode.accept(`Train on ${file} (4/4)`);
    const message = vscode.notification('TensorFlow does not work here');
    await expect.poll(() => message.innerText()).toMatch(/its process was ended by SIGABRT/);
    await vscode.screenshot('native-crash');
    await message.getByRole('button', { name: "Use Unroll's Own Engine" }).click();
    await panelOf(vscode, { name: `lstm on ${file}`, state: 'running' });
    expect((await newestRun(vscode.folder)).record.engine.backend).toBe('wasm');
    await vscode.command('Unroll: Stop Training');
    await rm(join(cache, 'unroll'), { recursive: true });
  },
);

describe.runIf(isInstalled)('where the store has TensorFlow', () => {
  test('an installation tells beforehand what it takes, shows how far it is, and leaves nothing when it is cancelled', async () => {
    const vscode = workbench();
    await vscode.command('Unroll: Install Native Engine');
    const question = vscode.dialog('Install TensorFlow as an engine?');
    await question.waitFor();
    await vscode.screenshot('native-question');
    await question.getByRole('button', { name: 'Install' }).click();
    const notification = vscode.notification('Installing TensorFlow');
    await expect
      .poll(() => notification.innerText(), { timeout: 60_000 })
      .toMatch(/Downloading TensorFlow[^,]*, \d+ MB of \d{3} MB/);
    await vscode.screenshot('native-progress');
    await notification.getByRole('button', { name: 'Cancel' }).click();
    await notification.waitFor({ state: 'hidden' });
    isHeld = false;
  });

  test('TensorFlow is chosen among the engines, installed on the way, and trains', async () => {
    const vscode = workbench();
    await vscode.openFile(`examples/${file}`);
    await vscode.command('Unroll: Train on This File');
    for (const step of [1, 2, 3]) await vscode.accept(`Train on ${file} (${step}/4)`);
    await vscode.pick(`Train on ${file} (4/4)`, 'Change engine…');
    await vscode.quickPick('What is to compute?');
    await vscode.screenshot('native-engines');
    await vscode.pick('What is to compute?', 'TensorFlow');
    await vscode.dialog('Install TensorFlow as an engine?').getByRole('button', { name: 'Install' }).click();
    await vscode.notification('Installed TensorFlow').waitFor({ timeout: 120_000 });
    await vscode.screenshot('native-installed');
    await vscode.accept(`Train on ${file} (4/4)`);
    await panelOf(vscode, { name: `lstm on ${file} (2)`, state: 'running' });
    expect((await newestRun(vscode.folder)).record.engine.backend).toBe('tensorflow');
    await vscode.pictures('native-running');
  });

  test('what computes is not removed', async () => {
    const vscode = workbench();
    await vscode.command('Unroll: Remove Native Engine');
    await vscode.notification('TensorFlow is computing for').waitFor();
    await vscode.screenshot('native-in-use');
  });

  test('a run goes on with another engine', async () => {
    const vscode = workbench();
    const panel = await panelOf(vscode, { name: `lstm on ${file} (2)`, state: 'running' });
    await vscode.command('Unroll: Stop Training');
    await becomes(panel, 'stopped');
    await vscode.command('Unroll: Continue Run on Another Engine…');
    await vscode.accept('Choose a run');
    await vscode.quickPick('Which engine');
    await vscode.screenshot('native-continue');
    await vscode.pick('Which engine', "Unroll's own");
    await becomes(panel, 'running');
    expect((await newestRun(vscode.folder)).record.engine.backend).toBe('wasm');
  });

  test('what it learned is exported for TF.js, and begins another run', async () => {
    const vscode = workbench();
    const panel = await panelOf(vscode, { name: `lstm on ${file} (2)`, state: 'running' });
    await vscode.command('Unroll: Stop Training');
    await becomes(panel, 'stopped');
    await vscode.command('Unroll: Export Model for TF.js…');
    const target = join(vscode.folder, 'meetings-tfjs');
    const place = (await vscode.quickPick('Export lstm on')).locator('input.input');
    await expect.poll(() => place.inputValue()).toBe(target);
    await vscode.page.keyboard.press('Enter');
    await vscode.notification('tf.loadLayersModel reads it').waitFor();
    await vscode.screenshot('exported');
    expect((await readdir(target)).sort()).toEqual(['model.json', 'weights.bin']);

    await vscode.openFile(`examples/${file}`);
    await vscode.command('Unroll: Train from Model…');
    const path = (await vscode.quickPick('Train from Model')).locator('input.input');
    // The dialog begins with the folder of the text; what is typed before it has listed that is lost.
    await expect.poll(() => vscode.quickPickRows()).toContain('..');
    await path.fill(`${target}/`);
    await vscode.pick('Train from Model', 'model.json');
    await vscode.accept(`Train on ${file} (1/2)`);
    await vscode.quickPick(`Train on ${file} (2/2)`);
    await vscode.screenshot('from-model');
    await vscode.accept(`Train on ${file} (2/2)`);
    await panelOf(vscode, { name: `lstm on ${file} (3)`, state: 'running' });
    const { record } = await newestRun(vscode.folder);
    expect(record.startedFrom?.path).toBe(join(target, 'model.json'));
    expect(record.configuration.model.units).toBe(4);
    await vscode.command('Unroll: Stop Training');
  });

  test('it is removed', async () => {
    const vscode = workbench();
    await vscode.command('Unroll: Remove Native Engine');
    const question = vscode.dialog('Remove TensorFlow?');
    await question.waitFor();
    await vscode.screenshot('native-remove');
    await question.getByRole('button', { name: 'Remove' }).click();
    await vscode.notification('Removed TensorFlow').waitFor();
  });
});
