import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunChoices } from '../../../src/configuration/run';
import { nativeFolder } from '../../../src/native/cache-folder';
import { findInstallation, recordFile } from '../../../src/native/installation';
import { readRecord, readRun, releaseAfterCrash } from '../../../src/runs';
import { temporaryFolder } from '../temporary';
import { wordyText } from '../training/datasets';
import { Thread } from './thread';

async function begin(steps: number, units = 8) {
  const thread = new Thread();
  const folder = join(await temporaryFolder(), 'run');
  const often = { evaluateEvery: steps, sampleEvery: steps, checkpointEvery: Math.min(steps, 20) };
  const choices: RunChoices = {
    model: { cell: 'lstm', units },
    training: { timeSteps: 8, batchSize: 4, steps, ...often },
    engine: { backend: 'tensorflow' },
  };
  const source = { kind: 'text', name: 'words.txt', text: wordyText(12) } as const;
  const outcome = thread.call('train', { source, choices, folder });
  outcome.catch(() => undefined);
  return { thread, folder, outcome };
}

describe.runIf(existsSync(join(nativeFolder(), recordFile)))('a training on TensorFlow in a worker', () => {
  test('is written as any run, says its engine, and goes on in WebAssembly and back', async () => {
    const { thread, folder, outcome } = await begin(20);
    expect((await outcome).state).toBe('finished');
    expect((await readRecord(folder)).engine).toMatchObject({
      backend: 'tensorflow',
      variant: (await findInstallation([nativeFolder()]))?.record.tensorFlow,
    });
    expect(await thread.call('resume', { folder, steps: 40, engine: { backend: 'wasm' } })).toMatchObject({
      state: 'finished',
      result: { step: 40 },
    });
    expect((await readRecord(folder)).engine.backend).toBe('wasm');
    expect(await thread.call('resume', { folder, steps: 60, engine: { backend: 'tensorflow' } })).toMatchObject({
      state: 'finished',
      result: { step: 60 },
    });
    expect((await readRecord(folder)).engine.backend).toBe('tensorflow');
    // Each step once, whichever engine took it.
    const { metrics } = await readRun(folder);
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  test('takes the same steps as Unroll’s own engine, up to rounding', async () => {
    const { thread, folder, outcome } = await begin(20);
    await outcome;
    const copy = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
    const other = join(await temporaryFolder(), 'run');
    const source = { kind: 'text', name: 'words.txt', text: wordyText(12) } as const;
    const choices: RunChoices = { ...copy.configuration, engine: { backend: 'wasm' } };
    await thread.call('train', { source, choices, folder: other });
    const [losses = [], expected = []] = await Promise.all(
      [folder, other].map(async (run) => (await readRun(run)).metrics.map(({ loss }) => loss)),
    );
    expect(losses.length).toBe(20);
    losses.forEach((loss, step) => {
      expect(Math.abs(loss - (expected[step] ?? 0))).toBeLessThan(1e-4);
    });
  });

  test('goes on beside a second one, and a third one starts after both', async () => {
    const [one, two] = await Promise.all([begin(30), begin(30)]);
    expect((await one.outcome).state).toBe('finished');
    expect((await two.outcome).state).toBe('finished');
    expect((await (await begin(10)).outcome).state).toBe('finished');
  });

  test('can be ended in the middle of a step, and its run goes on in another worker', async () => {
    const { thread, folder } = await begin(10_000, 256);
    await thread.reached(25);
    await thread.terminate();
    await releaseAfterCrash(folder);
    const again = await new Thread().call('resume', { folder, steps: 100 });
    expect(again).toMatchObject({ state: 'finished', result: { step: 100 } });
  });

  test('that is asked for where nothing is installed says what to do', async () => {
    const folder = join(await temporaryFolder(), 'run');
    const source = { kind: 'text', name: 'words.txt', text: wordyText(12) } as const;
    const thread = new Thread([join(folder, 'nowhere')]);
    const outcome = thread.call('train', { source, folder, choices: { engine: { backend: 'tensorflow' } } });
    await expect(outcome).rejects.toMatchObject({ user: { what: 'TensorFlow is not installed' } });
    expect(existsSync(folder)).toBe(false);
  });
});
