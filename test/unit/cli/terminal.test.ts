import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../data/temporary';
import { hostile, rawControls, seasonalCsv, sentences } from './datasets';
import { inShell, jsonLines, shell, unroll } from './program';

const quick = '--units 4 --window 8 --steps 4 --evaluate-every 2 --sample-every 2'.split(' ');

/** What a terminal gets, 80 characters wide unless said otherwise. */
async function inTerminal(args: readonly string[], columns = 80): Promise<string> {
  const line = `stty cols ${columns}; ${inShell} ${args.map((arg) => `"${arg}"`).join(' ')}`;
  const { stdout } = await shell(`script -qec '${line.replaceAll("'", `'\\''`)}' /dev/null`);
  return stdout;
}

/** Without the line ends of a terminal, and the two sequences by which the bar is drawn again. */
const withoutBar = (output: string) => output.replaceAll('\r\n', '\n').replaceAll('\r\u001b[K', '\n');

describe('what a dataset holds never acts on a terminal', () => {
  let folder = '';
  let [text, table, textRun, tableRun] = ['', '', '', ''];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unroll-hostile-'));
    [text, table] = [join(folder, 'a\u001b[2J\u202e.txt'), join(folder, 'table.csv')];
    [textRun, tableRun] = [join(folder, 'text-run'), join(folder, 'table-run')];
    const rows = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(i)}`);
    await Promise.all([
      writeFile(text, `${hostile}\n`.repeat(60)),
      writeFile(table, `"x ${hostile}","y ${hostile}"\n${rows.join('\n')}\n`),
    ]);
    const outputs = await Promise.all([
      inTerminal(['train', text, ...quick, '--out', textRun]),
      inTerminal(['train', table, ...quick, '--out', tableRun]),
    ]);
    for (const output of outputs) {
      expect(withoutBar(output)).toMatch(/finished after 4 steps; best validation loss \d/);
      expect(withoutBar(output)).not.toMatch(rawControls);
      expect(withoutBar(output)).toMatch(/\\u\{(9b|202e)\}/);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('nor do lines for programs, samples, probes and errors', async () => {
    const outputs = await Promise.all([
      ...[text, table].flatMap((file) => [
        unroll(['inspect', file]),
        unroll(['inspect', file, '--json']),
        unroll(['train', file, '--target', hostile]),
      ]),
      ...[textRun, tableRun].flatMap((run) => [
        unroll(['sample', run]),
        unroll(['probe', run, '--json']),
        unroll(['probe', run, '--input', `${hostile}é`]),
      ]),
      unroll(['sample', textRun, '--temperature', '50', '--json']),
      unroll(['train', '--resume', textRun, '--steps', '5', '--json']),
      unroll(['train', text, '--delimiter', hostile]),
    ]);
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).not.toBe('');
      expect(stdout).not.toMatch(rawControls);
      expect(stderr).not.toMatch(rawControls);
    }
    const dataset = jsonLines(outputs[1] ?? { stdout: '' })[0];
    expect(dataset?.text).toMatchObject({
      vocabulary: expect.arrayContaining(['\u001b', '\u009b', '\u007f', '\u202e', '<']),
    });
  });

  test('a prompt of it is shown too, line ends aside', async () => {
    const { stdout } = await unroll(['sample', textRun, '--prompt', '\u009b2J \u202elive\u001b[0m\n', '--length', '1']);
    expect(stdout).toMatch(/^\\u\{9b\}2J \\u\{202e\}live␛\[0m\n/);
  });
});

describe('the bar of a training', () => {
  const train = async (columns: number) => {
    const file = await fileWith(sentences, 'text.txt');
    return inTerminal(['train', file, ...quick, '--out', join(await temporaryFolder(), 'run')], columns);
  };
  /** States of the line that changes. */
  const bars = (output: string) => output.split('\r\u001b[K').filter((part) => /^[█░]+ /.test(part));

  test('fills step by step and tells loss, speed and the time left', async () => {
    const shown = bars(await train(100));
    expect(shown.map((bar) => bar.replace(/[^█]/g, '').length).filter((n, i, all) => n !== all[i - 1])).toEqual([
      5, 10, 15, 20,
    ]);
    expect(shown[0]).toMatch(/^█{5}░{15} 1\/4 {2}loss \d\.\d{4} {2}[\d.]+ steps\/s {2}(\d+ s|\d+ min \d+ s|\?) left/);
  });

  test('stays within a narrow terminal, and is whole in one that does not know its width', async () => {
    for (const bar of bars(await train(40))) expect(bar.replace(/\r?\n.*/s, '').length).toBeLessThan(40);
    expect(bars(await train(0))[0]).toContain('steps/s');
  });

  test('is not drawn where the output is no terminal', async () => {
    const { stdout } = await unroll([
      'train',
      await fileWith(seasonalCsv, 'table.csv'),
      ...quick,
      '--out',
      join(await temporaryFolder(), 'run'),
    ]);
    expect(stdout).not.toMatch(/\r|steps\/s/);
    expect(stdout.split('\n').slice(1, 5)).toEqual([
      '  or: --task language (learn the file as plain text, character by character)',
      '  120 rows, forecast reading from reading',
      '  108 to train, 12 to validate',
      expect.stringMatching(/^ {2}last value reaches a validation loss of \d\.\d{4}$/),
    ]);
  });
});
