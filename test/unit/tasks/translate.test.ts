import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/user-error';
import { type Reading, readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { tf, useReference } from '../../../src/engine/tensors';
import { readDataset } from '../../../src/tasks';
import { pairBatches } from '../../../src/tasks/translate/batches';
import { bleu } from '../../../src/tasks/translate/bleu';
import { chrf } from '../../../src/tasks/translate/chrf';
import { translate } from '../../../src/tasks/translate/translate';
import parity from '../../parity/translation.json';
import { temporaryFolder } from '../temporary';
import { pairsFrom } from './pairs';

beforeAll(async () => void (await useReference()));
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const rows = (count: number, row: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => row(at)).join('\n');
const prepare = async (text: string, reading: Partial<Reading> = {}, validationShare = 0.2) =>
  translate.prepare(
    await openDataset({ kind: 'text', name: 'pairs.csv', text }),
    readingSchema.parse({ task: 'translate', ...reading }),
    { validationShare },
  );
const userError = async (promise: Promise<unknown>): Promise<UserError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
};

test('BLEU and chrF are those of sacreBLEU', () => {
  for (const scores of parity.scores) {
    expect(bleu(scores.outputs, scores.references), scores.outputs[0]).toBeCloseTo(scores.bleu, 8);
    expect(chrf(scores.outputs, scores.references), scores.outputs[0]).toBeCloseTo(scores.chrf, 8);
  }
});

describe('pairs', () => {
  const table = (count: number) =>
    `en,de\n${rows(count, (at) => `the word ${at % 40} is here,das Wort ${at % 40} ist da ${at % 50}`)}\n`;

  test('of one source stay in one part', async () => {
    const { report, windows } = await prepare(table(200));
    expect(report.split).toEqual({ training: 160, validation: 40 });
    expect(windows({ timeSteps: 20, batchSize: 8 }).batchSize).toBe(8);
    const { encoding } = await prepare(`s,t\n${rows(60, (at) => `only${at % 2},t${at}`)}`);
    expect(new Set(encoding.examples.map(({ source }) => source)).size).toBe(1);
  });

  test('take the words of either side from the training part alone', async () => {
    const { encoding, report } = await prepare(
      `s,t\n${rows(60, (at) => `here is one${at} one${at},da ist ein${at} ein${at}`)}`,
      {
        tokens: 'words',
      },
    );
    const own = (side: { readonly vocabulary: readonly string[] }, word: RegExp) =>
      side.vocabulary.filter((token) => word.test(token));
    expect(own(encoding.source, /^ one\d/)).toHaveLength(report.split.training);
    expect(own(encoding.target, /^ ein\d/)).toHaveLength(report.split.training);
    for (const { source } of encoding.examples)
      expect(encoding.source.vocabulary).not.toContain(` ${source.split(' ').at(-1)}`);
  });

  test('come in each epoch once, and the same for the same step', async () => {
    const pairs = pairsFrom(
      Array.from({ length: 21 }, (_, at) => [Array(1 + (at % 5)).fill(2), [2 + (at % 4)]] as const),
    );
    const batches = pairBatches(pairs, { timeSteps: 10, batchSize: 4, seed: 3 }, 'x');
    const sizes = [1, 2, 1].map((step) => {
      const { input, targets, written } = batches.at(step);
      const content = [...input.dataSync(), ...targets.dataSync()].join();
      tf.dispose([input, targets, ...(written ? [written] : [])]);
      return content;
    });
    expect(sizes[0]).toBe(sizes[2]);
    expect(sizes[0]).not.toBe(sizes[1]);
  });

  test('that are longer than a window are left out, and said so; none that fits is an error', async () => {
    const { windows } = await prepare(`s,t\n${rows(20, (at) => `a${at},${'b'.repeat(at < 5 ? 30 : 3)}${at}`)}`, {
      tokens: 'chars',
    });
    expect(windows({ timeSteps: 10, batchSize: 4 }).warnings?.[0]).toMatch(/pairs are longer than 10 tokens/);
    expect(() => windows({ timeSteps: 2, batchSize: 4 })).toThrow(/No pair fits into a window of 2/);
  });

  test('with one side missing are left out, and said so with a line', async () => {
    const { report } = await prepare(`s,t\n,x\nlonely,\n${rows(20, (at) => `a${at},b${at}`)}`);
    expect(report.split.training + report.split.validation).toBe(20);
    expect(report.warnings.join(' ')).toMatch(/nothing in "s".*line 2.*nothing in "t".*line 3/);
  });

  test('are spelled where words do not come again, and read by words where they do', async () => {
    const spelled = await prepare(`s,t\n${rows(60, (at) => `q${at * 7919}x,x${at * 7919}q`)}`);
    expect(spelled.encoding.source.unit).toBe('chars');
    const wordy = await prepare(table(200));
    expect(wordy.encoding.target.unit).toBe('words');
    expect((await prepare(table(200), { tokens: 'chars' })).encoding.source.unit).toBe('chars');
  });

  test('go from the column that is named to the one that is named', async () => {
    const { encoding, report } = await prepare(table(100), { target: 'en', columns: ['de'] });
    expect([encoding.source.name, encoding.target.name]).toEqual(['de', 'en']);
    expect(report.table).toMatchObject({ target: 'en', inputs: ['de'] });
  });

  test('keep digits, dates and white space of their cells as they stand', async () => {
    const { encoding } = await prepare(`n,w\n${rows(40, (at) => `007${at},2024-01-0${(at % 9) + 1}  x${at}`)}`);
    for (const { source, reference } of encoding.examples) {
      expect(source).toMatch(/^007\d+$/);
      expect(reference).toMatch(/^2024-01-0\d {2}x\d+$/);
    }
  });

  test('cannot be made of one column, of nothing, or of one source', async () => {
    expect((await userError(prepare(`only\n${rows(10, (at) => `text ${at}`)}`))).what).toMatch(
      /needs a column to read/,
    );
    expect(
      (await userError(prepare(`s,t\n${rows(10, () => 'same,x')}`, { target: 't', columns: ['s'] }))).what,
    ).toMatch(/Every row has the same text in "s"/);
    expect(
      (await userError(prepare(`s,t\n${rows(10, (at) => `,x${at}`)}`, { target: 't', columns: ['s'] }))).what,
    ).toMatch(/No row has both a text in "s"/);
  });
});

