import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../data/temporary';
import { seasonalCsv, sentences } from './datasets';
import { recordOf, unroll } from './program';

describe('a command line that cannot be meant ends with 2 and one line that helps', () => {
  test.concurrent.each<[string, string[], RegExp]>([
    [
      'a command that is none',
      ['trian', 'x'],
      /^There is no command "trian"\. The commands are train, inspect, sample, probe, export, generate, cells, check, bench, native;/,
    ],
    ['an option that is none', ['train', 'x', '--foo', '1'], /^unroll train has no option --foo\. unroll --help/],
    ['another name of an option', ['train', 'x', '--learning-rate', '1'], /Did you mean --rate\?/],
    ['an option with a letter less', ['train', 'x', '--unit', '8'], /Did you mean --units\?/],
    ['an option of another command', ['sample', 'x', '--cell', 'gru'], /^unroll sample has no option --cell\./],
    ['an option without its value', ['train', 'x', '--units'], /^--units needs a value\./],
    ['an option in place of a value', ['train', 'x', '--units', '--layers', '2'], /^--units needs a value\./],
    [
      'a value that is no number',
      ['train', 'x', '--units', 'many'],
      /^"many" is not a whole number from 1 to 4096 \(--units\)/,
    ],
    ['a fraction of a unit', ['train', 'x', '--units', '1.5'], /^"1\.5" is not a whole number from 1 to 4096/],
    ['no number at all', ['train', 'x', '--units='], /^"" is not a whole number/],
    ['a negative number', ['train', 'x', '--rate', '-1'], /^"-1" is not a number above 0, at most 10 \(--rate\)/],
    [
      'a share beyond its range',
      ['train', 'x', '--dropout', '2'],
      /^"2" is not a number from 0 to 0\.95 \(--dropout\)/,
    ],
    [
      'a cell that is none',
      ['train', 'x', '--cell', 'ltsm'],
      /^"ltsm" is neither a cell of Unroll nor the path of a \.cell file \(--cell\)\. Did you mean lstm\? Choose a .*lstm/,
    ],
    [
      'a backend that is none',
      ['train', 'x', '--backend', 'gpu'],
      /\(--backend\)\. Choose among: auto wasm tensorflow cpu\./,
    ],
    ['a value for a switch', ['train', 'x', '--json=yes'], /^--json takes no value\./],
    ['an engine to do nothing with', ['native', 'dance'], /^"dance" cannot be done.*install, remove, status/],
    ['no file', ['train', '--units', '4'], /^A dataset file is missing\./],
    ['two files', ['train', 'a', 'b'], /^b is one argument too many\. .*quotes\.$/],
    ['no run', ['sample', '--length', '4'], /^A run folder is missing\./],
    [
      'a folder without a run',
      ['sample', '/'],
      /^There is no run here \(\/\)\. It may have been deleted or moved: choose a folder that holds a run\.json\.$/,
    ],
    [
      'a sample of no length',
      ['sample', '/', '--length', '0'],
      /^"0" is not a whole number from 1 to 20000 \(--length\)/,
    ],
    [
      'another model for a run that goes on',
      ['train', '--resume', '/', '--units', '4'],
      /^--units cannot be changed when a run goes on\./,
    ],
    ['terminal escapes in an argument', ['tr\u001b[2Jain'], /^There is no command "tr␛\[2Jain"/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await unroll(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(message);
  });
});

test('help names every command and option of the contract, and comes for -h and --help anywhere', async () => {
  const [{ stdout, code }, ...others] = await Promise.all([
    unroll(['--help']),
    unroll(['train', '-h']),
    unroll(['train', 'x', '--units', '4', '--help']),
  ]);
  expect(code).toBe(0);
  for (const other of others) expect(other).toMatchObject({ code: 0, stdout });
  const flags =
    'task tokens target cell units layers window batch steps rate dropout clip seed threads backend out json resume prompt length temperature top-k input';
  for (const flag of flags.split(' ')) expect(stdout).toContain(`--${flag}`);
  for (const command of ['train', 'inspect', 'sample', 'probe', 'export'])
    expect(stdout).toContain(`unroll ${command} `);
});

test('every option of a training is taken and stands in run.json', async () => {
  const [text, table] = [await fileWith(sentences, 'words.txt'), await fileWith(seasonalCsv, 'table.csv')];
  const folder = await temporaryFolder();
  const ofText =
    '--task language --tokens words --cell gru --units 5 --layers 2 --window 6 --batch 3 --steps 2 --rate 0.01 --dropout 0.25 --clip 2.5 --seed 7 --threads 1 --backend cpu';
  const ofTable = '--task forecast --target reading --cell rnn-relu --steps 1';
  const [first, second] = await Promise.all([
    unroll(['train', text, ...ofText.split(' '), '--out', join(folder, 'a'), '--json']),
    unroll(['train', table, ...ofTable.split(' '), '--out', join(folder, 'b'), '--json']),
  ]);
  expect([first.stderr, first.code, second.stderr, second.code]).toEqual(['', 0, '', 0]);
  expect((await recordOf(join(folder, 'a'))).configuration).toMatchObject({
    reading: { task: 'language', tokens: 'words' },
    model: { cell: 'gru', units: 5, layers: 2, dropout: 0.25 },
    training: { timeSteps: 6, batchSize: 3, steps: 2, learningRate: 0.01, clipNorm: 2.5, seed: 7 },
    engine: { threads: 1, backend: 'cpu' },
  });
  expect((await recordOf(join(folder, 'b'))).configuration).toMatchObject({
    reading: { task: 'forecast', target: 'reading' },
    model: { cell: 'rnn-relu' },
    training: { steps: 1 },
  });
});
