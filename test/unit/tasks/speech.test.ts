import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { MetricsPoint } from '../../../src/protocol/run';
import { readDataset } from '../../../src/tasks';
import { batchOf } from '../../../src/tasks/speech/batches';
import { corpusOf } from '../../../src/tasks/speech/corpus';
import { editDistance, editsOf, errorRates } from '../../../src/tasks/speech/error-rates';
import { aligned, greedyLabels, prefixSearch } from '../../../src/tasks/speech/search';
import { type SpeechEncoding, speech } from '../../../src/tasks/speech/speech';
import { splitUtterances, type Utterance } from '../../../src/tasks/speech/utterances';
import { answers } from '../../../src/worker/answer';
import { spelledOut } from './sounds';

const words = ['ab', 'ba', 'cab', 'bcd', 'dd', 'acdc'];
const speakers = ['anna', 'ben', 'carl', 'dora', 'emil', 'fay'];

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unroll-speech-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Words as tones, said by people with pitches of their own. */
function recordings(nameOf = (word: string, speaker: string) => `${word}_${speaker}_0.wav`) {
  return Object.fromEntries(
    words.flatMap((word) =>
      speakers.map((speaker, at) => [nameOf(word, speaker), spelledOut(word, { pitch: 1 + 0.02 * at })] as const),
    ),
  );
}

const read = (path: string, reading = {}) => readDataset({ kind: 'file', path }, { reading });

beforeAll(() => useReference());

describe('what recordings are', () => {
  test('a folder is taken for speech; its names tell what is said and who speaks, and whole speakers are held out', async () => {
    const { report, prepared } = await read(await folderOf(recordings()));
    expect(report.task).toBe('speech');
    expect(report.audio).toMatchObject({ recordings: 36, rate: 8000, speakers: 6, transcripts: 6 });
    expect(report.audio?.vocabulary).toEqual(['a', 'b', 'c', 'd']);
    expect(report.split).toEqual({ training: 30, validation: 6 });
    const held = (prepared.encoding as SpeechEncoding).examples.map(({ name }) => name.split('_')[1]);
    expect(new Set(held).size).toBe(1);
  });

  test.each([
    ['a table with a header', 'list.csv', (rows: string[][]) => ['path,sentence', ...rows.map((row) => row.join(','))]],
    ['lines of JSON', 'list.jsonl', (rows: string[][]) => rows.map(([file, text]) => JSON.stringify({ file, text }))],
    ['tabs', 'list.tsv', (rows: string[][]) => ['clip\ttext', ...rows.map((row) => row.join('\t'))]],
  ])('a manifest in %s is taken for speech by the recordings that it names', async (_, name, linesOf) => {
    const sounds = recordings((word, speaker) => `sounds/${word}_${speaker}_0.wav`);
    const rows = Object.keys(sounds).map((file) => [file, file.split(/[/_]/)[1] ?? '']);
    const folder = await folderOf({ ...sounds, [name]: `${linesOf(rows).join('\n')}\n` });
    const { report } = await read(join(folder, name));
    expect(report.task).toBe('speech');
    expect(report.audio).toMatchObject({ recordings: 36, transcripts: 6, speakers: 6 });
  });

  test('a manifest has another fingerprint when any one of its recordings is another', async () => {
    const sounds = recordings();
    const rows = Object.keys(sounds).map((file) => `${file},${file.split('_')[0]}`);
    const folder = await folderOf({ ...sounds, 'list.csv': `path,sentence\n${rows.join('\n')}\n` });
    const fingerprint = async () => (await read(join(folder, 'list.csv'))).report.fingerprint.sha256;
    const first = await fingerprint();
    expect(await fingerprint()).toBe(first);
    await writeFile(join(folder, Object.keys(sounds).at(-1) ?? ''), spelledOut('dd', { pitch: 1.3 }));
    expect(await fingerprint()).not.toBe(first);
  });

  test('lines id|text name recordings in a folder beside them, without their ending', async () => {
    const sounds = recordings((word, speaker) => `wavs/${speaker}-${word}.wav`);
    const ids = Object.keys(sounds).map((file) => file.slice(5, -4));
    const lines = ids.map((id) => `${id}|${id.split('-')[1]}, said|${id.split('-')[1]} said`);
    const folder = await folderOf({ ...sounds, 'metadata.csv': `${lines.join('\n')}\n` });
    const { report } = await read(join(folder, 'metadata.csv'));
    expect(report.task).toBe('speech');
    expect(report.audio).toMatchObject({ recordings: 36, speakers: 6 });
    expect(report.audio?.vocabulary).toContain(' ');
  });

  test('copies of a recording under two names go to one part', () => {
    const utterance = (at: number): Utterance => ({
      ...{ name: String(at), transcript: 'a', speaker: undefined, features: new Float32Array() },
      digest: String(at % 5),
    });
    const { training, validation } = splitUtterances(
      Array.from({ length: 20 }, (_, at) => utterance(at)),
      0.2,
    );
    expect(training.length + validation.length).toBe(20);
    expect(training.some((one) => validation.some((other) => one % 5 === other % 5))).toBe(false);
  });
});

