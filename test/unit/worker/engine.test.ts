import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { answers } from '../../../src/worker/answer';
import { startEngine } from '../../../src/worker/engine';
import { likelyVariant, rememberChoice } from '../../../src/worker/kernels';
import { temporaryFile, temporaryFolder } from '../temporary';
import { wordyText } from '../training/datasets';

/** A host without what the engine needs. */
async function without(name: 'SharedArrayBuffer' | 'SIMD', then: () => Promise<void>): Promise<void> {
  const restored =
    name === 'SIMD'
      ? vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
      : { mockRestore: () => vi.unstubAllGlobals() };
  if (name === 'SharedArrayBuffer') vi.stubGlobal(name, undefined);
  try {
    await then();
  } finally {
    restored.mockRestore();
  }
}

describe('the engine', () => {
  test.each(['plain', 'relaxed', 'wide'] as const)(
    'that is asked for as %s is that one, on as many threads',
    async (variant) => {
      const report = await startEngine({ backend: 'auto', variant, threads: 2 }).catch((error: Error) => error.message);
      if (typeof report === 'string') expect(report).toContain('does not work here');
      else expect(report).toEqual({ backend: 'wasm', variant, threads: 2 });
    },
  );

  test('is the fastest that computes rightly when nobody asks for one', async () => {
    const report = await startEngine({ backend: 'auto', variant: 'auto', threads: 1 });
    expect(report).toMatchObject({ backend: 'wasm', threads: 1 });
    const isNew = Number(process.versions.v8.split('.')[0]) >= 13;
    if (isNew) expect(['wide', 'relaxed']).toContain(report.variant);
    else expect(report.note).toContain('missing here');
  });

  test('is chosen once, and again where what was chosen has lost its speed', async () => {
    vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
    try {
      const folder = join(process.env.XDG_CACHE_HOME ?? '', 'unroll', 'engine');
      await mkdir(folder, { recursive: true });
      rememberChoice({ variant: 'plain', speed: 0.001 });
      const [name = ''] = await readdir(folder);
      expect(JSON.parse(await readFile(join(folder, name), 'utf8'))).toEqual({ variant: 'plain', speed: 0.001 });
      expect(likelyVariant()).toBe('plain');
      expect(await startEngine({ backend: 'auto', variant: 'auto', threads: 4 })).toMatchObject({ variant: 'plain' });

      rememberChoice({ variant: 'plain', speed: 1e9 });
      const report = await startEngine({ backend: 'auto', variant: 'auto', threads: 5 });
      expect(['wide', 'relaxed']).toContain(report.variant);

      await writeFile(join(folder, name), '{"variant":');
      expect(likelyVariant()).toBeUndefined();
      expect(await startEngine({ backend: 'auto', variant: 'auto', threads: 6 })).toMatchObject({ backend: 'wasm' });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('goes on with the variant that a run had, where it works', async () => {
    const settings = { backend: 'auto', variant: 'auto', threads: 3 } as const;
    expect(await startEngine(settings, 'plain')).toMatchObject({ variant: 'plain' });
  });

  test.each([
    ['SharedArrayBuffer', 'this host has no shared memory'],
    ['SIMD', 'SIMD is missing here'],
  ] as const)('without %s is the slow reference, and a training says so', async (missing, reason) => {
    await without(missing, async () => {
      const source = { kind: 'file' as const, path: await temporaryFile('words.txt', wordyText(10)) };
      const warnings: string[] = [];
      const worker = answers((name, value) => {
        if (name === 'dataset') warnings.push(...(value as { warnings: readonly string[] }).warnings);
      });
      const choices = { model: { units: 4 }, training: { steps: 2 }, engine: { threads: missing === 'SIMD' ? 4 : 5 } };
      await worker.train({ source, choices, folder: join(await temporaryFolder(), 'run') });
      expect(warnings.join()).toContain(reason);
      expect(warnings.join()).toContain('slow');
      const asked = startEngine({ backend: 'wasm', variant: 'auto', threads: 6 });
      await expect(asked).rejects.toMatchObject({ what: expect.stringContaining(reason) });
    });
  });
});
