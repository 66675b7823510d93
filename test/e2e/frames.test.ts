import { expect, test } from 'vitest';
import { heatMapsOf, panelOf } from './panel';
import { useWorkbench } from './use-workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 60, 'unroll.training.sampleEvery': 20 } });
const run = { name: 'conv-gru on bouncing-balls.gif', state: 'finished' } as const;

test('an animated GIF is read as frames, for a cell that reads pixels', async () => {
  const vscode = workbench();
  await vscode.openFile('examples/bouncing-balls.gif');
  await vscode.command('Unroll: Train on This File');
  await vscode.quickPick('Train on bouncing-balls.gif (1/4)');
  const rows = (await vscode.quickPickRows()).join('\n').replaceAll(/[^\S\n]+/g, ' ');
  expect(rows).toContain('Predict the next frames of this video');
  expect(rows).toContain('600 frames of 16 × 16 pixels');
  await vscode.acceptAll('bouncing-balls.gif');
});

test('the panel plays frames that came beside frames that were predicted', async () => {
  const vscode = workbench();
  const panel = await panelOf(vscode, run);
  expect(await panel.locator('[data-picture]').count()).toBe(3);
  const slider = panel.locator('[data-frame]');
  expect(await slider.getAttribute('data-frame')).toBe('10');
  expect(await panel.locator('[data-frame-label]').innerText()).toMatch(/^1 ahead · MSE .* · SSIM /);
  await panel.locator('[data-play]').click();
  await expect.poll(async () => Number(await slider.getAttribute('data-frame'))).toBeGreaterThan(11);
  await panel.locator('[data-play]').click();
  await slider.focus();
  await slider.press('Home');
  expect(await panel.locator('[data-frame-label]').innerText()).toBe('frame 1, read');
  await slider.press('End');
  expect(await heatMapsOf(panel)).toEqual(expect.arrayContaining([expect.stringMatching(/^z 16 x 10$/)]));
  await vscode.pictures('frames');
});
