import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { RunChoices } from '../../../src/configuration/run';
import type { DatasetSource } from '../../../src/protocol/dataset';
import type { UserErrorData } from '../../../src/protocol/errors';
import { readBest, readRecord } from '../../../src/runs';
import { numpy } from '../data/numpy';
import { spelledOut } from '../tasks/sounds';
import { temporaryFile, temporaryFolder } from '../temporary';
import { opinionTable, seasonalTable, wordyText } from '../training/datasets';
import { Thread } from '../worker/thread';
import { encodings, randomWeights, save, written } from './models';

type Model = NonNullable<RunChoices['model']>;

/** Steps so small that weights stay as they are. */
const still = {
  learningRate: 1e-30,
  schedule: 'constant',
  steps: 1,
  evaluateEvery: 1,
  sampleEvery: 1,
  checkpointEvery: 1,
} as const;
const brief = { steps: 12, evaluateEvery: 4, sampleEvery: 12, checkpointEvery: 12 };
const text = (content = wordyText(12)): DatasetSource => ({ kind: 'text', name: 'words.txt', text: content });

async function table(content: string): Promise<DatasetSource> {
  return { kind: 'file', path: await temporaryFile('table.csv', content) };
}

/** Squares that move, as an array of NumPy: [clips, frames, height, width]. */
async function video(): Promise<DatasetSource> {
  const values = Uint8Array.from({ length: 6 * 12 * 64 }, (_, at) => ((at + (at >> 6)) % 8 < 3 ? 255 : 0));
  return { kind: 'file', path: await temporaryFile('squares.npy', numpy('|u1', [6, 12, 8, 8], values)) };
}

/** Recordings whose names say what is said, and who. */
async function recordings(): Promise<DatasetSource> {
  const folder = await temporaryFolder();
  for (const [at, who] of ['anna', 'ben', 'carl', 'dora', 'emil', 'fay'].entries())
    for (const word of ['ab', 'ba', 'cab', 'bcd', 'dd', 'acdc'])
      await writeFile(join(folder, `${word}_${who}_0.wav`), spelledOut(word, { pitch: 1 + 0.02 * at }));
  return { kind: 'file', path: folder };
}

async function trained(source: DatasetSource, model: Model, reading: RunChoices['reading'] = {}) {
  const thread = new Thread();
  const root = await temporaryFolder();
  const folder = join(root, 'run');
  await thread.call('train', { source, choices: { model, reading, training: brief }, folder });
  return { thread, root, folder };
}

