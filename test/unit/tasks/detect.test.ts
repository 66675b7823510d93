import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Reading, readingSchema } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { detectTask } from '../../../src/tasks/detect';

const folder = join(import.meta.dirname, '../../../examples');
const auto = readingSchema.parse({});
const detected = async (name: string, text: string, reading: Reading = auto) =>
  detectTask(await openDataset({ kind: 'text', name, text }), reading);

const rows = (count: number, row: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => row(at)).join('\n');
const day = (at: number) => `2024-01-${String(1 + (at % 28)).padStart(2, '0')}`;

describe('the example', () => {
  test.each([
    ['co2.csv', 'forecast'],
    ['power.csv', 'forecast'],
    ['sea-temperature.csv', 'forecast'],
    ['sunspots.csv', 'forecast'],
    ['meetings.txt', 'language'],
    ['northanger-abbey.txt', 'language'],
  ])('%s is for %s, without a question', async (name, task) => {
    const detection = detectTask(await openDataset({ kind: 'file', path: join(folder, name) }), auto);
    expect(detection).toMatchObject({ task, ambiguous: false });
    expect(detection.why.length).toBeGreaterThan(10);
  });
});

describe('a file is for', () => {
  test('forecast when it is a table of numbers, whatever its name, and text is offered beside it', async () => {
    const table = `day,price\n${rows(40, (at) => `${day(at)},${at * 1.5}`)}\n`;
    for (const name of ['prices.csv', 'prices.txt', 'prices', 'Untitled-1'])
      expect(await detected(name, table)).toMatchObject({
        task: 'forecast',
        ambiguous: false,
        alternatives: [{ task: 'language' }],
      });
    expect(
      await detected(
        'one column.txt',
        rows(30, (at) => String(at)),
      ),
    ).toMatchObject({ task: 'forecast' });
  });

  test('language when it is prose, code, verse or a list', async () => {
    const prose = 'It is a truth, universally acknowledged; that 1, or 2, men are in want of a wife.\n'.repeat(30);
    const code = 'for (let i = 0; i < 10; i++) {\n  sum += f(i, 1);\n}\n\nreturn sum;\n'.repeat(20);
    const list = rows(40, (at) => `- ${at}. buy milk, eggs and ${at} apples`);
    for (const text of [prose, code, list])
      expect(await detected('x.txt', text)).toMatchObject({ task: 'language', ambiguous: false, alternatives: [] });
  });

  test('what its name says, when that is a table: the reader then says what is missing', async () => {
    const words = `name,city\n${rows(30, (at) => `Ann ${'b'.repeat(1 + (at % 3))},Rome`)}\n`;
    expect(await detected('people.csv', words)).toMatchObject({ task: 'forecast', ambiguous: false });
    expect(await detected('people.txt', words)).toMatchObject({ task: 'language' });
  });

  test('a person to decide when it is a table about something else with a few numbers in it', async () => {
    const reviews = `id,title,author,review,place\n${rows(40, (at) => `${at},Emma ${'x'.repeat(at % 5)},Jane Austen,"Liked it, much",Bath ${'y'.repeat(at % 4)}`)}\n`;
    const detection = await detected('reviews.csv', reviews);
    expect(detection).toMatchObject({ task: 'language', ambiguous: true, alternatives: [{ task: 'forecast' }] });
  });

  test('the task that was asked for', async () => {
    for (const task of ['language', 'forecast'] as const)
      expect(await detected('x.txt', 'anything', { ...auto, task })).toEqual({
        task,
        why: 'as asked for',
        ambiguous: false,
        alternatives: [],
      });
  });
});
