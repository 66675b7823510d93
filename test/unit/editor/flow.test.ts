import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { engineSchema, runConfigurationSchema } from '../../../src/configuration/run';
import { choicesOf, type Draft, givenByModel } from '../../../src/editor/flow/draft';
import { engineChoices } from '../../../src/editor/flow/engine-items';
import { fieldsOf, parsed, problemOf } from '../../../src/editor/flow/fields';
import { cellChoices, fieldChoices, sizeChoices, summary, taskChoices } from '../../../src/editor/flow/proposal-items';
import { readingItems } from '../../../src/editor/flow/reading-items';
import type { DatasetReport } from '../../../src/protocol/dataset';
import { tableReport, textReport } from './fixtures';

const { contributes } = JSON.parse(await readFile('package.json', 'utf8'));
const fields = fieldsOf(contributes.configuration.properties);
const draft: Draft = {
  source: { kind: 'file', path: '/work/rhyme.txt' },
  report: textReport,
  reading: {},
  preferences: { model: {}, training: {}, engine: {} },
  model: {},
  training: {},
  engine: {},
};

describe('the questions before a training', () => {
  it('put the proposal first, so that Enter all the way trains with it', () => {
    expect(taskChoices(draft)[0]?.value).toBe('language');
    expect(cellChoices(draft, [])[0]?.value).toBe('lstm');
    expect(sizeChoices(draft)[0]?.value).toEqual({ units: 32, layers: 1 });
    expect(choicesOf(draft)).toEqual({
      reading: { task: 'language' },
      model: { cell: 'lstm', units: 32, layers: 1 },
      training: { steps: 300 },
      engine: {},
    });
  });

  it('say why for every task, cell and size', () => {
    const all = [...taskChoices(draft), ...cellChoices(draft, []), ...sizeChoices(draft)];
    expect(all.filter(({ detail }) => !detail)).toEqual([]);
  });

  it('prefer what the settings say to the proposal, and a choice to both', () => {
    const set: Draft = {
      ...draft,
      preferences: { model: { cell: 'gru', units: 48 }, training: { steps: 20 }, engine: {} },
    };
    expect(cellChoices(set, [])[0]).toMatchObject({ value: 'gru', description: 'your setting' });
    expect(sizeChoices(set)[0]).toMatchObject({ label: 'Your size', value: { units: 48, layers: 1 } });
    const chosen = { ...set, model: { cell: 'lstm' } as const, training: { steps: 7 } };
    expect(choicesOf(chosen)).toMatchObject({ model: { cell: 'lstm', units: 48 }, training: { steps: 7 } });
  });

  it('put a cell that is open in an editor before all, and a choice or setting of a file beside the others', () => {
    const open = [{ choice: 'untitled:Untitled-1', name: 'Untitled-1', place: 'not saved' }];
    expect(cellChoices(draft, open).map(({ value }) => value)).toEqual(['untitled:Untitled-1', 'lstm', 'gru']);
    const set: Draft = { ...draft, preferences: { model: { cell: 'cells/mine.cell' }, training: {}, engine: {} } };
    expect(cellChoices(set, [])[0]).toMatchObject({ label: 'mine.cell', description: 'your setting' });
    expect(cellChoices(set, open).map(({ label }) => label)).toEqual(['Untitled-1', 'mine.cell', 'LSTM', 'GRU']);
    const chosen: Draft = { ...set, model: { cell: '/other.cell' } };
    expect(cellChoices(chosen, open)[0]).toMatchObject({ label: 'other.cell', description: 'as chosen before' });
    expect(summary(chosen, fields)).toContain('other.cell, 32 units');
  });

  it('end with a summary of what will be trained', () => {
    expect(summary(draft, fields)).toBe('Learn to write this text · LSTM, 32 units, 1 layer · 300 steps at rate 0.005');
  });

  it('make choices that the schema of a run takes', () => {
    expect(runConfigurationSchema.safeParse(choicesOf(draft)).success).toBe(true);
  });
});

test('byte pairs are asked how many they may be, of texts and of pairs of texts alike', () => {
  const keysOf = (report: DatasetReport) => readingItems(report).map(({ key }) => key);
  const reading = { ...textReport.reading, tokens: 'byte-pair' } as const;
  const { text } = textReport;
  expect(keysOf(textReport)).not.toContain('vocabularySize');
  expect(keysOf({ ...textReport, reading, ...(text && { text: { ...text, tokens: 'byte-pair' } }) })).toContain(
    'vocabularySize',
  );
  const pairs: DatasetReport = { ...tableReport, task: 'translate' };
  expect(keysOf(pairs)).not.toContain('vocabularySize');
  expect(keysOf({ ...pairs, reading })).toContain('vocabularySize');
});

