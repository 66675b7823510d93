import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { answers } from '../../../src/worker/answer';
import { startEngine } from '../../../src/worker/engine';
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
