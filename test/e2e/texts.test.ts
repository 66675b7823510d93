import { expect, test } from 'vitest';
import { heatMapsOf, panelOf } from './panel';
import { useWorkbench } from './use-workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 500, 'unroll.training.sampleEvery': 60 } });

test('a table of dates in two forms is read as pairs, and the columns can be changed', async () => {
  const vscode = workbench();
  const rows = await vscode.readingOf('examples/dates.csv');
  expect(rows).toContain('Learn to translate these pairs');
  expect(rows).toContain('Column to writetarget');
  expect(rows).toContain('Readsource');
  await vscode.screenshot('translate-reading');
  await vscode.acceptAll('dates.csv');
});

test('the panel shows translations beside their references, and what each token attended to', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: 'lstm on dates.csv', state: 'finished' });
  expect(await panel.locator('[data-pair]').count()).toBe(4);
  expect(Number(await panel.locator('[data-exact-match]').getAttribute('data-exact-match'))).toBeGreaterThan(0.9);
  expect(await panel.locator('[data-attention]').getAttribute('data-attention')).toMatch(/^10 x \d+$/);
  expect(await heatMapsOf(panel)).toEqual(expect.arrayContaining([expect.stringMatching(/^f 64 x \d+$/)]));
  await vscode.pictures('translate');
});

test("a date of one's own is translated there", async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: 'lstm on dates.csv', state: 'finished' });
  await panel.locator('#sample-prompt').fill('27 November 1997');
  await panel.getByRole('button', { name: 'Translate' }).click();
  await expect.poll(() => panel.locator('[data-pair=asked]').count()).toBe(1);
  expect(await panel.locator('[data-translation]').innerText()).toBe('1997-11-27');
});

test('a classic benchmark is made as a file, in the length that is asked for, and opened', async () => {
  const vscode = workbench();
  await vscode.command('Unroll: New Benchmark Dataset…');
  await vscode.pick('New benchmark dataset', 'Reverse the string');
  await vscode.enter('Reverse the string: new dataset (2/2)', '8');
  await vscode.tab('reverse-8.csv').waitFor();
  await vscode.screenshot('benchmark');
});

test('a table of opinions is read as sentences beside labels, which can be changed', async () => {
  const vscode = workbench();
  const rows = await vscode.readingOf('examples/opinions.csv');
  expect(rows).toContain('Tell classes apart by these examples');
  expect(rows).toContain('Column of labelssentiment');
  expect(rows).toContain('Readopinion');
  await vscode.screenshot('classify-reading');
  await vscode.acceptAll('opinions.csv');
});

test('the panel shows which word speaks for what, and how often each class is taken for each', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: 'lstm on opinions.csv', state: 'finished' });
  expect(await panel.locator('[data-example]').count()).toBe(6);
  expect(Number(await panel.locator('[data-accuracy]').getAttribute('data-accuracy'))).toBeGreaterThan(0.9);
  expect(await panel.locator('.confusion tbody th').allInnerTexts()).toEqual(['complaint', 'praise']);
  expect(await heatMapsOf(panel)).toEqual(expect.arrayContaining([expect.stringMatching(/^f 16 x \d+$/)]));
  await vscode.pictures('classify');
});

test("a sentence of one's own is classified there", async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: 'lstm on opinions.csv', state: 'finished' });
  await panel.locator('#sample-prompt').fill('The soup was not bad.');
  await panel.getByRole('button', { name: 'Classify' }).click();
  await expect.poll(() => panel.locator('[data-example]').count()).toBe(1);
  expect(await panel.locator('[data-example] .verdict strong').innerText()).toBe('praise');
  expect(await panel.locator('[data-example] .token').allInnerTexts()).toEqual([
    'the',
    'soup',
    'was',
    'not',
    'bad',
    '.',
  ]);
});
