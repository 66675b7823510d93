import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeFolder } from '../../../src/runs/files';
import { newRunFolder } from '../../../src/runs/folder';
import { temporaryFolder } from '../temporary';
import { program } from './fixtures';

const now = new Date('2026-11-24T18:31:54.900Z');

test('a new run lies in .unroll/runs, under the time and the name of its dataset', async () => {
  const root = await temporaryFolder();
  const folder = await newRunFolder(root, 'Preise (März).csv', now);
  expect(dirname(folder)).toBe(join(root, '.unroll', 'runs'));
  expect(basename(folder)).toMatch(/^20261124-183154-Preise-März-[a-z0-9]{4}$/);
});

test('runs that begin in one second have different folders, in one process and in several', async () => {
  const root = await temporaryFolder();
  const here = await Promise.all(Array.from({ length: 50 }, () => newRunFolder(root, 'prices.csv', now)));
  const script = await program(`
    import { newRunFolder } from './src/runs/folder';
    newRunFolder(process.argv[2] ?? '', 'prices.csv', new Date('${now.toISOString()}')).then(console.log);
  `);
  const run = promisify(execFile);
  const others = await Promise.all(
    Array.from({ length: 3 }, async () => (await run(process.execPath, [script, root])).stdout.trim()),
  );
  // Four letters and digits: fifty draws of 1.7 million meet once in a thousand times, three processes' not at all.
  expect(new Set(others).size).toBe(3);
  expect(new Set(here).size).toBeGreaterThanOrEqual(49);
});

test('a dataset of any name gives a folder that can be made, directly in .unroll/runs', async () => {
  const root = await temporaryFolder();
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.constantFrom('..', '.', '', '.csv', '𝒳'.repeat(200)),
  );
  await fc.assert(
    fc.asyncProperty(name, async (datasetName) => {
      const folder = await newRunFolder(root, datasetName, now);
      expect(dirname(folder)).toBe(join(root, '.unroll', 'runs'));
      expect(basename(folder)).not.toMatch(/\p{Cs}/u);
      await makeFolder(folder);
    }),
    { numRuns: 20 },
  );
});
