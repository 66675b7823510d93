import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { readingSchema, type TaskName } from '../../../src/configuration/run';
import { openDataset } from '../../../src/data';
import { detectTask } from '../../../src/tasks/detect';
import { temporaryFile } from '../temporary';

const random = randomFromSeed(8);
const range = (count: number) => Array.from({ length: count }, (_, at) => at);
const rows = (count: number, row: (at: number) => string) => range(count).map(row).join('\n');
const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
const two = (value: number) => String(value).padStart(2, '0');
const date = (at: number) => new Date(Date.UTC(2023, 0, 1 + at));
const iso = (at: number) => date(at).toISOString().slice(0, 10);
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const load = (at: number) => (50 + 10 * Math.sin(at / 4) + random.normal()).toFixed(2);
const nouns = 'soup room view music waiter bed bread garden price lamp'.split(' ');
const adjectives = 'good bad warm cold fresh stale fine poor dear cheap'.split(' ');
const review = () =>
  `the ${pick(nouns)} was ${pick(adjectives)} and the ${pick(nouns)} ${pick(adjectives)} ${random.integer(900)}`;
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const german = (value: string) => value.replace('.', ',');

/** Small files as people have them, and what each is for. */
const files: readonly (readonly [what: string, task: TaskName, content: string | Uint8Array, name?: string])[] = [
  // Series.
  ['prices by day', 'forecast', `date,price\n${rows(60, (at) => `${iso(at)},${load(at)}`)}`],
  ['prices, the latest first', 'forecast', `date,price\n${rows(60, (at) => `${iso(60 - at)},${load(at)}`)}`],
  [
    'prices with days missing',
    'forecast',
    `date,price\n${rows(60, (at) => `${iso(at + 3 * Math.floor(at / 5))},${load(at)}`)}`,
  ],
  ['prices with a day twice', 'forecast', `date,price\n${rows(60, (at) => `${iso(at === 9 ? 8 : at)},${load(at)}`)}`],
  [
    'a quote with open, high, low, close and volume',
    'forecast',
    `Date,Open,High,Low,Close,Volume\n${rows(60, (at) => `${iso(at)},${load(at)},${load(at)},${load(at)},${load(at)},${1000 + at * 37}`)}`,
  ],
  ['epoch seconds', 'forecast', `timestamp,value\n${rows(60, (at) => `${1_700_000_000 + 3600 * at},${load(at)}`)}`],
  [
    'epoch milliseconds',
    'forecast',
    `time,value\n${rows(60, (at) => `${1_700_000_000_000 + 60_000 * at},${load(at)}`)}`,
  ],
  ['compact dates', 'forecast', `date,value\n${rows(60, (at) => `${iso(at).replaceAll('-', '')},${load(at)}`)}`],
  [
    'quarters',
    'forecast',
    `quarter,gdp\n${rows(48, (at) => `${2000 + Math.floor(at / 4)}Q${(at % 4) + 1},${load(at)}`)}`,
  ],
  [
    'month names and years',
    'forecast',
    `month,sales\n${rows(48, (at) => `${months[at % 12]} ${2000 + Math.floor(at / 12)},${load(at)}`)}`,
  ],
  [
    'the day first',
    'forecast',
    `date;value\n${rows(60, (at) => `${two(date(at).getUTCDate())}.${two(date(at).getUTCMonth() + 1)}.2023;${german(load(at))}`)}`,
  ],
  [
    'the month first',
    'forecast',
    `date,value\n${rows(60, (at) => `${date(at).getUTCMonth() + 1}/${date(at).getUTCDate()}/2023,${load(at)}`)}`,
  ],
  ['times with a zone', 'forecast', `at,value\n${rows(60, (at) => `${date(at).toISOString()},${load(at)}`)}`],
  [
    'local times over the change to summer',
    'forecast',
    `at,value\n${rows(60, (at) => `2023-03-2${5 + Math.floor(at / 24)} ${two(at % 24)}:00,${load(at)}`)}`,
  ],
  ['years alone', 'forecast', `year,spots\n${rows(60, (at) => `${1900 + at},${load(at)}`)}`],
  ['no date at all', 'forecast', `a,b,c\n${rows(60, (at) => `${load(at)},${load(at + 9)},${load(at + 5)}`)}`],
  ['one column without a name', 'forecast', rows(60, (at) => load(at))],
  [
    'a comment above',
    'forecast',
    `# measured by hand\n# in metres\ndate,level\n${rows(60, (at) => `${iso(at)},${load(at)}`)}`,
  ],
  ['what Excel says of its separator', 'forecast', `sep=;\ndate;level\n${rows(60, (at) => `${iso(at)};${load(at)}`)}`],
  ['decimal commas', 'forecast', `Datum;Wert\n${rows(60, (at) => `${iso(at)};${german(load(at))}`)}`],
  [
    'thousands with commas',
    'forecast',
    `date,value\n${rows(60, (at) => `${iso(at)},"${(1_000_000 + at * 12_345).toLocaleString('en')}"`)}`,
  ],
  ['gaps as words', 'forecast', `date,value\n${rows(60, (at) => `${iso(at)},${at % 9 ? load(at) : 'NA'}`)}`],
  ['columns of spaces', 'forecast', rows(60, (at) => `${at}  ${load(at)}   ${load(at + 3)}`)],
  ['tabs in a .txt', 'forecast', `day\tvalue\n${rows(60, (at) => `${iso(at)}\t${load(at)}`)}`, 'table.txt'],
  ['bars', 'forecast', `day|value\n${rows(60, (at) => `${iso(at)}|${load(at)}`)}`],
  [
    'with the weekday beside',
    'forecast',
    `date,weekday,load\n${rows(60, (at) => `${iso(at)},${'Sun Mon Tue Wed Thu Fri Sat'.split(' ')[at % 7]},${load(at)}`)}`,
  ],
  [
    'with a holiday flag beside',
    'forecast',
    `date,holiday,load\n${rows(60, (at) => `${iso(at)},${at % 7 === 0 ? 1 : 0},${load(at)}`)}`,
  ],
  [
    'series stacked under a group',
    'forecast',
    `date,shop,sales\n${rows(90, (at) => `${iso(at % 30)},${['North', 'South', 'East'][Math.floor(at / 30)]},${load(at)}`)}`,
  ],
  [
    'UTF-16 with a mark',
    'forecast',
    Buffer.from(`\uFEFFdate,price\n${rows(60, (at) => `${iso(at)},${load(at)}`)}`, 'utf16le'),
  ],
  [
    'Latin-1 names',
    'forecast',
    Buffer.from(`Tag;Größe\n${rows(60, (at) => `${iso(at)};${german(load(at))}`)}`, 'latin1'),
  ],
  [
    'CRLF and a mark',
    'forecast',
    `\uFEFFdate,price\r\n${rows(60, (at) => `${iso(at)},${load(at)}`).replaceAll('\n', '\r\n')}\r\n`,
  ],
  [
    'UTF-16 with the greater byte first',
    'forecast',
    Buffer.from(`\uFEFFdate,price\n${rows(60, (at) => `${iso(at)},${load(at)}`)}`, 'utf16le').swap16(),
  ],
  [
    'months as columns',
    'forecast',
    `Year,${months.join(',')},Total\n${rows(12, (at) => `${2000 + at},${months.map((_, month) => load(month)).join(',')},600`)}`,
  ],
  [
    'months as numbered columns',
    'forecast',
    `Year,${months.map((_, month) => month + 1).join(',')}\n${rows(12, (at) => `${2000 + at},${months.map((_, month) => load(month)).join(',')}`)}`,
  ],
  [
    'a row a country, a column a year',
    'forecast',
    `Country Name,Country Code,${range(40).map((at) => 1980 + at)}\n${rows(30, (at) => `Land ${at},L${at},${range(40).map(load)}`)}`,
  ],
  [
    'a row a place, a column a day',
    'forecast',
    `Province/State,Country/Region,Lat,Long,${range(60).map((at) => `${date(at).getUTCMonth() + 1}/${date(at).getUTCDate()}/23`)}\n${rows(12, (at) => `,Land ${at},${load(at)},${load(at)},${range(60).map((day) => day * at)}`)}`,
  ],
  [
    'money with brackets for losses',
    'forecast',
    `date,profit\n${rows(60, (at) => `${iso(at)},${at % 3 ? `"$1,${100 + at}.00"` : `($${100 + at}.50)`}`)}`,
  ],
  [
    'percent',
    'forecast',
    `month,rate\n${rows(48, (at) => `${2000 + Math.floor(at / 12)}-${two((at % 12) + 1)},${load(at)}%`)}`,
  ],
  [
    'a bank account',
    'forecast',
    `Konto 1234\nErstellt am 1.2.2024\n\nBuchungstag;Betrag;Saldo\n${rows(60, (at) => `${two(date(at).getUTCDate())}.${two(date(at).getUTCMonth() + 1)}.2023;-${german(load(at))} EUR;1.${100 + at},00 EUR`)}\nSumme;-3000,00 EUR;\n`,
  ],
  [
    'a report with a title, units, a total and a source',
    'forecast',
    `Monthly figures,,\nPublished: May 2024,,\n,,\nmonth,sales,visitors\n,EUR,persons\n${rows(48, (at) => `${months[at % 12]} ${2000 + Math.floor(at / 12)},${load(at)},${at * 9}`)}\nTotal,2400,9999\n,,\nSource: the office,,\n`,
  ],
  [
    'a log of a server as a table',
    'forecast',
    `time,bytes,ms\n${rows(60, (at) => `[${two(1 + (at % 28))}/${months[Math.floor(at / 28)]}/2023:13:55:36 +0000],${at * 31},${load(at)}`)}`,
  ],
  [
    'years and periods in columns, below what they are of',
    'forecast',
    `Series Id:           LNS14\n\nSeasonally Adjusted\n\nSeries id,Year,Period,Value,\n${rows(60, (at) => `LNS14,${2000 + Math.floor(at / 12)},M${two((at % 12) + 1)},${load(at)}`)}`,
  ],
  [
    'the air of a town by year, month, day and hour',
    'forecast',
    `No,year,month,day,hour,pm2.5,wind\n${rows(72, (at) => `${at + 1},2010,1,${1 + Math.floor(at / 24)},${at % 24},${at % 9 ? load(at) : 'NA'},${['NW', 'SE', 'cv'][at % 3]}`)}`,
  ],
  [
    'what R writes, with names of rows',
    'forecast',
    `"a","b"\n${rows(60, (at) => `"${at + 1}",${load(at)},${load(at + 9)}`)}`,
  ],
  ['weeks of the year', 'forecast', `week,cases\n${rows(52, (at) => `2021-W${two(at + 1)},${load(at)}`)}`],
  ['weekdays before dates', 'forecast', `day,v\n${rows(60, (at) => `"${date(at).toUTCString()}",${load(at)}`)}`],
  [
    'epoch microseconds',
    'forecast',
    `time,value\n${rows(60, (at) => `${1_700_000_000_000_000 + 60_000_000 * at},${load(at)}`)}`,
  ],
  [
    'JSON lines of a sensor',
    'forecast',
    rows(60, (at) => JSON.stringify({ t: date(at).toISOString(), v: Number(load(at)) })),
  ],

  // Classes.
  [
    'reviews and their sentiment',
    'classify',
    `review,sentiment\n${rows(60, () => `${review()},${pick(['positive', 'negative'])}`)}`,
  ],
  ['the label first', 'classify', `label,text\n${rows(60, () => `${pick(['spam', 'ham'])},${review()}`)}`],
  ['numbers for labels', 'classify', `text,label\n${rows(60, () => `${review()},${random.integer(2)}`)}`],
  ['five stars', 'classify', `stars,text\n${rows(60, () => `${1 + random.integer(5)},${quoted(review())}`)}`],
  ['sorted by class', 'classify', `text,label\n${rows(60, (at) => `${review()},${at < 40 ? 'a' : 'b'}`)}`],
  [
    'an index before, a confidence behind',
    'classify',
    `,text,label,confidence\n${rows(60, (at) => `${at},${review()},${pick(['yes', 'no'])},${random.uniform().toFixed(3)}`)}`,
  ],
  ['tabs without a header', 'classify', rows(60, () => `${pick(['ham', 'spam'])}\t${review()}`), 'SMSSpamCollection'],
  [
    'commas within quotes',
    'classify',
    `text,label\n${rows(60, () => `${quoted(`well, ${review()}, really`)},${pick(['a', 'b'])}`)}`,
  ],
  [
    'line breaks within quotes',
    'classify',
    `text,label\n${rows(60, () => `${quoted(`${review()}\nand so on`)},${pick(['a', 'b'])}`)}`,
  ],
  [
    'a comment above reviews',
    'classify',
    `# collected in spring\ntext,label\n${rows(60, () => `${review()},${pick(['good', 'bad'])}`)}`,
  ],
  ['many topics', 'classify', `headline,topic\n${rows(120, () => `${review()},topic ${random.integer(12)}`)}`],
  [
    'JSON lines of reviews',
    'classify',
    rows(60, () => JSON.stringify({ text: review(), label: pick(['good', 'bad']) })),
  ],
  [
    'JSON lines with other keys now and then',
    'classify',
    rows(60, (at) =>
      JSON.stringify({ text: review(), label: pick(['good', 'bad']), ...(at % 7 === 3 && { note: 'odd' }) }),
    ),
  ],
  [
    'flowers',
    'classify',
    `sepal length,sepal width,petal length,species\n${rows(60, () => `${load(1)},${load(2)},${load(3)},${pick(['setosa', 'virginica', 'versicolor'])}`)}`,
  ],
  [
    'pixels behind a label',
    'classify',
    `label,${range(16)
      .map((at) => `pixel${at}`)
      .join(',')}\n${rows(
      40,
      () =>
        `${random.integer(10)},${range(16)
          .map(() => random.integer(256))
          .join(',')}`,
    )}`,
  ],
  [
    'a sensor in steps',
    'classify',
    `${range(10)
      .flatMap((at) => [`ax_${at}`, `ay_${at}`])
      .join(',')},activity\n${rows(
      40,
      () =>
        `${range(20)
          .map(() => random.normal().toFixed(2))
          .join(',')},${pick(['walk', 'run'])}`,
    )}`,
  ],
  [
    'surnames and where they are from',
    'classify',
    `name,origin\n${rows(90, (at) => `N${(at * 7919) % 10_007}ov,${pick(['Russian', 'Czech', 'Polish'])}`)}`,
  ],

  // Pairs.
  [
    'two languages',
    'translate',
    `en,de\n${rows(60, (at) => `${review()},das ist ${'so '.repeat(1 + (at % 4))}${at}`)}`,
  ],
  [
    'two languages by tabs, with a licence',
    'translate',
    rows(60, (at) => `${'go '.repeat(1 + (at % 6))}${at}\t${'va '.repeat(1 + (at % 6))}${at}\tCC-BY 2.0 #${at * 7919}`),
  ],
  ['an index before the pairs', 'translate', `id,source,target\n${rows(60, (at) => `${at},${review()},${review()}`)}`],
  [
    'questions and answers',
    'translate',
    `question,answer\n${rows(60, () => `${quoted(`what of ${review()}?`)},${quoted(`well, ${review()}.`)}`)}`,
  ],
  ['strings backwards', 'translate', `source,target\n${rows(60, (at) => `q${at * 31}w,w${at * 31}q`)}`],
  [
    'dates in two forms',
    'translate',
    `source,target\n${rows(60, () => {
      const at = random.integer(900);
      return `${date(at).getUTCDate()} ${months[date(at).getUTCMonth()]} ${date(at).getUTCFullYear()},${iso(at)}`;
    })}`,
  ],
  [
    'JSON lines of nested pairs',
    'translate',
    rows(60, (at) => JSON.stringify({ translation: { en: review(), fr: `le ${at} de ${at * 3}` } })),
  ],

  // Text.
  ['prose', 'language', `${'It was the best of times, it was the worst of times.\n'.repeat(30)}`],
  ['prose with a comma a line', 'language', rows(60, (at) => `On day ${at}, nobody came to see the ${pick(nouns)}`)],
  ['verse', 'language', rows(60, () => `Roses are ${pick(adjectives)},\nViolets ${pick(adjectives)}.`)],
  ['source code', 'language', rows(40, (at) => `function f${at}(a, b) {\n  return a + b * ${at};\n}\n`)],
  [
    'Markdown with a table in it',
    'language',
    `# Title\n\n${'Some words of text.\n'.repeat(20)}\n| a | b |\n| - | - |\n| 1 | 2 |\n\n${'And more words.\n'.repeat(20)}`,
  ],
  ['a list of words', 'language', rows(60, (at) => `word${at * 31}`)],
  [
    'a log',
    'language',
    rows(60, (at) => `${iso(at)} 12:00:0${at % 10} INFO server: request ${at * 17} took ${at % 40} ms`),
  ],
  ['a chat', 'language', rows(60, (at) => `${at % 2 ? 'Ann' : 'Ben'}: ${review()}`)],
  ['HTML', 'language', `<html><body>\n${rows(40, (at) => `<p class="x">It is ${at}, or so.</p>`)}\n</body></html>`],
  ['one long line', 'language', review().repeat(60)],
  ['JSON lines of texts', 'language', rows(60, (at) => JSON.stringify({ id: at, text: review() }))],
  ['numbered texts in a table', 'language', `id,text\n${rows(60, (at) => `${at},${review()}`)}`],
];

describe(`of ${files.length} files as people have them`, () => {
  test.each(files)('%s is for %s', async (_, task, content = '', name = 'data') => {
    const file = await openDataset({ kind: 'file', path: await temporaryFile(String(name), content) });
    const detection = detectTask(file, readingSchema.parse({}));
    expect(detection.task, detection.why).toBe(task);
    expect(detection.why.length).toBeGreaterThan(10);
  });
});