describe('a run that is written and read again', () => {
  test.each<[string, () => Promise<DatasetSource>, Model, RunChoices['reading']]>([
    ['of a text', async () => text(), { cell: 'gru-reset-before', units: 7, layers: 2, embeddingSize: 5 }, {}],
    ['of a text with irnn', async () => text(), { cell: 'irnn', units: 7 }, {}],
    ['that forecasts', () => table(seasonalTable(60)), { cell: 'rnn', units: 6 }, { task: 'forecast' }],
    [
      'that classifies, both ways',
      () => table(opinionTable(80)),
      { cell: 'lstm', units: 6, direction: 'both', pooling: 'mean' },
      { task: 'classify' },
    ],
    [
      'that classifies by its last state',
      () => table(opinionTable(80)),
      { cell: 'lstm', units: 6, pooling: 'last' },
      { task: 'classify' },
    ],
    ['of recordings', recordings, { cell: 'lstm', units: 5 }, { task: 'speech' }],
    ['of frames', video, { cell: 'gru-reset-before', units: 5 }, { task: 'frames' }],
  ])('%s begins with the loss that it had, and with its weights bit for bit', async (_, dataset, model, reading) => {
    const source = await dataset();
    const { thread, root, folder } = await trained(source, model, reading);
    const { path, bytes } = await thread.call('exportModel', { folder, out: join(root, 'model') });
    expect(path).toBe(join(root, 'model', 'model.json'));
    expect(bytes).toBe(
      (await Promise.all(['model.json', 'weights.bin'].map((file) => readFile(join(root, 'model', file))))).reduce(
        (sum, { length }) => sum + length,
        0,
      ),
    );
    expect(await readdir(root)).toEqual(['model', 'run']);

    const again = join(root, 'again');
    const training = { ...brief, ...still };
    const { result } = await thread.call('train', {
      source,
      choices: { reading, training },
      model: path,
      folder: again,
    });
    const [before, now] = [await readRecord(folder), await readRecord(again)];
    expect(result.validationLoss).toBeCloseTo(before.result?.bestValidationLoss ?? Number.NaN, 5);
    expect(now.configuration.model).toMatchObject({ ...model, embeddingSize: expect.any(Number) });
    expect(now.startedFrom).toEqual({ path, generatedBy: expect.stringMatching(/^Unroll \d/) });
    expect(now.parameters).toBe(before.parameters);
    const [old, fresh] = [await readBest(folder), await readBest(again)];
    for (const [name, { values }] of old?.weights ?? []) expect(fresh?.weights.get(name)?.values, name).toEqual(values);
    // What was written can be asked, and written once more.
    expect(await thread.call('sample', { folder: again, request: {} })).toMatchObject({ step: 1 });
    await thread.call('exportModel', { folder: again, out: join(root, 'model') });
    expect(await readdir(root)).toEqual(['again', 'model', 'run']);
  });

  test('goes on from its checkpoint, for which it needs the model no more, and still tells where it began', async () => {
    const { thread, root, folder } = await trained(text(), { cell: 'lstm', units: 5 });
    const { path } = await thread.call('exportModel', { folder, out: join(root, 'model') });
    const again = join(root, 'again');
    await thread.call('train', { source: text(), choices: { training: brief }, model: path, folder: again });
    await rm(join(root, 'model'), { recursive: true });
    expect(await thread.call('resume', { folder: again, steps: 20 })).toMatchObject({ result: { step: 20 } });
    expect((await readRecord(again)).startedFrom?.path).toBe(path);
  });
});

test('a folder that holds something else is left as it is, and nothing is left beside it', async () => {
  const { thread, root, folder } = await trained(text(), { cell: 'lstm', units: 4 });
  const out = join(root, 'model');
  await mkdir(out);
  // Named as what would be written, but of somebody else.
  await writeFile(join(out, 'model.json'), '{"generatedBy":"keras v2"}');
  await expect(thread.call('exportModel', { folder, out })).rejects.toMatchObject({
    user: { what: 'The folder holds something else already', where: out },
  });
  await expect(thread.call('exportModel', { folder, out: join(out, 'model.json') })).rejects.toMatchObject({
    user: { what: 'The model cannot be written (ENOTDIR)' },
  });
  expect(await readdir(root)).toEqual(['model', 'run']);
  expect(await readdir(out)).toEqual(['model.json']);
});

test.runIf(process.platform === 'linux')(
  'a place that can have no folder is told, and nothing waits for it',
  async () => {
    const { thread, folder } = await trained(text(), { cell: 'lstm', units: 4 });
    await expect(thread.call('exportModel', { folder, out: '/proc/none/of/it' })).rejects.toMatchObject({
      user: { what: 'The model cannot be written (ENOENT)', where: '/proc/none/of/it' },
    });
  },
);

test('a run whose cell TF.js has no layer for is not written, which says what to train instead', async () => {
  const { thread, root, folder } = await trained(text(), { cell: 'gru', units: 4 });
  await expect(thread.call('exportModel', { folder, out: join(root, 'model') })).rejects.toMatchObject({
    user: {
      what: 'The TF.js layers format cannot express the cell gru',
      wayOut: expect.stringContaining('--cell gru-reset-before'),
    },
  });
  expect(await readdir(root)).toEqual(['run']);
});