describe('bad recordings are left out and named:', () => {
  const good = () => recordings();
  test.each([
    ['one that is cut short', spelledOut('ab').subarray(0, 900), /is cut short/],
    ['something else that calls itself .wav', new TextEncoder().encode('no sound at all'), /is no recording/],
    ['one without a sample', spelledOut('ab').slice(0, 44).fill(0, 40, 44), /has no sound/],
    ['one that is shorter than its transcript', spelledOut('a').slice(0, 44), /is cut short|too short/],
  ])('%s', async (_, content, warning) => {
    const { report } = await read(await folderOf({ ...good(), 'ab_zoe_0.wav': content }));
    expect(report.audio?.recordings).toBe(36);
    expect(report.warnings.join('\n')).toMatch(warning);
    expect(report.warnings.join('\n')).toContain('ab_zoe_0.wav');
  });

  test('missing ones and missing transcripts, with their lines', async () => {
    const rows = Object.keys(good()).map((file) => `${file},${file.split('_')[0]}`);
    const list = ['path,text', ...rows, 'nowhere.wav,ab', `${Object.keys(good())[0]},`].join('\n');
    const { report } = await read(join(await folderOf({ ...good(), 'list.csv': list }), 'list.csv'));
    expect(report.warnings.join('\n')).toMatch(/is missing and is left out \(nowhere\.wav, line 38\)/);
    expect(report.warnings.join('\n')).toMatch(/has no transcript and is left out \(.*, line 39\)/);
  });

  test('another rate and two channels are read alike, and it is said', async () => {
    const others = { 'ab_zoe_0.wav': spelledOut('ab', { rate: 22_050, channels: 2 }) };
    const { report } = await read(await folderOf({ ...good(), ...others }));
    expect(report.audio?.recordings).toBe(37);
    expect(report.warnings.join('\n')).toMatch(/Rates of 8000, 22050 samples a second are all read as 8000/);
    expect(report.warnings.join('\n')).toMatch(/have several channels/);
  });

  test('where none can be used the first reason is the message', async () => {
    const folder = await folderOf({ 'ab_x_0.wav': spelledOut('ab').subarray(0, 500) });
    await expect(read(folder)).rejects.toThrow(/Only 0 of 1 recordings can be used: one is cut short \(ab_x_0\.wav\)/);
  });

  test('characters that the training part has not, and sentences that are all said once, are told', async () => {
    const once = Array.from('abcdefgh', (letter, at) => [
      `${letter}${at % 2 ? 'a' : 'b'}_0.wav`,
      spelledOut(`${letter}a`),
    ]);
    const { report } = await read(await folderOf(Object.fromEntries(once)));
    expect(report.warnings.join('\n')).toMatch(/Each transcript occurs once/);
  });
});

test('it learns to write down what speakers say whom it has not heard', async () => {
  const path = await folderOf(recordings());
  const metrics: MetricsPoint[] = [];
  const folder = join(await folderOf({}), 'run');
  const own = answers((event, value) => {
    if (event === 'metrics') metrics.push(value as MetricsPoint);
  });
  await own.train({
    source: { kind: 'file', path },
    choices: { model: { units: 24 }, training: { steps: 160, evaluateEvery: 40, sampleEvery: 160 } },
    folder,
  });
  const last = metrics.findLast(({ transcription }) => transcription)?.transcription;
  expect(last?.wordErrorRate).toBeLessThan(0.2);
  // A recording of one's own, as the command line and the panel ask for it.
  const mine = join(await folderOf({ 'mine.wav': spelledOut('cab', { pitch: 1.03 }) }), 'mine.wav');
  const sample = await own.sample({ folder, request: { audio: mine } });
  expect(sample.task === 'speech' && sample.items[0]).toMatchObject({ transcript: 'cab' });
  const probe = await own.probe({ folder, input: mine });
  expect(probe.input[1]).toBe('0.02 s');
  await expect(own.sample({ folder, request: { audio: `${mine}.gone` } })).rejects.toThrow(/no such file/);
});

