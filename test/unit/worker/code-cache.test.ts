import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { loadWithCode } from '../../../src/worker/code-cache';
import { temporaryFile, temporaryFolder } from '../temporary';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const bundle = `
  const { join } = require('node:path');
  exports.twice = (number) => 2 * number;
  exports.beside = join(__dirname, 'beside.js');
  exports.name = __filename;
  exports.same = module.exports === exports;
`;

test('code that V8 made under other flags is kept apart, and made again under them', async () => {
  vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
  vi.useFakeTimers();
  const path = await temporaryFile('bundle.js', `exports.name = 'größer';`);
  let during = 0;
  const flags = {
    name: 'wide',
    during: <T>(work: () => T) => {
      during += 1;
      return work();
    },
  };
  expect(loadWithCode(path).run()).toEqual({ name: 'größer' });
  expect(loadWithCode(path, flags).run()).toEqual({ name: 'größer' });
  expect(during).toBe(0);
  vi.runAllTimers();
  expect(during).toBe(1);
  const kept = await readdir(join(process.env.XDG_CACHE_HOME ?? '', 'unroll', 'code'));
  expect(kept.filter((name) => name.endsWith('-wide.bin'))).toHaveLength(1);
  expect(kept).toHaveLength(2);
});

test('a bundle is loaded as by require, without kept code, with it, and where that is broken', async () => {
  vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
  vi.useFakeTimers();
  const path = await temporaryFile('bundle.js', bundle);
  const load = () => {
    const { twice, ...rest } = loadWithCode(path).run() as { twice: (number: number) => number };
    return { twice: twice(21), ...rest };
  };
  const expected = { twice: 42, beside: join(dirname(path), 'beside.js'), name: path, same: true };
  expect(load()).toEqual(expected);

  vi.runAllTimers();
  const folder = join(process.env.XDG_CACHE_HOME ?? '', 'unroll', 'code');
  const [kept = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  const code = await readFile(join(folder, kept));
  expect(load()).toEqual(expected);
  expect(vi.getTimerCount()).toBe(0);

  await writeFile(join(folder, kept), code.subarray(0, code.length / 2));
  expect(load()).toEqual(expected);
  vi.runAllTimers();
  expect((await readFile(join(folder, kept))).length).toBeGreaterThanOrEqual(code.length / 2);
  load();
  expect(vi.getTimerCount()).toBe(0);
});
