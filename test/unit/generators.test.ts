import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { grouped } from '../../src/base/grouped';
import { randomFromSeed } from '../../src/base/random';
import { readingSchema, type TaskName } from '../../src/configuration/run';
import { openDataset, readRecordings } from '../../src/data';
import { type GeneratorName, generatedWhole, generators } from '../../src/generators';
import { spokenDigits } from '../../src/generators/spoken-digits';
import { detectTask } from '../../src/tasks/detect';
import { fileWith } from './data/temporary';

/** Spoken ones need a synthesiser, and are tested with one. */
const names = (Object.keys(generators) as GeneratorName[]).filter((name) => generators[name].extension !== 'zip');
const bytes = (name: GeneratorName, size: { count?: number; length?: number } = {}, seed = 1) =>
  generatedWhole(name, size, seed).then((whole) => Buffer.from(whole));
const text = async (...of: Parameters<typeof bytes>) => (await bytes(...of)).toString();
const linesOf = async (name: GeneratorName, size: { count?: number; length?: number } = {}) =>
  (await text(name, size)).trimEnd().split('\n');

const tasks: Readonly<Record<GeneratorName, TaskName>> = {
  adding: 'classify',
  copy: 'language',
  'temporal-order': 'classify',
  parity: 'classify',
  'mackey-glass': 'forecast',
  'noisy-sines': 'forecast',
  reverse: 'translate',
  dates: 'translate',
  'bouncing-balls': 'frames',
  'spoken-digits': 'speech',
};

describe.each(names)('%s', (name) => {
  test('is the same for the same seed and another one for another', async () => {
    const size = { count: 20 };
    const once = await bytes(name, size);
    expect(once.equals(await bytes(name, size))).toBe(true);
    expect(once.equals(await bytes(name, size, 2))).toBe(false);
  });

  test('is read by the task that it is made for, and has as many examples as asked for', async () => {
    const content = await bytes(name, { count: 120 });
    const path = await fileWith(content, `x.${generators[name].extension}`);
    const file = await openDataset({ kind: 'file', path });
    expect(detectTask(file, readingSchema.parse({})).task).toBe(tasks[name]);
    if (generators[name].extension === 'npy') return;
    const header = generators[name].extension === 'csv' ? 1 : 0;
    expect(content.toString().split('\n')).toHaveLength(120 + header + 1);
  });
});

test('the adding problem marks one number in each half, and says their sum', async () => {
  for (const line of (await linesOf('adding', { count: 50, length: 11 })).slice(1)) {
    const numbers = line.split(',').map(Number);
    const [values, marks] = [0, 1].map((at) => numbers.slice(0, 22).filter((_, place) => place % 2 === at));
    const marked = marks?.flatMap((mark, step) => (mark === 1 ? [step] : [])) ?? [];
    expect(marked).toHaveLength(2);
    expect(marked[0]).toBeLessThan(5);
    expect(marked[1]).toBeGreaterThanOrEqual(5);
    expect((values?.[marked[0] ?? 0] ?? 0) + (values?.[marked[1] ?? 0] ?? 0)).toBeCloseTo(numbers.at(-1) ?? 0, 6);
  }
});

test('copy memory repeats what was before the pause', async () => {
  for (const line of await linesOf('copy', { count: 20, length: 30 })) expect(line).toMatch(/^([a-h]{10})\.{30}:\1$/);
});

test('temporal order names its two letters in their order', async () => {
  for (const line of (await linesOf('temporal-order', { count: 40, length: 30 })).slice(1)) {
    const [letters = '', label] = line.split(',');
    expect(letters).toHaveLength(30);
    expect(letters.replaceAll(/[a-d]/g, '')).toBe(label);
  }
});

test('parity counts', async () => {
  for (const line of (await linesOf('parity', { count: 40, length: 9 })).slice(1)) {
    const [row = '', label] = line.split(',');
    expect(label).toBe(row.replaceAll('o', '').length % 2 === 0 ? 'even' : 'odd');
  }
});

test('Mackey-Glass obeys its equation', async () => {
  // Another integration, by Euler's method in steps of a hundredth, of the series' own next units from its own past.
  const x = (await linesOf('mackey-glass', { count: 120 })).slice(1).map((line) => Number(line.split(',')[1]));
  const at = (time: number) => {
    const [before = 0, after = 0] = [x[Math.floor(time)], x[Math.ceil(time)]];
    return before + (after - before) * (time - Math.floor(time));
  };
  for (const start of [40, 70, 100]) {
    let value = at(start);
    for (let time = start; time < start + 1 - 1e-9; time += 0.01) {
      const late = at(time - 17);
      value += 0.01 * ((0.2 * late) / (1 + late ** 10) - 0.1 * value);
    }
    expect(value).toBeCloseTo(at(start + 1), 2);
  }
  expect(Math.max(...x) - Math.min(...x)).toBeGreaterThan(0.6);
});

test('reversed strings are reversed, and dates are the same day', async () => {
  for (const line of (await linesOf('reverse', { count: 40, length: 9 })).slice(1)) {
    const [source = '', target] = line.split(',');
    expect([...source].toReversed().join('')).toBe(target);
  }
  for (const line of (await linesOf('dates', { count: 200 })).slice(1)) {
    const [, source = '', target = ''] = /^"(.*)",(.*)$/.exec(line) ?? [];
    expect(target).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const [year = '', , day = ''] = target.split('-');
    expect(source).toContain(year);
    expect(source).toMatch(new RegExp(`(^|\\D)0?${Number(day)}(\\D|$)`));
  }
});

describe('spoken digits', () => {
  const takes = [...spokenDigits.takes({ count: 240, length: 2 }, randomFromSeed(3))];

  test('are said by every voice as often, each digit first, at its own speed and pitch', () => {
    const voices = grouped(takes, ({ voice }) => voice);
    expect(voices.size).toBe(12);
    for (const own of voices.values()) {
      expect(own).toHaveLength(20);
      expect(new Set(own.map(({ text }) => text.split(' ')[0])).size).toBe(10);
    }
    expect(new Set(takes.map(({ name }) => name)).size).toBe(240);
    expect(takes.every(({ text, name }) => name.startsWith(`${text.replace(' ', '-')}_`))).toBe(true);
  });

  test('are recordings that are read as speech by voices, where a synthesiser is there; else it is named', async () => {
    const made = generatedWhole('spoken-digits', { count: 48 }, 1);
    const isThere = spawnSync('espeak-ng', ['--version']).error === undefined;
    if (!isThere) {
      await expect(made).rejects.toMatchObject({ wayOut: expect.stringContaining('espeak-ng') });
      return;
    }
    const file = await openDataset({ kind: 'file', path: await fileWith(Buffer.from(await made), 'digits.zip') });
    expect(detectTask(file, readingSchema.parse({})).task).toBe('speech');
    const { list } = await readRecordings(file, {});
    expect(new Set(list.map(({ speaker }) => speaker)).size).toBe(12);
    expect(new Set(list.map(({ transcript }) => transcript))).toEqual(new Set(['zero', 'one', 'two', 'three']));
  });

  test('where no synthesiser is on the path, it is said what to install', async () => {
    vi.stubEnv('PATH', '');
    const made = generatedWhole('spoken-digits', { count: 4 }, 1);
    await expect(made).rejects.toMatchObject({
      what: 'There is no speech synthesiser on this machine',
      wayOut: expect.stringContaining('espeak-ng'),
    });
    vi.unstubAllEnvs();
  });
});
