import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../data/temporary';
import { alphabet, seasonal, seasonalCsv, sentences } from './datasets';
import { type Ended, jsonLines, type Line, recordOf, unroll } from './program';

const ofType = (lines: readonly Line[], type: string) => lines.filter((line) => line.type === type);

async function trained(args: readonly string[], name: string, content: string) {
  const file = await fileWith(content, name);
  const run = join(await temporaryFolder(), 'run');
  const ended = await unroll(['train', file, ...args, '--out', run, '--json']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return { file, run, lines: jsonLines(ended) };
}

describe('unroll train --json', () => {
  test('tells of a text in lines of the contract alone, with losses in nats', async () => {
    const options = '--steps 4 --units 6 --window 8 --evaluate-every 2 --sample-every 4'.split(' ');
    const { file, run, lines } = await trained(options, 'words.txt', sentences);
    expect(lines.map(({ type }) => type)).toEqual('dataset metrics metrics metrics metrics sample done'.split(' '));
    const [dataset, ...others] = lines;
    expect(dataset).toMatchObject({
      task: 'language',
      why: expect.stringMatching(/\w/),
      ambiguous: false,
      alternatives: [],
      path: file,
      text: { encoding: 'utf-8', tokens: 'chars', tokenCount: sentences.length },
      split: { training: sentences.length * 0.9, validation: sentences.length * 0.1 },
      warnings: [],
    });
    const metrics = ofType(others, 'metrics');
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(metrics.map((line) => 'validationLoss' in line)).toEqual([false, true, false, true]);
    for (const line of metrics) {
      expect(line).toMatchObject({
        loss: expect.any(Number),
        gradientNorm: expect.any(Number),
        stepsPerSecond: expect.any(Number),
        tokensPerSecond: expect.any(Number),
      });
    }
    // A network that knows nothing gives each of the 14 characters, and the unknown one, the same chance.
    expect(Number(metrics[0]?.loss)).toBeCloseTo(Math.log(15), 0);
    expect(ofType(others, 'sample')[0]).toMatchObject({
      task: 'language',
      step: 4,
      prompt: expect.any(String),
      text: expect.any(String),
    });
    const best = Math.min(
      ...metrics.flatMap(({ validationLoss }) => (validationLoss === undefined ? [] : [Number(validationLoss)])),
    );
    expect(lines.at(-1)).toMatchObject({ type: 'done', run, state: 'finished', step: 4, bestValidationLoss: best });
  });

  test('tells of a table with errors in its own units, beside those of the naive forecasts', async () => {
    const { lines } = await trained(['--steps', '1'], 'table.csv', seasonalCsv);
    expect(lines[0]).toMatchObject({
      task: 'forecast',
      alternatives: [{ task: 'language', why: expect.any(String) }],
      table: {
        delimiter: expect.any(String),
        header: true,
        rows: 120,
        target: 'reading',
        columns: [{ name: 'reading', kind: 'number', missing: 0 }],
      },
      split: { training: 108, validation: 12 },
    });
    const { validationError, validationLoss } = ofType(lines, 'metrics').at(-1) as Line & {
      validationError: { rmse: number; mae: number; lastValue: object; seasonalNaive: object };
      validationLoss: number;
    };
    const naive = (lag: number) => {
      const errors = Array.from({ length: 12 }, (_, i) => (seasonal[108 + i] ?? 0) - (seasonal[108 + i - lag] ?? 0));
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      return {
        rmse: expect.closeTo(Math.sqrt(mean(errors.map((error) => error ** 2))), 6),
        mae: expect.closeTo(mean(errors.map(Math.abs)), 6),
      };
    };
    expect(validationError.lastValue).toMatchObject(naive(1));
    expect(validationError.seasonalNaive).toMatchObject({ ...naive(12), period: 12 });
    expect(validationError).toMatchObject({
      backtest: { horizon: 6, origins: 7, lastValue: { smape: expect.any(Number) } },
    });
    // The loss is in units of what changes are in the training part.
    const changes = seasonal.slice(1, 108).map((value, row) => value - (seasonal[row] ?? 0));
    const usual = Math.sqrt(changes.reduce((sum, change) => sum + change ** 2, 0) / changes.length);
    expect(validationError.rmse).toBeCloseTo(Math.sqrt(validationLoss) * usual, 3);
    expect(validationError.mae).toBeLessThanOrEqual(validationError.rmse);
    expect(ofType(lines, 'sample')[0]).toMatchObject({
      task: 'forecast',
      target: 'reading',
      truth: seasonal.slice(-12),
    });
  });

  test('says when a person would be asked, and what else the file could be', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `p${i % 7},red,large,Rome,${i * 3}`);
    const { lines } = await trained(
      ['--steps', '1', '--units', '4'],
      'goods.csv',
      `name,colour,size,town,price\n${rows.join('\n')}\n`,
    );
    expect(lines[0]).toMatchObject({ task: 'language', ambiguous: true, alternatives: [{ task: 'forecast' }] });
  });

  test('names the reading that it took and the option for the other one', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `p${i % 7},red,large,Rome,${i * 3}`);
    const path = await fileWith(`name,colour,size,town,price\n${rows.join('\n')}\n`, 'goods.csv');
    const { stdout, stderr } = await unroll(['inspect', path]);
    expect(stdout + stderr).toMatch(/goods\.csv: language \(.+\)\n {2}or: --task forecast \(/);
    const other = await unroll(['inspect', path, '--task', 'forecast']);
    expect(other.stdout + other.stderr).toMatch(/goods\.csv: forecast \(as asked for\)/);
  });

  test('makes a run in .unroll/runs of the folder it is called in', async () => {
    const cwd = await temporaryFolder();
    const ended = await unroll(
      ['train', await fileWith(sentences, 'my notes.txt'), '--steps', '1', '--units', '4', '--json'],
      { cwd },
    );
    const [id = ''] = await readdir(join(cwd, '.unroll', 'runs'));
    expect(id).toMatch(/^\d{8}-\d{6}-\d+-my-notes(-[a-z\d]+)?$/);
    const run = join(cwd, '.unroll', 'runs', id);
    expect(jsonLines(ended).at(-1)).toMatchObject({ type: 'done', run });
    expect(await recordOf(run)).toMatchObject({
      formatVersion: 1,
      id,
      state: 'finished',
      versions: { unroll: expect.any(String) },
      dataset: { fingerprint: { bytes: sentences.length } },
    });
    expect((await readdir(run)).sort()).toEqual([
      'checkpoint',
      'encoding.json',
      'metrics.jsonl',
      'model.cell',
      'probe.safetensors',
      'run.json',
      'samples.jsonl',
    ]);
  });
});