describe('a model that does not fit is refused before a run is there, with both sizes:', () => {
  /** A stranger's model: its vocabulary is not known. */
  async function model(sizes: {
    vocabulary?: number;
    size?: number;
    outputs: number;
    pooling?: 'last' | 'mean';
    bidirectional?: boolean;
  }) {
    const { vocabulary, size = 1, ...rest } = sizes;
    const spec = {
      ...{ cell: builtinCell('lstm'), units: 4, layers: 1, dropout: 0 },
      ...rest,
      input: vocabulary
        ? ({ kind: 'tokens', vocabularySize: vocabulary, embeddingSize: 4 } as const)
        : ({ kind: 'numbers', size } as const),
    };
    const folder = join(await temporaryFolder(), 'model');
    const files = written(spec, randomWeights(spec, randomFromSeed(1)), encodings.tokens as never);
    await save(folder, { ...files, json: { ...files.json, userDefinedMetadata: {} as never } });
    return join(folder, 'model.json');
  }
  async function refused(path: string, source: DatasetSource, choices: RunChoices = {}): Promise<UserErrorData> {
    const folder = join(await temporaryFolder(), 'run');
    const outcome = new Thread().call('train', {
      source,
      choices: { ...choices, training: { ...brief, ...still } },
      model: path,
      folder,
    });
    const error = await outcome.then(
      () => undefined,
      (reason: { readonly user?: UserErrorData }) => reason.user,
    );
    if (!error) throw new Error('It was taken');
    await expect(readdir(folder)).rejects.toThrow();
    return error;
  }
  const characters = new Set(wordyText(12)).size;
  /** Unknown characters have an id of their own. */
  const own = characters + 1;

  test.each<[string, () => ReturnType<typeof model>, () => Promise<DatasetSource>, RunChoices, RegExp]>([
    [
      'a vocabulary',
      () => model({ vocabulary: 99, outputs: 99 }),
      async () => text(),
      {},
      new RegExp(`knows 99 tokens, and words.txt has ${own}`),
    ],
    [
      'outputs',
      () => model({ vocabulary: own, outputs: 3 }),
      async () => text(),
      {},
      new RegExp(`has 3 outputs, and the task language on words.txt needs ${own}`),
    ],
    [
      'one output for a sequence',
      () => model({ vocabulary: own, outputs: own, pooling: 'mean' }),
      async () => text(),
      {},
      /once for a whole sequence, and the task language needs it at each step/,
    ],
    [
      'both ways',
      () => model({ vocabulary: own, outputs: own, bidirectional: true }),
      async () => text(),
      {},
      /reads both ways, and the task language forwards alone/,
    ],
    [
      'tokens for numbers',
      () => model({ vocabulary: own, outputs: 1 }),
      () => table(seasonalTable(60)),
      { reading: { task: 'forecast' } },
      /reads tokens, and of table.csv the task forecast reads numbers/,
    ],
    [
      'numbers',
      () => model({ size: 77, outputs: 1 }),
      () => table(seasonalTable(60)),
      { reading: { task: 'forecast' } },
      /reads 77 numbers a step, and table.csv has \d+/,
    ],
    [
      'units',
      () => model({ vocabulary: own, outputs: own }),
      async () => text(),
      { model: { units: 5 } },
      /has units 4, and 5 is asked for/,
    ],
    [
      'layers',
      () => model({ vocabulary: own, outputs: own }),
      async () => text(),
      { model: { layers: 2 } },
      /has layers 1, and 2 is asked for/,
    ],
    [
      'a direction',
      () => model({ vocabulary: own, outputs: own }),
      async () => text(),
      { model: { direction: 'both' } },
      /has direction forward, and both is asked for/,
    ],
    [
      'a cell',
      () => model({ vocabulary: own, outputs: own }),
      async () => text(),
      { model: { cell: 'gru' } },
      /has cell lstm, and gru is asked for/,
    ],
    [
      'an embedding',
      () => model({ vocabulary: own, outputs: own }),
      async () => text(),
      { model: { embeddingSize: 9 } },
      /has embedding 4, and 9 is asked for/,
    ],
  ])('%s', async (_, path, source, choices, what) => {
    const file = await path();
    expect(await refused(file, await source(), choices)).toMatchObject({
      what: expect.stringMatching(what),
      where: file,
    });
  });

  test('a vocabulary of Unroll’s that has other characters', async () => {
    const { thread, root, folder } = await trained(text(), { cell: 'lstm', units: 4 });
    const { path } = await thread.call('exportModel', { folder, out: join(root, 'model') });
    const other = text(wordyText(12).replaceAll('t', 'T'));
    expect((await refused(path, other)).what).toMatch(
      new RegExp(`vocabularies have ${own} entries each and differ: token \\d+ is`),
    );
  });
});
