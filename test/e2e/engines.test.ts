import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nativeFolder } from '../../src/native/cache-folder';
import { recordFile } from '../../src/native/installation';
import { hasCompiler, installCrashing } from '../unit/native/crashing';
import { becomes, panelOf } from './panel';
import { newestRun } from './run-folder';
import { useWorkbench } from './use-workbench';

/** In place of the person's own, where the command line may have installed an engine. */
const cache = await mkdtemp(join(tmpdir(), 'unroll-cache-'));
afterAll(() => rm(cache, { recursive: true }));
const workbench = useWorkbench({
  env: { XDG_CACHE_HOME: cache },
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

/** Where it is installed for the command line, `npm test` could fetch it. */
const canInstall = existsSync(join(nativeFolder(), recordFile));

describe.runIf(canInstall)('where TensorFlow can be fetched', () => {
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
      .toMatch(/Downloading TensorFlow's wheel, \d+ MB of \d+ MB/);
    await vscode.screenshot('native-progress');
    await notification.getByRole('button', { name: 'Cancel' }).click();
    await notification.waitFor({ state: 'hidden' });
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

  test('what it learned is exported for TF.js, and begins another run, by whose name a person sees where it came from', async () => {
    const vscode = workbench();
    const panel = await panelOf(vscode, { name: `lstm on ${file} (2)`, state: 'running' });
    await vscode.command('Unroll: Stop Training');
    await becomes(panel, 'stopped');
    await vscode.command('Unroll: Export Model for TF.js…');
    const target = join(vscode.folder, 'exported');
    await vscode.enter('Export lstm on', target);
    await vscode.notification('tf.loadLayersModel reads it').waitFor();
    await vscode.screenshot('exported');
    expect((await readdir(target)).sort()).toEqual(['model.json', 'weights.bin']);

    await vscode.openFile(`examples/${file}`);
    await vscode.command('Unroll: Train from Model…');
    await vscode.enter('Train from Model', `${target}/`);
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