test('unroll inspect --json prints the dataset line that a training would, alone, and writes nothing', async () => {
  const cwd = await temporaryFolder();
  const file = await fileWith(seasonalCsv, 'table.csv');
  const [inspected, told] = await Promise.all([
    unroll(['inspect', file, '--json'], { cwd }),
    unroll(['train', file, '--steps', '1', '--out', join(await temporaryFolder(), 'run'), '--json']),
  ]);
  expect(inspected).toMatchObject({ code: 0, stderr: '' });
  expect(jsonLines(inspected)).toEqual(jsonLines(told).slice(0, 1));
  expect(await readdir(cwd)).toEqual([]);
});

describe('a run that has learned the alphabet', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unroll-alphabet-'));
    const file = join(folder, 'alphabet.txt');
    await writeFile(file, alphabet);
    const options =
      '--cell lstm --units 12 --layers 2 --window 10 --steps 80 --rate 0.03 --evaluate-every 40 --sample-every 80';
    const { stderr } = await unroll(['train', file, ...options.split(' '), '--out', join(folder, 'run'), '--json']);
    expect(stderr).toBe('');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const learned = () => join(folder, 'run');
  const sample = async (...args: string[]) => {
    const ended: Ended = await unroll(['sample', learned(), ...args]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return ended.stdout;
  };

  test('goes on with a prompt as the alphabet does', async () => {
    expect(await sample('--prompt', 'cdef', '--length', '15', '--temperature', '0')).toBe('cdefghijabcdefghija\n');
    expect(
      jsonLines({ stdout: await sample('--prompt', 'hij', '--length', '4', '--top-k', '1', '--seed', '9', '--json') }),
    ).toEqual([
      {
        type: 'sample',
        task: 'language',
        step: expect.any(Number),
        prompt: 'hij',
        text: 'abcd',
        next: expect.arrayContaining([{ token: 'a', probability: expect.any(Number) }]),
        temperature: 0.8,
        topK: 1,
        seed: 9,
      },
    ]);
  });

  test('draws the same text for the same seed and another for another, the more freely the hotter', async () => {
    const drawn = (seed: string) => sample('--prompt', 'a', '--length', '60', '--temperature', '20', '--seed', seed);
    const [first, again, other] = [await drawn('3'), await drawn('3'), await drawn('4')];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatch(/^a[a-j]{60}\n$/);
    expect(alphabet).not.toContain(first.trim());
  });

  test('shows every gate and state of every layer, as the equations of an LSTM relate them', async () => {
    const ended = await unroll(['probe', learned(), '--input', 'abcab', '--json']);
    const lines = jsonLines(ended);
    expect(lines.map(({ layer, name }) => `${layer}${name}`)).toEqual(
      ['0', '1'].flatMap((layer) => ['i', 'f', 'g', 'o', 'c', 'h'].map((name) => layer + name)),
    );
    for (const layer of [0, 1]) {
      const values = (name: string) => {
        const line = lines.find((each) => each.layer === layer && each.name === name);
        expect(line).toMatchObject({ type: 'probe', shape: [5, 12], input: ['a', 'b', 'c', 'a', 'b'] });
        expect(line?.values).toHaveLength(5 * 12);
        return line?.values as number[];
      };
      const [i, f, g, o, c, h] = ['i', 'f', 'g', 'o', 'c', 'h'].map(values) as [
        number[],
        number[],
        number[],
        number[],
        number[],
        number[],
      ];
      c.forEach((value, at) => {
        const before = at < 12 ? 0 : (c[at - 12] ?? Number.NaN);
        expect(value).toBeCloseTo((f[at] ?? 0) * before + (i[at] ?? 0) * (g[at] ?? 0), 5);
        expect(h[at]).toBeCloseTo((o[at] ?? 0) * Math.tanh(value), 5);
      });
    }
  });

  test('is shown to a person in lines of text', async () => {
    const { stdout, code } = await unroll(['probe', learned(), '--input', 'abc']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(13);
    expect(stdout).toMatch(
      /^layer 0 {2}i +gate +3 steps × 12 units: 0\.\d+ to \d\.\d+, mean 0\.\d+, \d+ % saturated$/m,
    );
  });
});