test('recordings whose transcripts were mixed up end at what is said without hearing, and the run says so', async () => {
  const random = randomFromSeed(6);
  const said = () => Array.from({ length: 3 }, () => 'abcd'[random.integer(4)] ?? 'a').join('');
  const takes = Array.from(
    { length: 80 },
    (_, at) => [`${said()}_${speakers[at % 4]}_${at}.wav`, spelledOut(said())] as const,
  );
  const path = await folderOf(Object.fromEntries(takes));
  const { report } = await read(path);
  const { result } = await answers(() => undefined).train({
    source: { kind: 'file', path },
    choices: { model: { units: 16 }, training: { steps: 120, evaluateEvery: 30, sampleEvery: 1000 } },
    folder: join(await folderOf({}), 'run'),
  });
  const strongest = Math.min(...report.baselines.map(({ loss }) => loss));
  expect(result.bestValidationLoss).toBeGreaterThan(0.9 * strongest);
  expect(result.verdict?.join(' ')).toMatch(/(does not beat|hardly beats|may be chance)/);
});

test('padding more gives the same loss and gradients', async () => {
  const spec = { ...{ cell: builtinCell('gru'), units: 5, layers: 1, dropout: 0, outputs: 4 }, bidirectional: true };
  const model = Model.initialise({ ...spec, input: { kind: 'numbers', size: 3 } }, randomFromSeed(2));
  const random = randomFromSeed(3);
  const values = Array.from({ length: 2 }, () => Array.from({ length: 9 }, () => [0, 0, 0].map(() => random.normal())));
  const targets = tf.tensor2d(
    [
      [1, 2, 2],
      [3, -1, -1],
    ],
    [2, 3],
    'int32',
  );
  const gradientsOf = (padding: number) => {
    const padded = values.map((row) => [...row, ...Array.from({ length: padding }, () => [7, -7, 7])]);
    const { loss, gradients } = model.gradients(
      (result) => result.ctc(targets),
      tf.tensor3d(padded),
      model.zeroState(2),
      randomFromSeed(1),
      { lengths: [9, 6] },
    );
    return [loss.dataSync()[0], ...Object.values(gradients).flatMap((gradient) => [...gradient.dataSync()])];
  };
  const [short, long] = [gradientsOf(0), gradientsOf(5)];
  short.forEach((value, at) => {
    expect(long[at]).toBeCloseTo(value ?? Number.NaN, 5);
  });
});

test('batches hold scaled features with lengths; vocabulary and scales are those of the training part', async () => {
  const file = await openDataset({ kind: 'file', path: await folderOf(recordings()) });
  const prepared = await speech.prepare(file, readingSchema.parse({}), { validationShare: 0.2 });
  expect(prepared.encoding.vocabulary).toEqual(['', 'a', 'b', 'c', 'd']);
  const features = (at: number) => Float32Array.from({ length: 40 * 20 }, () => at);
  const all = [0, 2, 4, 100].map(
    (at): Utterance => ({
      ...{ name: `${at}`, transcript: at === 100 ? 'az' : 'ab', speaker: `${at}`, digest: `${at}` },
      features: features(at),
    }),
  );
  const corpus = corpusOf({ form: { rate: 8000, bands: 40, together: 2 }, all, seconds: 1, warnings: [] }, 0.25, 'x');
  const mean = corpus.training.reduce((sum, at) => sum + (all[at]?.features[0] ?? 0), 0) / corpus.training.length;
  expect(corpus.scales[0]?.mean).toBeCloseTo(mean);
  const { input, lengths, targets } = batchOf(corpus, [0, 1]);
  expect([input.shape, lengths, targets.shape]).toEqual([
    [2, 16, 80],
    [10, 10],
    [2, 2],
  ]);
});

describe('transcripts', () => {
  test('error rates are edits over what was said, of all together', () => {
    expect(editDistance([...'kitten'], [...'sitting'])).toBe(3);
    const { characterErrorRate, wordErrorRate } = errorRates(['the cat', 'a'], ['the hat sat', 'a']);
    expect(characterErrorRate).toBeCloseTo(5 / 12);
    expect(wordErrorRate).toBeCloseTo(2 / 4);
    expect(editsOf('sevn', 'seven').map(({ kind, text }) => `${kind[0]}${text}`)).toEqual([
      'ss',
      'se',
      'sv',
      'me',
      'sn',
    ]);
  });

  const log = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map(Math.log));

  test('the search over prefixes finds what the likeliest path alone does not', () => {
    const steps = log([
      [0.6, 0.4],
      [0.6, 0.4],
    ]);
    expect(greedyLabels(steps)).toEqual([]);
    const { labels, logProbability } = prefixSearch(steps, 4);
    expect(labels).toEqual([1]);
    expect(Math.exp(logProbability)).toBeCloseTo(0.64);
  });

  test('each character is where the likeliest path has it, and a blank parts two that are the same', () => {
    const steps = log([
      [0.1, 0.9],
      [0.2, 0.8],
      [0.9, 0.1],
      [0.1, 0.9],
    ]);
    expect(aligned(steps, [1, 1])).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
    expect(aligned(steps, [1, 1, 1])).toBeUndefined();
  });
});