describe('the reading of a table', () => {
  const items = readingItems(tableReport);
  const item = (key: string) => items.find((entry) => entry.key === key);

  it('can be changed in every part, with what it is now', () => {
    expect(items.map(({ key, now }) => [key, now])).toEqual([
      ['target', 'price'],
      ['columns', 'price, sold␛[31m'],
      ['date', 'day'],
      ['horizon', '24'],
      ['strategy', 'row by row'],
      ['loss', 'the mean'],
      ['delimiter', 'semicolon'],
      ['decimal', 'comma'],
      ['header', 'names the columns'],
      ['encoding', 'utf-8'],
      ['invalid', 'are an error'],
    ]);
  });

  it('takes what is typed as the schema takes it, and says what is wrong with anything else', () => {
    const quantiles = readingItems({
      ...tableReport,
      reading: { ...tableReport.reading, loss: 'pinball', quantiles: [0.2] },
    });
    const typed = [item('horizon'), ...quantiles.filter(({ key }) => key === 'quantiles')];
    expect(typed.map((each) => each?.now)).toEqual(['24', '0.2']);
    const [horizon, levels] = typed.map((each) => each?.typed);
    expect(horizon?.read('36')).toBe(36);
    expect(horizon?.problem('36')).toBeUndefined();
    for (const text of ['0', '1001', '2.5', '', 'a year']) expect(horizon?.problem(text)).toContain('from 1 to 1,000');
    expect(levels?.read('0.05, 0.5;0.95')).toEqual([0.05, 0.5, 0.95]);
    expect(levels?.problem('0.05, 0.5')).toBeUndefined();
    for (const text of ['', '0.5, 1', 'median']) expect(levels?.problem(text)).toContain('between 0 and 1');
  });

  it('offers numeric columns alone as target, keeps their true names, and shows none raw', () => {
    expect(item('target')?.options.map(({ value }) => value)).toEqual(['price', 'sold\u001b[31m']);
    expect(JSON.stringify(items.map(({ options }) => options.map(({ label }) => label)))).not.toContain('\\u001b');
  });

  it('has no encoding where an editor gave the text', () => {
    expect(readingItems({ ...tableReport, path: undefined }).map(({ key }) => key)).not.toContain('encoding');
  });
});

describe('a value that a person types', () => {
  const field = (key: string) => {
    const found = fields.find((entry) => entry.key === key);
    if (!found) throw new Error(`no field ${key}`);
    return found;
  };

  it('is refused where the schema refuses it, with the reason', () => {
    expect(problemOf(field('units'), '0')).toBe('At least 1');
    expect(problemOf(field('units'), '5000')).toBe('At most 4096');
    expect(problemOf(field('units'), '2.5')).toBe('A whole number is needed');
    expect(problemOf(field('learningRate'), '0')).toBe('More than 0');
    expect(problemOf(field('learningRate'), 'fast')).toMatch(/number is needed/);
    expect(problemOf(field('cell'), 'transformer')).toMatch(/^One of: rnn/);
  });

  it('is taken where the schema takes it', () => {
    expect(problemOf(field('learningRate'), ' 1e-3 ')).toBeUndefined();
    expect(parsed(field('learningRate'), ' 1e-3 ')).toBe(0.001);
    expect(parsed(field('cell'), 'gru')).toBe('gru');
  });
});

describe('a training that begins with a model', () => {
  const begun: Draft = {
    ...draft,
    startModel: '/models/mine/model.json',
    preferences: { model: { cell: 'gru', units: 48, dropout: 0.2, embeddingSize: 9 }, training: {}, engine: {} },
  };

  it("has that one's cell and sizes, whatever is proposed or set, and leaves the rest to the person", () => {
    expect(choicesOf(begun).model).toEqual({ dropout: 0.2 });
    expect(summary(begun, fields)).toBe('Learn to write this text · from model.json · 300 steps at rate 0.005');
  });

  it('asks for nothing that the model says itself', () => {
    const keys = fieldChoices(begun, fields).map(({ value }) => value.key);
    expect(keys.filter((key) => (givenByModel as readonly string[]).includes(key))).toEqual([]);
    expect(keys).toContain('dropout');
  });
});

describe('the engine', () => {
  it('is of the settings until one is chosen, and stands in the summary where it is not our own', () => {
    const set: Draft = { ...draft, preferences: { ...draft.preferences, engine: { backend: 'tensorflow' } } };
    expect(choicesOf(set).engine).toEqual({ backend: 'tensorflow' });
    expect(summary(set, fields)).toMatch(/rate 0\.005 · TensorFlow$/);
    const chosen: Draft = { ...set, engine: { backend: 'auto', threads: 1 } };
    expect(choicesOf(chosen).engine).toEqual({ backend: 'auto', threads: 1 });
    expect(summary(chosen, fields)).not.toContain('TensorFlow');
  });

  it('is one of all that the schema knows, and says whether TensorFlow is installed', () => {
    const backends = engineSchema.shape.backend.unwrap().options;
    expect(new Set(engineChoices(undefined).map(({ value }) => value))).toEqual(new Set(backends));
    const native = (version?: string) => engineChoices(version).find(({ value }) => value === 'tensorflow');
    expect(native()?.description).toBe('not installed: install it…');
    expect(native('2.21.0')?.description).toBe('2.21.0, installed');
  });
});
