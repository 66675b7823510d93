import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { panelOf, reaches, sampleTextOf, stepOf } from './panel';
import { newestRun, runsIn, stepsIn } from './run-folder';
import { useWorkbench } from './use-workbench';
import type { Workbench } from './workbench';

const workbench = useWorkbench({
  settings: {
    'unroll.model.units': 4,
    'unroll.training.steps': 2_000_000,
    'unroll.training.evaluateEvery': 20,
    'unroll.training.sampleEvery': 20,
    'unroll.training.checkpointEvery': 5,
  },
});

const rhyme = 'the cat sat on the mat. the dog sat on the log.\n'.repeat(60);

/** Writes a file into the folder that is open, opens it, and asks to train on it. */
async function trainOn(vscode: Workbench, name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(vscode.folder, name), content);
  await vscode.openFile(name);
  await vscode.command('Unroll: Train on This File');
}

/** The button of an error that holds the text. */
function remedy(vscode: Workbench, text: string, button: string): Locator {
  return vscode.notification(text).getByRole('button', { name: button });
}

async function dismiss(vscode: Workbench, text: string): Promise<void> {
  await vscode.notification(text).waitFor();
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.notification(text).waitFor({ state: 'hidden' });
}

test('a text in Latin-1 is refused with the place of the first wrong byte, and a button reads it as Latin-1', async () => {
  const vscode = workbench();
  const lines = `the first line is plain\nviele Gr\u00fc\u00dfe aus K\u00f6ln\n${rhyme}`;
  await trainOn(vscode, 'gruss.txt', Buffer.from(lines, 'latin1'));
  // "the first line is plain\n" has 24 bytes, "viele Gr" 8 more.
  const place = 'gruss.txt, line 2, column 9, byte offset 32';
  await vscode.notification('not valid UTF-8: byte 0xFC').waitFor();
  expect(await vscode.notification(place).count()).toBe(1);
  expect(await runsIn(vscode.folder)).toEqual([]);
  await vscode.screenshot('latin1');

  await remedy(vscode, place, 'Read as Latin-1').click();
  await vscode.acceptAll('gruss.txt');
  await panelOf(vscode, { name: 'lstm on gruss.txt', state: 'running' });
  await vscode.command('Unroll: Stop Training');
  await panelOf(vscode, { name: 'lstm on gruss.txt', state: 'stopped' });
  const { folder, record } = await newestRun(vscode.folder);
  expect(record.dataset.text?.encoding).toBe('latin1');
  expect(await readFile(join(folder, 'encoding.json'), 'utf8')).toContain('\u00fc');
});

test('a table with a ragged row is refused with its line, and a button opens the file there', async () => {
  const vscode = workbench();
  const rows = Array.from({ length: 60 }, (_, i) => (i === 41 ? `${i},2,3,4` : `${i},${i % 7}`));
  await trainOn(vscode, 'ragged.csv', ['row,value', ...rows, ''].join('\n'));
  // A header before row 41, which counts from 0.
  await remedy(vscode, 'ragged.csv, line 43', 'Open File at Line 43').click();
  await vscode.statusBarItem('Ln 43, Col 1').waitFor();
  await vscode.tab('ragged.csv').waitFor();
});

test.each([
  ['an empty file', 'empty.txt', '', 'The file is empty (empty.txt)'],
  [
    'a picture with the name of a table',
    'picture.csv',
    // A picture of one pixel.
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
    'This is not text but a PNG picture (picture.csv)',
  ],
])('%s is refused for what it is, and nothing is written', async (_, name, content, message) => {
  const vscode = workbench();
  const runs = await runsIn(vscode.folder);
  await writeFile(join(vscode.folder, name), content);
  await vscode.contextMenu(vscode.explorerRow(name), 'Train on This File');
  await dismiss(vscode, message);
  expect(await runsIn(vscode.folder)).toEqual(runs);
});

const markup = '<img src=x onerror=alert(1)>';
const escapes = '\u001b[31mred\u001b[0m';
/** Shows what follows from right to left. */
const override = '\u202e';
/** What acts instead of showing, of a text as it came out. */
const actingIn = (text: string) => ['\u001b', override].filter((character) => text.includes(character));

/** Everything that the extension shows in the window, outside its panel. */
async function shown(vscode: Workbench, parts: readonly Locator[]): Promise<string> {
  const texts = parts.map(async (part) => {
    const labels = await part.locator('[aria-label]').evaluateAll((all) => all.map((one) => one.ariaLabel));
    return [await part.innerText(), await part.getAttribute('aria-label'), ...labels].join('\n');
  });
  expect(await vscode.page.locator('img[src="x"]').count()).toBe(0);
  return (await Promise.all(texts)).join('\n').replaceAll('\u00a0', ' ');
}

