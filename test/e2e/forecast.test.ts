import { expect, test } from 'vitest';
import { heatMapsOf, panelOf } from './panel';
import { useWorkbench } from './use-workbench';
import type { Workbench } from './workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 150, 'unroll.training.sampleEvery': 25 } });

/** The chart of the forecast and the table of its errors are there. */
async function seesForecast(vscode: Workbench, name: string, target: string): Promise<void> {
  const panel = await panelOf(vscode, { name, state: 'finished' });
  const chart = panel.locator('.forecast [data-points]');
  expect(Number(await chart.getAttribute('data-points'))).toBeGreaterThan(20);
  // A row ahead, and by the backtest.
  const tables = panel.locator('table[data-errors]');
  expect(await tables.count()).toBe(2);
  expect(await tables.first().locator('caption').innerText()).toContain(target);
  for (const errors of await tables.all()) {
    expect(await errors.locator('tbody th').allInnerTexts()).toEqual([
      'this network',
      'last value',
      expect.stringMatching(/^same time last period \(\d+ rows\)$/),
      expect.stringMatching(/^linear, \d+ rows back$/),
    ]);
    for (const text of await errors.locator('td').allInnerTexts()) expect(text).toMatch(/\d/);
  }
}

test('how a table is read is shown before the training: delimiter, decimal mark, header, date and target', async () => {
  const vscode = workbench();
  const rows = await vscode.readingOf('examples/power.csv');
  expect(rows).toContain('Forecast a column of this table4,368 rows, target Last (kW)');
  for (const [label, value] of [
    ['Target column', 'Last (kW)'],
    ['Date column', 'Zeit'],
    ['Delimiter', 'semicolon'],
    ['Decimal mark', 'comma'],
    ['First row', 'names the columns'],
  ]) {
    expect(rows).toContain(`${label}${value}`);
  }
  await vscode.screenshot('forecast-reading');
});

test('the target can be changed there, and the forecast is of the changed one', async () => {
  const vscode = workbench();
  await vscode.pick('Train on power.csv (1/4)', 'Target column');
  await vscode.pick('Target column', 'Temperatur (°C)');
  await vscode.quickPick('Train on power.csv (1/4)');
  await expect.poll(async () => (await vscode.quickPickRows())[0]).toContain('target Temperatur (°C)');
  await vscode.acceptAll('power.csv');
  await seesForecast(vscode, 'lstm on power.csv', 'Temperatur (°C)');
});

test('a forecast of hourly power shows chart, errors and gates', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await vscode.trainAsProposed('examples/power.csv');
  await seesForecast(vscode, 'lstm on power.csv (2)', 'Last (kW)');
  expect((await heatMapsOf(await panelOf(vscode))).map((map) => map.split(' ')[0])).toContain('c');
  await vscode.pictures('forecast-power');
});

test('a forecast of monthly sea temperature shows chart and errors', async () => {
  const vscode = workbench();
  await vscode.command('View: Close All Editors');
  await vscode.trainAsProposed('examples/sea-temperature.csv');
  await seesForecast(vscode, 'lstm on sea-temperature.csv', 'temperature');
  await vscode.pictures('forecast-sea');
});
