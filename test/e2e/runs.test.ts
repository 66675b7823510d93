import { existsSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { sampledAlone } from './command-line';
import { becomes, nameOf, panelOf, stepOf } from './panel';
import { type FoundRun, runsIn } from './run-folder';
import { useWorkbench } from './use-workbench';
import type { Workbench } from './workbench';

const workbench = useWorkbench({
  settings: {
    'unroll.model.units': 6,
    'unroll.training.steps': 30,
    'unroll.training.evaluateEvery': 10,
    'unroll.training.sampleEvery': 10,
  },
});
const text = 'lstm on meetings.txt';
const table = 'lstm on sunspots.csv';

async function runNamed(vscode: Workbench, name: string): Promise<FoundRun> {
  const run = (await runsIn(vscode.folder)).find(({ record }) => record.name === name);
  if (!run) throw new Error(`There is no run named ${name}.`);
  return run;
}

const rowOf = (vscode: Workbench, name: string) => vscode.treeRows('Runs').filter({ hasText: name });

/** Puts the tree in sight, the focus into it and the selection on this run. */
async function select(vscode: Workbench, name: string): Promise<void> {
  await vscode.command('Unroll: Focus on Runs View');
  await rowOf(vscode, name).click();
  await rowOf(vscode, name).and(vscode.page.locator('.selected.focused')).waitFor();
}

test('the tree shows every run, newest first, with its state, its cell and its last validation loss', async () => {
  const vscode = workbench();
  for (const [file, name] of [
    ['meetings.txt', text],
    ['sunspots.csv', table],
  ] as const) {
    await vscode.trainAsProposed(`examples/${file}`);
    await panelOf(vscode, { name, state: 'finished' });
  }
  await vscode.command('Unroll: Focus on Runs View');
  const expected = await Promise.all(
    [table, text].map(async (name) => {
      const loss = (await runNamed(vscode, name)).record.result?.validationLoss ?? Number.NaN;
      return `${name}, finished, lstm 6 · ${loss.toPrecision(4)}`;
    }),
  );
  await expect.poll(() => labelsIn(vscode)).toEqual(expected);
  await vscode.screenshot('runs');
});

async function labelsIn(vscode: Workbench): Promise<readonly string[]> {
  const rows = await vscode.treeRows('Runs').all();
  return Promise.all(rows.map(async (row) => (await row.getAttribute('aria-label')) ?? ''));
}

test('Enter on a run opens it in the panel', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await vscode.command('Unroll: Focus on Runs View');
  await vscode.page.keyboard.press('Home');
  await vscode.page.keyboard.press('ArrowDown');
  await rowOf(vscode, text).and(vscode.page.locator('.focused')).waitFor();
  await vscode.page.keyboard.press('Enter');
  const panel = await panelOf(vscode);
  expect(await nameOf(panel)).toBe(text);
});

test('a run that has finished continues for as many steps more as are asked for', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: text });
  await vscode.contextMenu(rowOf(vscode, text), 'Continue Run');
  await vscode.enter(`Continue ${text}`, '45');
  await expect.poll(() => stepOf(panel), { timeout: 60_000 }).toBe(45);
  await becomes(panel, 'finished');
  const { record } = await runNamed(vscode, text);
  expect(record.result?.step).toBe(45);
  expect(record.configuration.training.steps).toBe(45);
});

test('F2 renames a run, in the tree, in the panel, in its tab and in its file', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: text });
  await select(vscode, text);
  await vscode.page.keyboard.press('F2');
  await vscode.enter(`Rename ${text}`, 'animals');
  await rowOf(vscode, 'animals').waitFor();
  await expect.poll(() => nameOf(panel)).toBe('animals');
  await vscode.tab('animals').waitFor();
  await runNamed(vscode, 'animals');
});

test('a run shows its folder, and a double click on its run.json there opens it', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await select(vscode, table);
  await vscode.contextMenu(rowOf(vscode, table), 'Reveal Run Folder');
  await vscode.explorerRow('run.json').waitFor();
  await vscode.command('View: Close All Editors');
  await vscode.explorerRow('run.json').dblclick();
  await vscode.tab('run.json').waitFor();
  expect(await nameOf(await panelOf(vscode))).toBe(table);
});

