import { expect, test } from 'vitest';
import { useWorkbench } from './use-workbench';

const workbench = useWorkbench();
const file = 'meetings.txt';

test('Enter all the way trains on the file that is open, and a panel shows how it learns', async () => {
  const vscode = workbench();
  await vscode.openFile(`examples/${file}`);
  await vscode.command('Unroll: Train on This File');
  for (const step of [1, 2, 3, 4]) await vscode.accept(`Train on ${file} (${step}/4)`);

  const panel = await vscode.webview('[data-view="header"][data-state="running"]', 60_000);
  await panel.locator('.heat-map').first().waitFor({ timeout: 60_000 });
  await expect.poll(() => panel.locator('.loss').getAttribute('data-points').then(Number)).toBeGreaterThan(10);
  const sample = await panel.locator('[data-sample-text]').innerText({ timeout: 60_000 });
  expect(sample.trim().length).toBeGreaterThan(20);
  expect(await panel.locator('.heat-map').first().getAttribute('data-cells')).toMatch(/^\d+ x \d+$/);
});

test('the panel takes its colours from the theme', async () => {
  const vscode = workbench();
  const ink = async () => {
    const panel = await vscode.webview('[data-view="header"]');
    return panel.locator('body').evaluate((body) => getComputedStyle(body).color);
  };
  const seen = new Set<string>();
  for (const theme of ['light', 'dark', 'high-contrast'] as const) {
    await vscode.setTheme(theme);
    await expect.poll(async () => seen.has(await ink())).toBe(false);
    seen.add(await ink());
    await vscode.screenshot('language');
  }
});

test('after a reload of the window the panel comes back with its run and its charts', async () => {
  const vscode = workbench();
  const before = await vscode.webview('[data-view="header"]');
  const name = await before.locator('h1').innerText();
  await vscode.reload();
  const after = await vscode.webview('.loss[data-points]', 60_000);
  expect(await after.locator('h1').innerText()).toBe(name);
  await expect.poll(() => after.locator('.loss').getAttribute('data-points').then(Number)).toBeGreaterThan(10);
  await after.locator('.heat-map').first().waitFor();
  await vscode.screenshot('language-reloaded');
});