describe('two files of lines', () => {
  async function files(de: string, name = 'train.de') {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'train.en'), `${rows(60, (at) => `the house of ${at % 20}`)}\n`);
    await writeFile(join(folder, name), de);
    return join(folder, 'train.en');
  }
  const german = `${rows(60, (at) => `das Haus von ${at % 20}`)}\n`;
  const read = async (path: string, reading: Partial<Reading> = {}) => readDataset({ kind: 'file', path }, { reading });

  test('are found by their names, offered, and read line by line', async () => {
    const path = await files(german);
    const { report } = await read(path);
    expect(report).toMatchObject({ task: 'language', ambiguous: true, alternatives: [{ task: 'translate' }] });
    expect(report.alternatives[0]?.why).toContain('train.de');
    const chosen = await read(path, { task: 'translate' });
    expect(chosen.report.table).toMatchObject({ target: 'de', inputs: ['en'], rows: 60 });
    expect(chosen.report.reading.pair).toBe(join(dirname(path), 'train.de'));
    const again = await read(path, chosen.report.reading);
    expect(again.report.fingerprint).toEqual(chosen.report.fingerprint);
    await writeFile(join(dirname(path), 'train.de'), german.replace('Haus', 'Boot'));
    expect((await read(path, chosen.report.reading)).report.fingerprint).not.toEqual(chosen.report.fingerprint);
  });

  test('may be named, whatever they are called', async () => {
    const path = await files(german, 'other text');
    const { report } = await read(path, { pair: join(dirname(path), 'other text') });
    expect(report.task).toBe('translate');
    expect(report.table?.inputs).toEqual(['en']);
  });

  test('must have as many lines', async () => {
    const error = await userError(read(await files(`${german}one more\n`), { task: 'translate' }));
    expect(error.what).toBe('train.en has 60 lines and train.de 61');
  });

  test('one of which is missing are refused with its name', async () => {
    const path = await files(german);
    const error = await userError(read(path, { pair: join(dirname(path), 'gone.de') }));
    expect(error).toMatchObject({ what: 'There is no such file', where: expect.stringContaining('gone.de') });
  });
});
