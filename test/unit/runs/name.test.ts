import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freeName, runsFolder } from '../../../src/runs';
import { temporaryFolder } from '../temporary';

it('a run is named after its cell and file, with a number where another run beside it has that name', async () => {
  const runs = runsFolder(await temporaryFolder());
  const write = async (id: string, name: string) => {
    await mkdir(join(runs, id), { recursive: true });
    const record = { formatVersion: 1, id, name, createdAt: '2026-01-01', state: 'finished' };
    await writeFile(join(runs, id, 'run.json'), JSON.stringify({ ...record, configuration: {}, dataset: {} }));
  };
  const next = () => freeName(join(runs, 'new'), 'lstm on prices.csv');

  expect(await next()).toBe('lstm on prices.csv');
  await write('a', 'lstm on prices.csv');
  await mkdir(join(runs, 'no-run'));
  expect(await next()).toBe('lstm on prices.csv (2)');
  await write('b', 'lstm on prices.csv (2)');
  expect(await next()).toBe('lstm on prices.csv (3)');
  await write('a', 'renamed');
  expect(await next()).toBe('lstm on prices.csv');
});