test('the side view shows the run that one works with', async () => {
  const vscode = workbench();
  await select(vscode, 'animals');
  await vscode.command('View: Close All Editors');
  await vscode.command('Unroll: Focus on Run View');
  const side = await panelOf(vscode, { state: 'finished' });
  expect(await nameOf(side)).toBe('animals');
  await vscode.screenshot('side-view');
  await select(vscode, table);
  await vscode.tab(table).waitFor();
  await vscode.command('View: Close All Editors');
  await expect.poll(async () => nameOf(await panelOf(vscode))).toBe(table);
  await vscode.command('View: Toggle Secondary Side Bar Visibility');
});

const request = { prompt: 'The old', length: 60, temperature: 0.5, 'top-k': 1 };

/** Answers what "Unroll: Sample" asks. */
async function sample(vscode: Workbench): Promise<void> {
  await vscode.command('Unroll: Sample');
  for (const [index, value] of Object.values(request).entries())
    await vscode.enter(`Sample animals (${index + 1}/4)`, String(value));
}

test('after a restart a finished run writes on from a prompt, as long and as daring as asked for', async () => {
  const vscode = workbench();
  await select(vscode, 'animals');
  await vscode.tab('animals').waitFor();
  await vscode.reload();
  const panel = await panelOf(vscode, { name: 'animals' });
  await sample(vscode);
  const shown = panel.locator('[data-sample-text]');
  // The likeliest character every time leaves nothing to chance.
  const { folder } = await runNamed(vscode, 'animals');
  const { text: alone } = await sampledAlone(folder, request);
  expect(alone).toHaveLength(60);
  await expect.poll(() => shown.textContent(), { timeout: 60_000 }).toBe(`The old${alone}`);
  expect(await panel.locator('.language-sample figcaption').innerText()).toBe(
    'What may come after the prompt; text at temperature 0.5, top 1',
  );
});

test('where its panel is not in sight the sample opens as a text', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await sample(vscode);
  const tab = vscode.page.locator('.tab.active[aria-label^="animals step 45, sample 1.txt"]');
  await tab.waitFor({ timeout: 60_000 });
  const line = vscode.page.locator('.editor-group-container.active .view-line').first();
  await expect.poll(async () => (await line.innerText()).replaceAll('\u00a0', ' ')).toMatch(/^The old/);
});

/** Takes the button of a dialog that has the focus, by Enter. */
async function answer(dialog: Locator, label: string): Promise<void> {
  await dialog.locator('.monaco-button:focus', { hasText: label }).waitFor();
  await dialog.page().keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
}

test('Delete asks first, and then takes the run, its tab and its folder, but not the tab of one that is named alike', async () => {
  const vscode = workbench();
  const { folder } = await runNamed(vscode, 'animals');
  await select(vscode, 'animals');
  await vscode.tab('animals').waitFor();
  await vscode.page.keyboard.press('Delete');
  const dialog = vscode.dialog('Delete the run "animals"?');
  await dialog.waitFor();
  await vscode.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(existsSync(folder)).toBe(true);

  await select(vscode, table);
  await vscode.tab(table).waitFor();
  await vscode.page.keyboard.press('F2');
  await vscode.enter(`Rename ${table}`, 'animals');
  const tabs = vscode.page.locator('.tab[aria-label="animals"], .tab[aria-label^="animals, "]');
  await expect.poll(() => tabs.count()).toBe(2);
  const older = rowOf(vscode, 'animals').last();
  await older.click();
  await older.and(vscode.page.locator('.selected.focused')).waitFor();
  await vscode.page.keyboard.press('Delete');
  await answer(dialog, 'Delete');
  // VS Code's server has no trash.
  await answer(vscode.dialog('There is no trash here.'), 'Delete Permanently');
  await expect.poll(() => rowOf(vscode, 'animals').count()).toBe(1);
  await expect.poll(() => tabs.count()).toBe(1);
  expect(existsSync(folder)).toBe(false);
  await vscode.tab('animals').click();
  expect(await nameOf(await panelOf(vscode, { name: 'animals' }))).toBe('animals');
  expect(await labelsIn(vscode)).toHaveLength(1);
});
