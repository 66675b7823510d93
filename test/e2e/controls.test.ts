import { expect, test } from 'vitest';
import { becomes, panelOf, pointsOf, reaches, stepOf } from './panel';
import { checkpointStepOf, newestRun, stepsIn } from './run-folder';
import { useWorkbench } from './use-workbench';
import type { Workbench } from './workbench';

// Long enough not to end by itself, and without a checkpoint, sample or validation before that.
const steps = 1_000_000;
/** The metrics of a long training are written and told after the first step and every so many. */
const every = 500;
const workbench = useWorkbench({
  settings: {
    'unroll.model.units': 4,
    'unroll.training.steps': steps,
    'unroll.training.evaluateEvery': steps,
    'unroll.training.sampleEvery': steps,
    'unroll.training.checkpointEvery': steps,
  },
});
const file = 'meetings.txt';
const run = `lstm on ${file}`;
const progress = new RegExp(`(\\d+)/${steps} · [\\d.]+ steps/s · (\\d+ (s|min|h) ?)+left`);

const stepIn = (text: string) => Number(progress.exec(text)?.[1] ?? Number.NaN);
const progressIn = async (vscode: Workbench) => stepIn(await vscode.trainingItem.innerText());

/** Resolves when the step that the status bar tells is beyond this one. */
async function goesBeyond(vscode: Workbench, step: number): Promise<void> {
  await expect.poll(() => progressIn(vscode), { timeout: 60_000 }).toBeGreaterThan(step);
}

/** Resolves with the step that the status bar tells of a training that is paused. */
async function pausedAt(vscode: Workbench): Promise<number> {
  const text = await vscode.statusBarItem(/paused at \d+/).innerText({ timeout: 60_000 });
  return Number(/paused at (\d+)/.exec(text)?.[1]);
}

test('a notification and the status bar show step, steps a second and time left, and follow the training', async () => {
  const vscode = workbench();
  await vscode.trainAsProposed(`examples/${file}`);
  const notification = vscode.notification(file);
  await expect.poll(() => notification.innerText(), { timeout: 60_000 }).toMatch(progress);
  const first = stepIn(await notification.innerText());
  await expect.poll(async () => stepIn(await notification.innerText())).toBeGreaterThan(first);
  await goesBeyond(vscode, first);
  await vscode.screenshot('progress');
});

test('the status bar pauses the training, which then stands still, and resumes it from there', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: run, state: 'running' });
  await vscode.trainingItem.click();
  await vscode.pick(`${run}: `, 'Pause');
  await becomes(panel, 'paused');
  const step = await pausedAt(vscode);
  await vscode.openFile('examples/sunspots.csv');
  expect(await pausedAt(vscode)).toBe(step);
  const { folder, record } = await newestRun(vscode.folder);
  expect(record.state).toBe('paused');
  expect((await stepsIn(folder)).at(-1)).toBe(step);

  await vscode.trainingItem.click();
  await vscode.pick(`${run}: paused at ${step}/${steps}`, 'Resume');
  await becomes(panel, 'running');
  await goesBeyond(vscode, step);
});

test('so do the links in the notification', async () => {
  const vscode = workbench();
  const notification = vscode.notification(file);
  await notification.getByRole('link', { name: 'Pause' }).click();
  const step = await pausedAt(vscode);
  await expect.poll(() => notification.innerText()).toContain(`paused at ${step}/${steps}`);
  await notification.getByRole('link', { name: 'Resume' }).click();
  await goesBeyond(vscode, step);
});

test('closing the panel does not end the training, and "Show Panel" brings it back with all its points', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: run, state: 'running' });
  const [points, step] = [await pointsOf(panel), await stepOf(panel)];
  await vscode.tab(run).click();
  await vscode.closeEditor();
  await expect.poll(() => panel.isDetached()).toBe(true);
  await goesBeyond(vscode, step + 5 * every);

  await vscode.command('Unroll: Show Panel');
  const back = await panelOf(vscode, { name: run, state: 'running' });
  expect(await stepOf(back)).toBeGreaterThan(step + 5 * every);
  expect(await pointsOf(back)).toBeGreaterThanOrEqual(points + 5);
});

test('cancelling in the notification writes a checkpoint, from which the run goes on without a gap', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: run, state: 'running' });
  await vscode.notification(file).getByRole('button', { name: 'Cancel' }).click();
  await becomes(panel, 'stopped');
  await vscode.trainingItem.waitFor({ state: 'hidden' });
  await vscode.notification(file).waitFor({ state: 'hidden' });
  const { folder, record } = await newestRun(vscode.folder);
  const step = record.result?.step ?? Number.NaN;
  expect(record.state).toBe('stopped');
  expect(await checkpointStepOf(folder)).toBe(step);

  await panel.locator('[data-action="resume"]').click();
  await reaches(panel, step + 3 * every);
  const told = await stepsIn(folder);
  expect(told).toEqual(told.map((_, index) => (index === 0 ? 1 : every * index)));
});

test('the status bar stops the training likewise', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, { name: run, state: 'running' });
  await vscode.trainingItem.click();
  await vscode.pick(`${run}: `, 'Stop');
  await becomes(panel, 'stopped');
  await vscode.trainingItem.waitFor({ state: 'hidden' });
  const { folder, record } = await newestRun(vscode.folder);
  expect(await checkpointStepOf(folder)).toBe(record.result?.step);
});

test('a training that ends while its panel is closed says so, with a button that opens the panel', async () => {
  const vscode = workbench();
  await vscode.openFile('examples/sunspots.csv');
  await vscode.command('Unroll: Train on This File');
  for (const step of [1, 2, 3]) await vscode.accept(`Train on sunspots.csv (${step}/4)`);
  await vscode.pick('Train on sunspots.csv (4/4)', 'Change settings…');
  await vscode.pick('Train on sunspots.csv: settings', 'Steps');
  await vscode.enter('Train on sunspots.csv: Steps', '6000');
  await vscode.pick('Train on sunspots.csv: settings', 'Done');
  await vscode.accept('Train on sunspots.csv (4/4)');
  const panel = await panelOf(vscode, { name: 'lstm on sunspots.csv', state: 'running' });
  await vscode.command('Unroll: Pause Training');
  await becomes(panel, 'paused');
  await vscode.tab('lstm on sunspots.csv').click();
  await vscode.closeEditor();
  await vscode.command('Unroll: Resume Training');
  await vscode.notification('lstm on sunspots.csv is trained: 6000 steps').waitFor({ timeout: 120_000 });
  await vscode.notification('is trained').getByRole('button', { name: 'Show Panel' }).click();
  await panelOf(vscode, { name: 'lstm on sunspots.csv', state: 'finished' });
});
