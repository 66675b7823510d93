import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spelledOut } from '../unit/tasks/sounds';
import { heatMapsOf, panelOf } from './panel';
import { useWorkbench } from './use-workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 120, 'unroll.training.sampleEvery': 40 } });
const run = { name: 'conv-gru on bouncing-balls.gif', state: 'finished' } as const;

test('an animated GIF is read as frames, for a cell that reads pixels', async () => {
  const vscode = workbench();
  const rows = await vscode.readingOf('examples/bouncing-balls.gif');
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

const heard = { name: 'lstm on takes.csv', state: 'finished' } as const;

test('a table of recordings and transcripts is read as speech, and the panel shows what was heard over its sound', async () => {
  const vscode = workbench();
  await mkdir(join(vscode.folder, 'takes'));
  const takes = ['ab', 'ba', 'cab', 'bcd', 'dd', 'acdc'].flatMap((said) =>
    ['anna', 'ben', 'carl', 'dora', 'emil'].map((voice, at) => ({ said, voice, pitch: 1 + 0.02 * at })),
  );
  for (const { said, voice, pitch } of takes)
    await writeFile(join(vscode.folder, 'takes', `${said}-${voice}.wav`), spelledOut(said, { pitch }));
  const rows = takes.map(({ said, voice }) => `takes/${said}-${voice}.wav,${voice},${said}`);
  await writeFile(join(vscode.folder, 'takes.csv'), `path,speaker,text\n${rows.join('\n')}\n`);
  expect(await vscode.readingOf('takes.csv')).toContain('recordings');
  await vscode.acceptAll('takes.csv');
  const panel = await panelOf(vscode, heard);
  expect(await panel.locator('[data-transcript]').count()).toBe(3);
  await panel.locator('[data-transcript="right"]').first().waitFor();
  expect(await panel.locator('[data-spectrogram]').getAttribute('data-spectrogram')).toMatch(/^\d+ x \d+$/);
  expect(await panel.locator('.heard li').count()).toBeGreaterThan(1);
  await vscode.pictures('speech');
});

test("a recording of one's own is chosen in the editor's dialog and written down", async () => {
  const vscode = workbench();
  const mine = join(vscode.folder, 'mine.wav');
  await writeFile(mine, spelledOut('cab', { pitch: 1.03 }));
  const panel = await panelOf(vscode, heard);
  await panel.getByRole('button', { name: 'Choose…' }).click();
  await vscode.pick('Recordings', 'mine.wav');
  await expect.poll(() => panel.locator('#sample-audio').inputValue()).toBe(mine);
  await panel.getByRole('button', { name: 'Transcribe' }).click();
  await panel.locator('[data-transcript="asked"] [data-heard="cab"]').waitFor();
});