/** The page shows the text as it is, but for what acts instead of showing. */
async function showsAsText(panel: Frame, texts: readonly string[]): Promise<void> {
  expect(await panel.locator('img').count()).toBe(0);
  const text = (await panel.locator('body').textContent()) ?? '';
  for (const expected of texts) expect(text).toContain(expected);
  const attributes = await panel
    .locator('body *')
    .evaluateAll((all) => all.flatMap((one) => [...one.attributes].map(({ value }) => value)));
  expect(actingIn([text, ...attributes].join('\n'))).toEqual([]);
}

test('markup, terminal escapes and marks of direction are text wherever a file and its name are shown', async () => {
  const vscode = workbench();
  const dialogs: string[] = [];
  vscode.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const name = `${markup} ${escapes} ${override}gnp.txt`;
  const seen = `${markup} ␛[31mred␛[0m \\u{202e}gnp.txt`;
  const line = `${markup}${escapes}${override}`;
  await writeFile(join(vscode.folder, name), `${line}\n`.repeat(150));
  await vscode.contextMenu(vscode.explorerRow('gnp.txt'), 'Train on This File');

  const pick = await vscode.quickPick(seen);
  await vscode.quickPick(`Train on ${seen} (1/4)`);
  expect(actingIn(await shown(vscode, [pick]))).toEqual([]);
  await vscode.acceptAll(seen);
  const panel = await panelOf(vscode, { name: `lstm on ${seen}`, state: 'running' });
  // In a message of VS Code brackets can make links.
  const progress = vscode.notification(seen.replaceAll('[', '\uff3b'));
  await expect.poll(() => progress.getByRole('link').allInnerTexts()).toEqual(['Pause']);
  await vscode.command('Unroll: Focus on Runs View');
  const row = vscode.treeRows('Runs').filter({ hasText: markup });
  const parts = [progress, row, vscode.trainingItem, vscode.tab(`lstm on ${seen}`)];
  expect(actingIn(await shown(vscode, parts))).toEqual([]);
  await reaches(panel, 20);
  // Samples begin as the text does.
  expect(await sampleTextOf(panel)).toContain(markup.slice(0, 4));
  await showsAsText(panel, [`lstm on ${seen}`, '␛', '\\u{202e}']);
  await vscode.screenshot('markup');
  await vscode.command('Unroll: Stop Training');
  await panelOf(vscode, { name: `lstm on ${seen}`, state: 'stopped' });
  const tooltip = vscode.page.locator('.monaco-hover', { hasText: 'Validation loss' });
  await vscode.hover(row, tooltip);
  expect(await shown(vscode, [row, tooltip])).toContain(`Dataset: ${seen}`);
  expect(actingIn(await shown(vscode, [row, tooltip]))).toEqual([]);
  expect(dialogs).toEqual([]);
});

test('when the extension host is killed the window goes on, and the run from its checkpoint', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await trainOn(vscode, 'rhyme.txt', rhyme);
  await vscode.acceptAll('rhyme.txt');
  const panel = await panelOf(vscode, { name: 'lstm on rhyme.txt', state: 'running' });
  await reaches(panel, 30);
  const { folder } = await newestRun(vscode.folder);
  const step = await stepOf(panel);
  process.kill(JSON.parse(await readFile(join(folder, 'lock'), 'utf8')).pid, 'SIGKILL');

  const offer = vscode.notification('The training of lstm on rhyme.txt was interrupted at step');
  await offer.waitFor({ timeout: 60_000 });
  await offer.getByRole('button', { name: 'Continue' }).click();
  // The page of the host that was killed stands still until it is replaced.
  const now = async () => stepOf(await panelOf(vscode, { name: 'lstm on rhyme.txt' })).catch(() => 0);
  await expect.poll(now, { timeout: 60_000 }).toBeGreaterThan(step + 20);
  const told = await stepsIn(folder);
  expect(told).toEqual([...told].sort((one, other) => one - other));
  expect(new Set(told).size).toBe(told.length);
});

test('a run whose folder is deleted while it trains ends with one message', async () => {
  const vscode = workbench();
  await panelOf(vscode, { name: 'lstm on rhyme.txt', state: 'running' });
  await vscode.command('Notifications: Clear All Notifications');
  const { folder } = await newestRun(vscode.folder);
  // The training writes meanwhile, which the removal may meet.
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 20 });
  await vscode.trainingItem.waitFor({ state: 'hidden', timeout: 60_000 });
  const errors = vscode.page.locator('.notification-list-item:has(.codicon-error)');
  await errors.first().waitFor();
  expect(await errors.count()).toBe(1);
  expect(await errors.innerText()).toContain('folder');
  await vscode.screenshot('folder-deleted');
  await vscode.command('Unroll: Train Again');
  await panelOf(vscode, { name: 'lstm on rhyme.txt', state: 'running' });
});
