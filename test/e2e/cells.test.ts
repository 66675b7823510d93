import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heatMapsOf, panelOf } from './panel';
import { newestRun } from './run-folder';
import { useWorkbench } from './use-workbench';
import type { Theme } from './workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 40, 'unroll.model.units': 8 } });
const file = 'meetings.txt';
/** An editor that was never saved is called by its first line. */
const activeCell = () => workbench().page.locator('.tab.active[aria-label*="Untitled-1"]');

test('a new cell is written, trained by keyboard before it is saved, and its own names are the heat maps', async () => {
  const vscode = workbench();
  await vscode.openFile(`examples/${file}`);
  await vscode.command('Unroll: New Cell');
  // The cell's name is selected, to be typed over.
  await vscode.statusBarItem('7 selected').waitFor();
  await vscode.page.keyboard.type('remember');
  await vscode.page.locator('.view-line', { hasText: 'cell remember {' }).waitFor();

  await vscode.command('Unroll: Train This Cell…');
  await vscode.quickPick('What shall it learn from?');
  expect((await vscode.quickPickRows())[0]).toContain(file);
  await vscode.accept('What shall it learn from?');
  await vscode.quickPick(`Train on ${file} (1/4)`);
  await vscode.acceptAll(file);

  const panel = await panelOf(vscode, { name: `remember on ${file}`, state: 'finished' });
  const maps = (await heatMapsOf(panel)).map((map) => map.replace(/\d+$/, 'steps'));
  expect(maps).toEqual(['reset', 'update', 'candidate', 'h'].map((name) => `${name} 8 x steps`));
  const { folder, record } = await newestRun(vscode.folder);
  expect(record.cell).toBe('remember');
  expect(await readFile(join(folder, 'model.cell'), 'utf8')).toContain('cell remember {');
});

test('a check tells that every gradient of it is right, with a report behind a button', async () => {
  const vscode = workbench();
  await vscode.command('View: Focus First Editor Group');
  await activeCell().waitFor();
  await vscode.command('Unroll: Check Cell');
  await vscode.notification('remember is sound').waitFor();
  await vscode.notification('remember is sound').getByRole('button', { name: 'Show Report' }).click();
  await vscode.page.locator('.view-line', { hasText: 'candidate.W' }).first().waitFor();
});

test('what is wrong is underlined and told while one types, and completed', async () => {
  const vscode = workbench();
  await vscode.closeEditor();
  await activeCell().waitFor();
  await vscode.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  await vscode.page.keyboard.press('ControlOrMeta+End');
  for (const key of ['ArrowUp', 'ArrowUp', 'End']) await vscode.page.keyboard.press(key);
  await vscode.page.keyboard.type(' + upd');
  await vscode.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'update' }).first().waitFor();
  await vscode.page.keyboard.press('Escape');
  await vscode.page.locator('.squiggly-error').first().waitFor();
  for (const theme of ['light', 'high-contrast', 'dark'] satisfies Theme[]) {
    await vscode.setTheme(theme);
    await vscode.screenshot('cell');
  }
});
