import { describe, expect, test } from 'vitest';
import { readingSchema, type TaskName } from '../../src/configuration/run';
import { openDataset } from '../../src/data';
import { type GeneratorName, generated, generators } from '../../src/generators';
import { detectTask } from '../../src/tasks/detect';
import { fileWith } from './data/temporary';

const names = Object.keys(generators) as GeneratorName[];
const bytes = (name: GeneratorName, size: { count?: number; length?: number } = {}, seed = 1) =>
  Buffer.concat([...generated(name, size, seed)]);
const text = (...of: Parameters<typeof bytes>) => bytes(...of).toString();
const linesOf = (name: GeneratorName, size: { count?: number; length?: number } = {}) =>
  text(name, size).trimEnd().split('\n');

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
};

describe.each(names)('%s', (name) => {
  test('is the same for the same seed and another one for another', () => {
    const size = { count: 20 };
    expect(bytes(name, size).equals(bytes(name, size))).toBe(true);
    expect(bytes(name, size, 2).equals(bytes(name, size))).toBe(false);
  });

  test('is read by the task that it is made for, and has as many examples as asked for', async () => {
    const content = bytes(name, { count: 120 });
    const path = await fileWith(content, `x.${generators[name].extension}`);
    const file = await openDataset({ kind: 'file', path });
    expect(detectTask(file, readingSchema.parse({})).task).toBe(tasks[name]);
    if (generators[name].extension === 'npy') return;
    const header = generators[name].extension === 'csv' ? 1 : 0;
    expect(content.toString().split('\n')).toHaveLength(120 + header + 1);
  });
});

test('the adding problem marks one number in each half, and says their sum', () => {
  for (const line of linesOf('adding', { count: 50, length: 11 }).slice(1)) {
    const numbers = line.split(',').map(Number);
    const [values, marks] = [0, 1].map((at) => numbers.slice(0, 22).filter((_, place) => place % 2 === at));
    const marked = marks?.flatMap((mark, step) => (mark === 1 ? [step] : [])) ?? [];
    expect(marked).toHaveLength(2);
    expect(marked[0]).toBeLessThan(5);
    expect(marked[1]).toBeGreaterThanOrEqual(5);
    expect((values?.[marked[0] ?? 0] ?? 0) + (values?.[marked[1] ?? 0] ?? 0)).toBeCloseTo(numbers.at(-1) ?? 0, 6);
  }
});

test('copy memory repeats what was before the pause', () => {
  for (const line of linesOf('copy', { count: 20, length: 30 })) expect(line).toMatch(/^([a-h]{10})\.{30}:\1$/);
});

test('temporal order names its two letters in their order', () => {
  for (const line of linesOf('temporal-order', { count: 40, length: 30 }).slice(1)) {
    const [letters = '', label] = line.split(',');
    expect(letters).toHaveLength(30);
    expect(letters.replaceAll(/[a-d]/g, '')).toBe(label);
  }
});

test('parity counts', () => {
  for (const line of linesOf('parity', { count: 40, length: 9 }).slice(1)) {
    const [row = '', label] = line.split(',');
    expect(label).toBe(row.replaceAll('o', '').length % 2 === 0 ? 'even' : 'odd');
  }
});

test('Mackey-Glass obeys its equation', () => {
  // Another integration, by Euler's method in steps of a hundredth, of the series' own next units from its own past.
  const x = linesOf('mackey-glass', { count: 120 })
    .slice(1)
    .map((line) => Number(line.split(',')[1]));
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

test('reversed strings are reversed, and dates are the same day', () => {
  for (const line of linesOf('reverse', { count: 40, length: 9 }).slice(1)) {
    const [source = '', target] = line.split(',');
    expect([...source].toReversed().join('')).toBe(target);
  }
  for (const line of linesOf('dates', { count: 200 }).slice(1)) {
    const [, source = '', target = ''] = /^"(.*)",(.*)$/.exec(line) ?? [];
    expect(target).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const [year = '', , day = ''] = target.split('-');
    expect(source).toContain(year);
    expect(source).toMatch(new RegExp(`(^|\\D)0?${Number(day)}(\\D|$)`));
  }
});
