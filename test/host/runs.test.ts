import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { listRuns } from '../../src/runs';
import {
  activatedExtension,
  closeAllEditors,
  found,
  next,
  openTabs,
  show,
  webviewOpened,
  workspaceFile,
  workspaceFolder,
} from './helpers';

const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(80);
const command = (id: string, ...rest: unknown[]) => vscode.commands.executeCommand(id, ...rest);

/** The runs of the open folder whose dataset has this name, newest first. */
async function runsOf(name: string) {
  return (await listRuns(workspaceFolder())).runs.filter(({ record }) => record.dataset.name === name);
}

/** Resolves when the run's file says so. */
async function becomes(folder: string, state: string): Promise<void> {
  await found(`${folder} to be ${state}`, async () => {
    const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
    return record.state === state || undefined;
  });
}

/** What looks for the folder of a run that is not there yet. */
async function newRun(): Promise<() => Promise<string | undefined>> {
  const all = async () => (await listRuns(workspaceFolder())).runs.map(({ folder }) => folder);
  const known = new Set(await all());
  return async () => (await all()).find((folder) => !known.has(folder));
}

/** Answers the questions of a training with what is proposed, and waits until the run is there. */
async function trainAsProposed(uri: vscode.Uri): Promise<string> {
  const run = await newRun();
  const started = command('unroll.train', uri);
  // Each question is taken as it comes; where there is none yet, nothing is taken.
  const folder = await found(`a run on ${uri.fsPath}`, async () => {
    await command('workbench.action.acceptSelectedQuickOpenItem');
    return run();
  });
  await started;
  return folder;
}

suite('a training', () => {
  suiteSetup(async () => {
    await activatedExtension();
    // Short runs, so that the tests are.
    const settings = vscode.workspace.getConfiguration('unroll');
    await settings.update('training.steps', 5000, vscode.ConfigurationTarget.Workspace);
    await settings.update('model.units', 4, vscode.ConfigurationTarget.Workspace);
  });
  suiteTeardown(closeAllEditors);

  let folder = '';

  test('starts with what is proposed, in the folder of the file, and shows a panel', async () => {
    const file = await workspaceFile('rhyme with spaces ü.txt', text);
    await show(file);
    folder = await trainAsProposed(file);
    await webviewOpened('unroll.panel');
    const [run] = await runsOf('rhyme with spaces ü.txt');
    assert.equal(run?.folder, folder);
    assert.equal(run?.record.state, 'running');
    assert.equal(run?.record.configuration.model.units, 4);
  });

  test('pauses, goes on, and stops with a checkpoint', async () => {
    await command('unroll.pause', folder);
    await becomes(folder, 'paused');
    await command('unroll.unpause', folder);
    await becomes(folder, 'running');
    await command('unroll.stop', folder);
    await becomes(folder, 'stopped');
    await access(join(folder, 'checkpoint', 'last.safetensors'));
  });

  test('goes on when its panel is closed', async () => {
    await command('unroll.continueRun', folder);
    await becomes(folder, 'running');
    const panel = await webviewOpened('unroll.panel');
    await vscode.window.tabGroups.close(panel);
    const metrics = () => readFile(join(folder, 'metrics.jsonl'), 'utf8');
    const before = await metrics();
    await found('more steps', async () => (await metrics()).length > before.length || undefined);
    const [run] = await runsOf('rhyme with spaces ü.txt');
    assert.equal(run?.record.state, 'running');
    await command('unroll.stop', folder);
    await becomes(folder, 'stopped');
  });

  test('repeats the last choice without a question', async () => {
    const run = await newRun();
    await command('unroll.trainAgain');
    const again = await found('a second run', run);
    await command('unroll.stop', again);
    await becomes(again, 'stopped');
    const [one, other] = await runsOf('rhyme with spaces ü.txt');
    assert.deepEqual(one?.record.configuration, other?.record.configuration);
  });

  test('takes the text of the editor where it is not saved', async () => {
    const file = await workspaceFile('notes.txt', text);
    const editor = await show(file);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'xyzzy '));
    const run = await trainAsProposed(file);
    await command('unroll.stop', run);
    await becomes(run, 'stopped');
    assert.match(await readFile(join(run, 'dataset.txt'), 'utf8'), /^xyzzy the cat/);
    assert.equal(await readFile(file.fsPath, 'utf8'), text);
  });

  test('opens in the panel when run.json is opened', async () => {
    await closeAllEditors();
    await command('vscode.open', vscode.Uri.file(join(folder, 'run.json')));
    const isRun = ({ input }: vscode.Tab) => input instanceof vscode.TabInputCustom && input.viewType === 'unroll.run';
    if (!openTabs().some(isRun)) {
      await next(vscode.window.tabGroups.onDidChangeTabs, 'the editor of run.json', () => openTabs().some(isRun));
    }
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'run.json');
  });
});
