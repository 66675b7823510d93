import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { trainedAlone } from './command-line';
import { becomes, panelOf, pointsOf, reaches, sampleStepOf, stepOf, zoomOf } from './panel';
import { newestRun, numbersOf } from './run-folder';
import { useWorkbench } from './use-workbench';

// Dropout and two layers, so that random state, moments and carried state all matter for the numbers.
const workbench = useWorkbench({
  settings: {
    'unroll.model.units': 12,
    'unroll.model.layers': 2,
    'unroll.model.dropout': 0.2,
    'unroll.training.steps': 3500,
    'unroll.training.sampleEvery': 10,
    'unroll.training.checkpointEvery': 25,
  },
});
const file = 'examples/meetings.txt';
const uninterrupted = trainedAlone(file, {
  units: 12,
  layers: 2,
  dropout: 0.2,
  steps: 3500,
  'sample-every': 10,
  'checkpoint-every': 25,
});

/** What a person has chosen to see. */
async function chosenIn(panel: Frame) {
  const layer = await panel.locator('[data-choice="layer"]').inputValue();
  return { zoom: await zoomOf(panel), layer, sample: await sampleStepOf(panel) };
}
let chosen: Awaited<ReturnType<typeof chosenIn>>;

test('a panel that was behind another tab comes back with its zoom, layer and sample', async () => {
  const vscode = workbench();
  await vscode.trainAsProposed(file);
  const panel = await panelOf(vscode, { state: 'running' });
  await reaches(panel, 25);
  await panel.locator('[data-action="pause"]').click();
  await becomes(panel, 'paused');

  const whole = await zoomOf(panel);
  await panel.locator('.loss .line-chart').first().press('+');
  await expect.poll(() => zoomOf(panel)).not.toBe(whole);
  await panel.locator('[data-choice="layer"]').selectOption({ label: '2' });
  await panel.locator('[data-history]').press('Home');
  await expect.poll(() => sampleStepOf(panel)).toBe(10);
  chosen = await chosenIn(panel);

  await vscode.tab('lstm on meetings.txt').click();
  await vscode.openFile('examples/sunspots.csv');
  await expect.poll(() => panel.isDetached()).toBe(true);
  await vscode.tab('lstm on meetings.txt').click();
  expect(await chosenIn(await panelOf(vscode, { state: 'paused' }))).toEqual(chosen);
});

test('after a reload in the middle of a training the panel is back as it was, and the run is offered', async () => {
  const vscode = workbench();
  const before = await panelOf(vscode, { state: 'paused' });
  await before.locator('[data-action="unpause"]').click();
  await becomes(before, 'running');
  const [step, points] = [await stepOf(before), await pointsOf(before)];
  await reaches(before, step + 3);
  await vscode.reload();
  const after = await panelOf(vscode, { state: 'interrupted' });
  expect(await stepOf(after)).toBeGreaterThan(step);
  expect(await pointsOf(after)).toBeGreaterThan(points);
  expect(await chosenIn(after)).toEqual(chosen);
  const offer = vscode.notification('The training of lstm on meetings.txt was interrupted at step');
  await offer.waitFor();
  await vscode.screenshot('interrupted');
  await offer.getByRole('button', { name: 'Continue' }).click();
  await becomes(after, 'running');
  await reaches(after, (await stepOf(after)) + 3);
});

test('with the setting "always" an interrupted run goes on by itself', async () => {
  const vscode = workbench();
  await vscode.changeSettings({ 'unroll.resumeInterrupted': 'always' });
  const step = await stepOf(await panelOf(vscode));
  await vscode.reload();
  const after = await panelOf(vscode, { state: 'running' });
  await reaches(after, step + 3);
  await vscode.statusBarItem('/3500 · ').waitFor();
});

test('a window that was closed in the middle of a training does likewise when it is opened again', async () => {
  const vscode = workbench();
  const step = await stepOf(await panelOf(vscode, { state: 'running' }));
  await vscode.closeWindow();
  await vscode.openWindow();
  const after = await panelOf(vscode, { state: 'running' });
  await reaches(after, step + 3);
  await vscode.statusBarItem('/3500 · ').waitFor();
  expect(await chosenIn(after)).toEqual(chosen);
});

test('a run that was interrupted ends with exactly the numbers that it would have had', async () => {
  const vscode = workbench();
  await panelOf(vscode, { state: 'finished' });
  const { folder } = await newestRun(vscode.folder);
  expect(await numbersOf(folder)).toEqual(await uninterrupted());
});
