import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecord } from '../../../src/runs';
import { fileWith, temporaryFolder } from '../data/temporary';
import { seasonalCsv, sentences } from './datasets';
import { inShell, jsonLines, metricsFrom, numbersOf, recordOf, type Setting, shell, start, unroll } from './program';

const options =
  '--cell gru --units 3 --window 4 --batch 2 --steps 60 --evaluate-every 30 --sample-every 45 --checkpoint-every 10 --json'.split(
    ' ',
  );

/** Options of Node by which something happens to the command line at the metrics of step 15, and not a moment later. */
async function atStep15(work: string): Promise<Setting> {
  const module = `
    const threads = require('node:worker_threads');
    threads.Worker = class extends threads.Worker {
      constructor(...given) {
        super(...given);
        const worker = this;
        this.on('message', ({ event, value }) => {
          if (event === 'metrics' && value.step === 15) ${work};
        });
      }
    };`;
  return { node: ['--require', await fileWith(module, 'at-step-15.cjs')] };
}

describe('a training that is ended from outside goes on to the numbers that it would have had', () => {
  let folder = '';
  let file = '';
  let whole: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unroll-whole-'));
    file = join(folder, 'text.txt');
    await writeFile(file, sentences);
    const { code, stderr } = await unroll(['train', file, ...options, '--out', join(folder, 'whole')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    whole = await numbersOf(join(folder, 'whole'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The same training, to which something happens. */
  const trained = async (run: string, work: string) =>
    unroll(['train', file, ...options, '--out', run], await atStep15(work));
  const goesOnExactly = async (run: string) => {
    const ended = await unroll(['train', '--resume', run, '--json']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(ended).at(-1)).toMatchObject({ type: 'done', run, state: 'finished', step: 60 });
    expect(await numbersOf(run)).toEqual(whole);
  };

  test('killed at once', async () => {
    const run = join(await temporaryFolder(), 'run');
    expect(await trained(run, `process.kill(process.pid, 'SIGKILL')`)).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    expect(await recordOf(run)).toMatchObject({ state: 'running' });
    expect(await readRecord(run)).toMatchObject({ state: 'interrupted' });
    const sampled = await unroll(['sample', run, '--length', '5', '--json']);
    expect(jsonLines(sampled)[0]).toMatchObject({ type: 'sample', text: expect.stringMatching(/^.{5}$/s) });
    await goesOnExactly(run);

    // And it is finished now.
    const again = await unroll(['train', '--resume', run]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(
      /finished before; to go on, give a new total with --steps N\.\nfinished after 60 steps;/,
    );
    const less = await unroll(['train', '--resume', run, '--steps', '60', '--json']);
    expect(less).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^The run has done 60 steps already, so 60 is no new total \(.*\)\. Give/),
    });
    expect(await recordOf(run)).toMatchObject({ state: 'finished', configuration: { training: { steps: 60 } } });
  });

  test.each([
    ['Ctrl-C, which leaves it stopped', 'SIGINT', 'stopped'],
    ['SIGTERM, as when a machine shuts down, which leaves it interrupted', 'SIGTERM', 'interrupted'],
  ])(
    'by %s, with a checkpoint of that step',
    async (_, signal, state) => {
      const run = join(await temporaryFolder(), 'run');
      const { code, stderr, stdout } = await trained(run, `process.kill(process.pid, '${signal}')`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const done = jsonLines({ stdout }).at(-1);
      expect(done).toMatchObject({ type: 'done', run, state });
      expect(Number(done?.step)).toBeGreaterThanOrEqual(15);
      expect(Number(done?.step)).toBeLessThan(60);
      expect(await readRecord(run)).toMatchObject({ state, result: { step: done?.step } });
      expect(await readdir(run)).not.toContain('lock');
      await goesOnExactly(run);
    },
    60_000,
  );

  test('by a reader that went away, quietly', async () => {
    const run = join(await temporaryFolder(), 'run');
    const { child, ended, line } = start(['train', file, ...options, '--out', run]);
    await line(metricsFrom(1));
    child.stdout?.destroy();
    const { code, signal, stderr } = await ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    await goesOnExactly(run);
  });

  test('by the end of its worker, which one line tells', async () => {
    const run = join(await temporaryFolder(), 'run');
    const { code, stderr } = await trained(run, 'worker.terminate()');
    expect(stderr).toBe(
      `The worker ended. Continue the run: it goes on from its last checkpoint. The run is kept in ${run}\n`,
    );
    expect(code).toBe(1);
    await goesOnExactly(run);
  });

  test('by a file that may not grow further, as on a full disk', async () => {
    const run = join(await temporaryFolder(), 'run');

    const { stdout, stderr } = await shell(
      `(ulimit -f 14; ${inShell} train '${file}' ${options.join(' ')} --out '${run}'; echo "code $?") | cat`,
    );
    expect(stdout).toMatch(/code 1\n$/);
    expect(stderr).toMatch(
      /^A file of the run reached the greatest size that is allowed here \(.*\)\. Raise the limit .*--resume RUN\)\. The run is kept in .*\n$/,
    );
    expect(stderr.trimEnd()).not.toContain('\n');
    await goesOnExactly(run);
  });
});

test('a worker that ends before it answers is a failure inside', async () => {
  const module = await fileWith(
    `const threads = require('node:worker_threads');
     threads.Worker = class extends threads.Worker { postMessage() { this.terminate(); } };`,
    'mortal.cjs',
  );
  const { code, stdout, stderr } = await unroll(['inspect', await fileWith(sentences, 'text.txt'), '--json'], {
    node: ['--require', module],
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^The worker ended\. [^\n]+\n$/);
});

describe('a run whose file is no longer the same', () => {
  test.concurrent.each([
    ['deleted', (file: string) => rm(file), /^There is no such file \(.*text\.txt\)\. Check its name and folder/],
    [
      'changed',
      (file: string) => writeFile(file, `${sentences}!`),
      /text\.txt has changed since the run began, so it cannot go on with the same data \(.*\)\. Restore the file/,
    ],
  ])('is finished when the file is %s meanwhile, and does not go on with it later', async (_, harm, message) => {
    const [file, run] = [await fileWith(sentences, 'text.txt'), join(await temporaryFolder(), 'run')];
    const training = start(['train', file, '--units', '4', '--window', '8', '--steps', '12', '--out', run, '--json']);
    await training.line(metricsFrom(2));
    await harm(file);
    const ended = await training.ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(ended).at(-1)).toMatchObject({ type: 'done', state: 'finished', step: 12 });
    const later = await unroll(['train', '--resume', run, '--steps', '20', '--json']);
    expect(later).toMatchObject({ code: 2, stdout: '' });
    expect(later.stderr).toMatch(message);
    expect(await recordOf(run)).toMatchObject({ state: 'finished', result: { step: 12 } });
  });
});

test('a loss that becomes NaN ends the training with its step, a lower rate, and the last good checkpoint', async () => {
  const [file, run] = [await fileWith(sentences, 'text.txt'), join(await temporaryFolder(), 'run')];
  const wild = '--cell rnn-relu --units 16 --window 16 --rate 10 --clip 1e30 --checkpoint-every 1 --steps 200';
  const { code, stdout, stderr } = await unroll(['train', file, ...wild.split(' '), '--out', run, '--json']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^The (loss became (NaN|infinite)|gradient is no longer finite) \(step \d+\)\. The last good checkpoint is kept\. Train again with a lower learning rate, such as 1 \(--rate 1\)\. The run is kept in .*run\n$/,
  );
  expect(jsonLines({ stdout }).some(({ type }) => type === 'done')).toBe(false);
  expect(await recordOf(run)).toMatchObject({ state: 'failed', error: { what: expect.stringMatching(/NaN|finite/) } });
  const sampled = await unroll(['sample', run, '--length', '10', '--json']);
  expect(jsonLines(sampled)[0]).toMatchObject({ type: 'sample', text: expect.stringMatching(/^[a-z \n]{10}$/) });
});

test('a second Ctrl-C ends a training at once', async () => {
  const [file, run] = [await fileWith(seasonalCsv, 'table.csv'), join(await temporaryFolder(), 'run')];
  const { child, ended, line } = start(['train', file, '--units', '8', '--steps', '100000', '--out', run, '--json']);
  await line(metricsFrom(1));
  // Until the first is obeyed there is a step to wait for; the second finds the process within it or ended in order.
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { code } = await ended;
  expect([0, 130]).toContain(code);
  expect(await readRecord(run)).toMatchObject({
    state: code === 0 ? 'stopped' : expect.stringMatching(/stopped|interrupted/),
  });
});
