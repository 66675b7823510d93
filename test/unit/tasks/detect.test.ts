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
    ['opinions.csv', 'classify'],
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

  const opinion = (at: number) => `the ${at % 2 ? 'soup' : 'bread'} was eaten by guest ${at}`;
  test.each([
    ['labels last', `text,label\n${rows(40, (at) => `${opinion(at)},${at % 3 ? 'good' : 'bad'}`)}`],
    ['labels first', `label,text\n${rows(40, (at) => `${at % 3 ? 'good' : 'bad'},${opinion(at)}`)}`],
    ['labels that are numbers', `stars,text\n${rows(40, (at) => `${at % 5},${opinion(at)}`)}`],
    ['rows sorted by class', `text,label\n${rows(40, (at) => `${opinion(at)},${at < 30 ? 'good' : 'bad'}`)}`],
    [
      'an index and a confidence',
      `id,text,label,sure\n${rows(40, (at) => `${at},${opinion(at)},${at % 2},0.${at + 10}`)}`,
    ],
    ['a date beside', `date,text,label\n${rows(40, (at) => `${day(at)},${opinion(at)},${at % 2 ? 'yes' : 'no'}`)}`],
    ['tabs and no header', rows(40, (at) => `${at % 2 ? 'pos' : 'neg'}\t${opinion(at)}`)],
  ])('classify when sentences stand beside labels: %s', async (_, text) => {
    for (const name of ['x.csv', 'x.txt'])
      expect(await detected(name, text)).toMatchObject({ task: 'classify', ambiguous: false });
  });

  test('classify when rows of numbers have a label, and asks since it may also be a series', async () => {
    const flowers = `a,b,c,d,species\n${rows(40, (at) => `${at}.1,${at}.2,3.5,${at}.7,${at % 2 ? 'setosa' : 'virginica'}`)}`;
    expect(await detected('x.csv', flowers)).toMatchObject({
      task: 'classify',
      ambiguous: true,
      alternatives: [{ task: 'forecast' }, { task: 'language' }],
    });
  });

  test.each([
    ['named as sides', `source,target\n${rows(30, (at) => `w${at},${at}w`)}`],
    ['named as languages, in a file of tabs', `en\tde\n${rows(30, (at) => `word ${at}\tWort ${at}`)}`],
    [
      'whole sentences without a header',
      rows(30, (at) => `${opinion(at)} and ${'x '.repeat(at % 9)}\tdas ${at} und ${'y '.repeat(at % 9)} so`),
    ],
    ['an index before them', `id,en,de\n${rows(30, (at) => `${at},the ${at},der ${at}`)}`],
    [
      'a licence behind them',
      rows(
        40,
        (at) =>
          `${'go '.repeat(1 + (at % 7))}${at}\t${'va '.repeat(1 + (at % 7))}${at}\tCC-BY ${at * 7919} (x${'y'.repeat((at * 5) % 11)})`,
      ),
    ],
    [
      'dates in two forms, in no order',
      `source,target\n${rows(40, (at) => `${1 + ((at * 11) % 28)} May ${1990 + ((at * 7) % 30)},${1990 + ((at * 7) % 30)}-05-${String(1 + ((at * 11) % 28)).padStart(2, '0')}`)}`,
    ],
  ])('translate when two columns say the same in two ways: %s', async (_, text) => {
    expect(await detected('x.txt', text)).toMatchObject({ task: 'translate' });
  });

  test('translate, but asks, when two columns of texts have no names that say so', async () => {
    expect(await detected('x.csv', `a,b\n${rows(40, (at) => `q${at * 31},w${at * 17}`)}`)).toMatchObject({
      task: 'translate',
      ambiguous: true,
      alternatives: [{ task: 'language' }],
    });
  });

  test('not translate when a log or a note stands beside a date, or prose has a comma in each line', async () => {
    const log = rows(40, (at) => `2024-01-01T08:${at + 10}:00\tuser ${at * 31} logged in`);
    const notes = `date,note\n${rows(28, (at) => `${day(at)},it was day ${at} of the year`)}`;
    const prose = rows(40, (at) => `On day ${at} of it, nobody came to see ${'x'.repeat(at % 5)}`);
    for (const text of [log, notes, prose]) expect((await detected('x.txt', text)).task).not.toBe('translate');
  });

  test('classify when one column stands beside many that are named as steps', async () => {
    const steps = Array.from({ length: 12 }, (_, at) => `x_${at}`);
    const table = `${steps.join(',')},sum\n${rows(30, (at) => `${steps.map((__, s) => (at * s) % 7).join(',')},${at}.5`)}`;
    expect(await detected('x.csv', table)).toMatchObject({ task: 'classify', ambiguous: false });
  });

  test('classify, but asks, when single words stand beside a few others that come again', async () => {
    const names = `name,country\n${rows(60, (at) => `N${at * 31}o,${['Chile', 'Peru', 'Cuba'][at % 3]}`)}`;
    expect(await detected('names.csv', names)).toMatchObject({ task: 'classify', ambiguous: true });
  });

  test('forecast when a series has days of the week, a region or a note beside it', async () => {
    const week = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
    const series = `date,weekday,load,heat\n${rows(60, (at) => `${day(at % 28)},${week[at % 7]},${at * 1.5},${at % 9}.5`)}`;
    const noted = `date,load,note\n${rows(60, (at) => `2024-${1 + Math.floor(at / 28)}-${1 + (at % 28)},${at * 1.25},${at % 20 ? '' : `the meter was read anew ${at}`}`)}`;
    for (const text of [series, noted])
      expect(await detected('x.csv', text)).toMatchObject({ task: 'forecast', ambiguous: false });
  });

  test('a person to decide when it is a table about something else with a few numbers in it', async () => {
    const reviews = `id,title,author,review,place\n${rows(40, (at) => `${at},Emma ${'x'.repeat(at % 5)},Jane Austen,"Liked it, much",Bath ${'y'.repeat(at % 4)}`)}\n`;
    const detection = await detected('reviews.csv', reviews);
    expect(detection).toMatchObject({ task: 'language', ambiguous: true, alternatives: [{ task: 'forecast' }] });
  });

  test('the task that was asked for', async () => {
    for (const task of ['language', 'forecast', 'classify'] as const)
      expect(await detected('x.txt', 'anything', { ...auto, task })).toEqual({
        task,
        why: 'as asked for',
        ambiguous: false,
        alternatives: [],
      });
  });
});
