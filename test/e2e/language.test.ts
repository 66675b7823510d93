import { expect, test } from 'vitest';
import { heatMapsOf, panelOf, pointsOf, reaches, sampleStepOf, sampleTextOf, stepOf } from './panel';
import { useWorkbench } from './use-workbench';
import type { Theme } from './workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 4000, 'unroll.training.sampleEvery': 20 } });
const file = 'meetings.txt';

test('Enter all the way trains on the text that is open, and a panel beside it shows how it learns', async () => {
  const vscode = workbench();
  await vscode.openFile(`examples/${file}`);
  await vscode.command('Unroll: Train on This File');
  await vscode.quickPick(`Train on ${file} (1/4)`);
  expect((await vscode.quickPickRows())[0]).toMatch(/^Learn to write this text.*characters, \d+ different/);
  await vscode.acceptAll(file);

  const panel = await panelOf(vscode, { state: 'running' });
  const points = await pointsOf(panel);
  await reaches(panel, (await stepOf(panel)) + 10);
  expect(await pointsOf(panel)).toBeGreaterThan(points);
  expect((await sampleTextOf(panel)).trim().length).toBeGreaterThan(20);
});

test('every named gate and state of the cell has a heat map of units by time steps', async () => {
  const panel = await panelOf(workbench());
  const maps = (await heatMapsOf(panel)).map((map) => map.replace(/\d+$/, 'steps'));
  expect(maps).toEqual(['i', 'f', 'g', 'o', 'c', 'h'].map((name) => `${name} 32 x steps`));
});

test('the slider goes back to earlier samples, and stays there while new ones come', async () => {
  const panel = await panelOf(workbench());
  await reaches(panel, 41);
  const slider = panel.locator('[data-history]');
  await slider.focus();
  await slider.press('Home');
  await expect.poll(() => sampleStepOf(panel)).toBe(20);
  const first = await sampleTextOf(panel);
  await reaches(panel, (await stepOf(panel)) + 21);
  expect(await sampleTextOf(panel)).toBe(first);
  await slider.press('End');
  await expect.poll(() => sampleStepOf(panel)).toBeGreaterThan(40);
  expect(await sampleTextOf(panel)).not.toBe(first);
});

test('the panel takes its colours from the theme', async () => {
  const vscode = workbench();
  await panelOf(vscode, { state: 'finished' });
  const ink = async () => {
    const panel = await panelOf(vscode);
    return panel.locator('body').evaluate((body) => getComputedStyle(body).color);
  };
  const seen = new Set<string>();
  for (const theme of ['light', 'high-contrast', 'dark'] satisfies Theme[]) {
    await vscode.setTheme(theme);
    await expect.poll(async () => seen.has(await ink())).toBe(false);
    seen.add(await ink());
    await vscode.screenshot('language');
    await vscode.resize(1400, 1900);
    await vscode.screenshot('language-whole');
    await vscode.resize(1400, 900);
  }
});
