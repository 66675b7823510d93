import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cells, frameCells, type RunChoices } from '../../../src/configuration/run';
import { answers } from '../../../src/worker/answer';
import { temporaryFile, temporaryFolder } from '../temporary';
import { opinionTable, reversedTable, seasonalTable, wordyText } from './datasets';

const files = [
  'checkpoint/last.safetensors',
  'checkpoint/best.safetensors',
  'metrics.jsonl',
  'samples.jsonl',
  'probe.safetensors',
  'encoding.json',
];

/** All that a run holds, without the times that its metrics mention. */
async function contents(folder: string): Promise<Record<string, string>> {
  const read = async (file: string) =>
    (await readFile(join(folder, file), 'latin1')).replaceAll(/"(steps|tokens)PerSecond":[\d.e+-]+/g, '');
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await read(file)] as const)));
}

/** Trains in one go, and beside it stopped at some steps and gone on with, each time by another worker. */
async function both(name: string, content: string, choices: RunChoices, stops: readonly number[]) {
  const source = { kind: 'file' as const, path: await temporaryFile(name, content) };
  const folder = await temporaryFolder();
  const whole = join(folder, 'whole');
  await answers(() => undefined).train({ source, choices, folder: whole });

  const parts = join(folder, 'parts');
  for (const [index, stop] of [...stops, Number.POSITIVE_INFINITY].entries()) {
    const worker = answers((event, value) => {
      if (event === 'metrics' && (value as { step: number }).step >= stop) void worker.stop({ forNow: true });
    });
    if (index === 0) await worker.train({ source, choices, folder: parts });
    else await worker.resume({ folder: parts });
  }
  return { whole: await contents(whole), parts: await contents(parts) };
}

const training = { steps: 24, timeSteps: 8, batchSize: 4, evaluateEvery: 5, sampleEvery: 6, checkpointEvery: 50 };

describe('a run that was interrupted ends with the files that it would have had, byte for byte', () => {
  // Those of frames have no pixels here.
  for (const cell of cells.filter((name) => !frameCells.includes(name))) {
    test(`${cell} on text, two layers with dropout, across an end of the data`, async () => {
      const choices: RunChoices = { model: { cell, units: 6, layers: 2, dropout: 0.3 }, training };
      const { whole, parts } = await both('words.txt', wordyText(10), choices, [3, 13]);
      expect(parts).toEqual(whole);
    });
  }

  test('gru on labelled sentences, across an end of the data', async () => {
    const choices: RunChoices = { model: { cell: 'gru', units: 6, layers: 2, dropout: 0.3 }, training };
    const { whole, parts } = await both('opinions.csv', opinionTable(60), choices, [3, 15]);
    expect(parts).toEqual(whole);
  });

  test('gru that translates, both ways, across an end of the data', async () => {
    const choices: RunChoices = {
      model: { cell: 'gru', units: 6, layers: 2, dropout: 0.3, direction: 'both', attention: 'additive' },
      training: { ...training, timeSteps: 12 },
    };
    const { whole, parts } = await both('words.csv', reversedTable(40), choices, [3, 15]);
    expect(parts).toEqual(whole);
  });

  test('gru on a table', async () => {
    const choices: RunChoices = { model: { cell: 'gru', units: 6 }, training };
    const { whole, parts } = await both('months.csv', seasonalTable(90), choices, [7]);
    expect(parts).toEqual(whole);
  });
});

test('a run without patience left ends early with its best weights, goes on when more steps are asked for, and the same if interrupted', async () => {
  const path = await temporaryFile('words.txt', wordyText(10));
  const choices: RunChoices = {
    model: { units: 4 },
    training: { ...training, steps: 400, evaluateEvery: 4, learningRate: 1, schedule: 'constant', patience: 3 },
  };
  const { whole, parts } = await both('words.txt', wordyText(10), choices, [6]);
  expect(parts).toEqual(whole);
  const folder = join(await temporaryFolder(), 'run');
  const source = { kind: 'file' as const, path };
  const { state, result } = await answers(() => undefined).train({ source, choices, folder });
  expect(state).toBe('finished');
  expect(result.step).toBe((result.bestStep ?? 0) + 12);
  expect(result.step).toBeLessThan(400);
  const more = await answers(() => undefined).resume({ folder, steps: 500 });
  expect(more.result.step).toBeGreaterThanOrEqual(result.step + 12);
});

test('the same seed gives the same run, another seed another', async () => {
  const source = { kind: 'file' as const, path: await temporaryFile('words.txt', wordyText(10)) };
  const folder = await temporaryFolder();
  for (const [name, seed] of [
    ['a', 5],
    ['b', 5],
    ['c', 6],
  ] as const) {
    const choices: RunChoices = { model: { units: 4 }, training: { ...training, seed } };
    await answers(() => undefined).train({ source, choices, folder: join(folder, name) });
  }
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => contents(join(folder, name))));
  expect(b).toEqual(a);
  expect(c?.['checkpoint/last.safetensors']).not.toBe(a?.['checkpoint/last.safetensors']);
});

test('a run whose dataset has changed does not go on, and says so', async () => {
  const path = await temporaryFile('words.txt', wordyText(10));
  const folder = join(await temporaryFolder(), 'run');
  const worker = answers(() => undefined);
  await worker.train({
    source: { kind: 'file', path },
    choices: { model: { units: 4 }, training: { ...training, steps: 2 } },
    folder,
  });
  const { writeFile } = await import('node:fs/promises');
  await writeFile(path, wordyText(11));
  await expect(worker.resume({ folder, steps: 4 })).rejects.toMatchObject({
    what: expect.stringContaining('has changed since the run began'),
  });
});
