import { describe, expect, it } from 'vitest';
import { type Column, looksLikeTable, readTable } from '../../../src/data';
import { openFile } from './temporary';

interface Expected {
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
  readonly header?: boolean;
  readonly encoding?: string;
  /** Each column as `name: values`; dates in ISO as short as they go, `_` where missing, and only `words` for a text. */
  readonly columns: readonly string[];
  readonly warnings?: readonly RegExp[];
}

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

const cases: readonly (readonly [string, string | Uint8Array, Expected])[] = [
  ['commas', 'a,b\n1,2.5\n3,4.5\n', { delimiter: ',', decimal: '.', header: true, columns: ['a: 1 3', 'b: 2.5 4.5'] }],
  ['semicolons', 'a;b\n1;2.5\n3;4.5\n', { delimiter: ';', decimal: '.', columns: ['a: 1 3', 'b: 2.5 4.5'] }],
  ['tabs', 'a\tb\n1\t2.5\n3\t4.5', { delimiter: '\t', columns: ['a: 1 3', 'b: 2.5 4.5'] }],
  ['spaces', 'a b\n1 2.5\n3 4.5\n', { delimiter: ' ', columns: ['a: 1 3', 'b: 2.5 4.5'] }],
  [
    'spaces without a header',
    '1.5e-03 -2\n3e+00 4\n5 6\n',
    { delimiter: ' ', header: false, columns: ['column 1: 0.0015 3 5', 'column 2: -2 4 6'] },
  ],
  ['bars', 'a|b\n1|2.5\n3|4.5', { delimiter: '|', columns: ['a: 1 3', 'b: 2.5 4.5'] }],
  ['decimal commas', 'a;b\n1,5;2\n3,25;4\n', { delimiter: ';', decimal: ',', columns: ['a: 1.5 3.25', 'b: 2 4'] }],
  [
    'decimal commas and tabs',
    'a\tb\n1,5\t2,5\n3\t4\n',
    { delimiter: '\t', decimal: ',', columns: ['a: 1.5 3', 'b: 2.5 4'] },
  ],
  [
    'quoted decimal commas between commas',
    'a,b\n"1,5","2,25"\n"3,5","4"\n',
    { delimiter: ',', decimal: ',', columns: ['a: 1.5 3.5', 'b: 2.25 4'] },
  ],
  [
    'quoted thousands between commas',
    'a,b\n"1,500",0.5\n"12,345",1.5\n',
    { decimal: '.', columns: ['a: 1500 12345', 'b: 0.5 1.5'] },
  ],
  ['German thousands', 'a;b\n1.234,5;1\n2.000.000;2\n', { decimal: ',', columns: ['a: 1234.5 2000000', 'b: 1 2'] }],
  ['Swiss thousands', "a;b\n1'234.5;1\n2'000'000;2\n", { decimal: '.', columns: ['a: 1234.5 2000000', 'b: 1 2'] }],
  [
    'French thousands',
    'a;b\n1\u202f234,5;1\n2 000 000;2\n',
    { decimal: ',', columns: ['a: 1234.5 2000000', 'b: 1 2'] },
  ],
  [
    'three digits behind each point',
    'a,b\n1.234,5.678\n2.345,6.789',
    { decimal: '.', columns: ['a: 1.234 2.345', 'b: 5.678 6.789'], warnings: [] },
  ],
  [
    'three digits behind each comma',
    'a;b\n1,234;5,678\n2,345;6,789',
    { decimal: ',', columns: ['a: 1.234 2.345', 'b: 5.678 6.789'], warnings: [/1,234 .*line 2.*decimal comma/] },
  ],
  [
    'signs, exponents and bare points',
    'a,b\n+1,-2.\n.5,1e-3\n−4,2E6',
    { columns: ['a: 1 0.5 -4', 'b: -2 0.001 2000000'] },
  ],
  ['no header', '1,2\n3,4\n5,7\n', { header: false, columns: ['column 1: 1 3 5', 'column 2: 2 4 7'] }],
  [
    'no header, with dates',
    '2024-01-01,2\n2024-01-02,4\n',
    { header: false, columns: ['column 1: 2024-01-01 2024-01-02', 'column 2: 2 4'] },
  ],
  ['no header, with words', 'x,2\ny,4\nz,5\n', { header: false, columns: ['column 1: words', 'column 2: 2 4 5'] }],
  [
    'years as header',
    'land;2019;2020\nA;1;2\nB;3;4\n',
    { header: true, columns: ['land: words', '2019: 1 3', '2020: 2 4'] },
  ],
  [
    'years as data',
    '2019;7\n2021;9\n2020;8\n',
    { header: false, columns: ['column 1: 2019 2021 2020', 'column 2: 7 9 8'] },
  ],
  ['one column', '1.5\n2.5\n4.5\n', { header: false, columns: ['column 1: 1.5 2.5 4.5'] }],
  ['one column with a header', 'load\n1\n2\n4\n', { header: true, columns: ['load: 1 2 4'] }],
  [
    'one column of decimal commas',
    'load\n1,5\n2,5\n4,5\n',
    { decimal: ',', header: true, columns: ['load: 1.5 2.5 4.5'] },
  ],
  ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n', { columns: ['a: 1 3', 'b: 2 4'], warnings: [/CRLF/] }],
  ['CR alone', 'a,b\r1,2\r3,4\r', { columns: ['a: 1 3', 'b: 2 4'], warnings: [/CR/] }],
  ['a byte-order mark', '\ufeffa,b\n1,2\n3,4\n', { columns: ['a: 1 3', 'b: 2 4'], warnings: [] }],
  [
    'UTF-16 from Excel',
    utf16('Größe\tb\r\n1,5\t2\r\n3\t4\r\n'),
    { encoding: 'utf-16le', delimiter: '\t', columns: ['Größe: 1.5 3', 'b: 2 4'] },
  ],
  [
    "Excel's sep line",
    'sep=;\na;b\n1;2\n3;5\n',
    { delimiter: ';', columns: ['a: 1 3', 'b: 2 5'], warnings: [/first line/] },
  ],
  [
    'comments on top',
    '# made by hand\n# 2024\na,b\n1,2\n3,5\n',
    { columns: ['a: 1 3', 'b: 2 5'], warnings: [/first 2 lines/] },
  ],
  ['blank lines on top and at the end', '\n\na,b\n1,2\n3,5\n\n\n', { columns: ['a: 1 3', 'b: 2 5'], warnings: [] }],
  ['a blank line inside', 'a,b\n1,2\n\n3,5\n', { columns: ['a: 1 3', 'b: 2 5'], warnings: [/before line 4/] }],
  ['spaces around cells', ' a , b \n 1 , 2 \n 3 , 5 \n', { columns: ['a: 1 3', 'b: 2 5'] }],
  [
    'quotes with the delimiter',
    'a,note\n1,"x, y"\n3,"z; ""w"""\n',
    { delimiter: ',', columns: ['a: 1 3', 'note: words'] },
  ],
  ['line breaks in quotes', 'a,note\n1,"x\ny"\n3,"z"\n', { columns: ['a: 1 3', 'note: words'] }],
  [
    'text with commas between semicolons',
    'a;note\n1;x, y\n3;z, w\n',
    { delimiter: ';', columns: ['a: 1 3', 'note: words'] },
  ],
  [
    'missing values of all kinds',
    'a,b\n1,2\nNA,3\n,n/a\n-,NaN\nnull,inf\n2,#N/A\n',
    {
      columns: ['a: 1 _ _ _ _ 2', 'b: 2 3 _ _ _ _'],
      warnings: [/4 in "a" \(first in line 3\), 4 in "b" \(first in line 4\)/],
    },
  ],
  [
    'numbers too large',
    'a,b\n1e999,1\n2,2\n3,4\n',
    { columns: ['a: _ 2 3', 'b: 1 2 4'], warnings: [/1 in "a" \(first in line 2\)/] },
  ],
  [
    'a delimiter at the end of each line',
    'a;b;\n1;2;\n3;5;\n',
    { columns: ['a: 1 3', 'b: 2 5', 'column 3: words'], warnings: [/One column has no name/] },
  ],
  [
    'names twice, empty, or taken',
    'a,a,,"a (2)"\n1,2,3,4\n3,5,6,7\n',
    { columns: ['a: 1 3', 'a (3): 2 5', 'column 3: 3 6', 'a (2): 4 7'], warnings: [/no name/, /"a"/] },
  ],
  ['control characters in names', '"a\u001b[2J","b\nc"\n1,2\n3,5\n', { columns: ['a␛[2J: 1 3', 'b c: 2 5'] }],
  [
    'a column that counts',
    'id,v\n1,5\n2,3\n3,8\n',
    { columns: ['id: 1 2 3', 'v: 5 3 8'], warnings: [/"id" only counts/] },
  ],
  [
    'years that go on',
    'year,v\n1999,5\n2000,3\n2001,8\n',
    { columns: ['year: 1999-01-01 2000-01-01 2001-01-01', 'v: 5 3 8'], warnings: [] },
  ],
  [
    'years without a name',
    '1999,5\n2000,3\n2001,8\n',
    { header: false, columns: ['column 1: 1999-01-01 2000-01-01 2001-01-01', 'column 2: 5 3 8'] },
  ],
  ['years that occur again', 'year,v\n1999,5\n1999,3\n2000,8\n', { columns: ['year: 1999 1999 2000', 'v: 5 3 8'] }],
  [
    'years and fractions',
    'decimal date,v\n1958.5,5\n1959,3\n',
    { columns: ['decimal date: 1958-07-02T12 1959-01-01', 'v: 5 3'] },
  ],
  [
    'dates of eight digits',
    'date,co2\n19580329,316\n19580405,317\n',
    { columns: ['date: 1958-03-29 1958-04-05', 'co2: 316 317'] },
  ],
  [
    'months of six digits',
    'month,v\n202011,5\n202012,3\n202101,8\n',
    { columns: ['month: 2020-11-01 2020-12-01 2021-01-01', 'v: 5 3 8'] },
  ],
  [
    'numbers like dates by another name',
    'part,v\n19580329,5\n19580405,3\n',
    { columns: ['part: 19580329 19580405', 'v: 5 3'] },
  ],
  [
    'seconds since 1970',
    'timestamp,v\n1700000000,5\n1700003600,3\n',
    { columns: ['timestamp: 2023-11-14T22:13:20 2023-11-14T23:13:20', 'v: 5 3'] },
  ],
  [
    'milliseconds since 1970',
    'createdTime,v\n1700000000000,5\n1700003600000,3\n',
    { columns: ['createdTime: 2023-11-14T22:13:20 2023-11-14T23:13:20', 'v: 5 3'] },
  ],
  [
    'ISO with time and zone',
    't,v\n2024-01-01T10:00:00+02:00,5\n2024-01-01 09:00:00Z,3\n',
    { columns: ['t: 2024-01-01T08 2024-01-01T09', 'v: 5 3'] },
  ],
  ['months in ISO', 'm,v\n2024-11,5\n2024-12,3\n', { columns: ['m: 2024-11-01 2024-12-01', 'v: 5 3'] }],
  ['quarters', 'q,v\n2023-Q4,5\n2024Q1,3\n', { columns: ['q: 2023-10-01 2024-01-01', 'v: 5 3'] }],
  [
    'day first, for a day is over 12',
    'd,v\n30/12/2023,5\n31/12/2023,3\n01/01/2024,3\n',
    { columns: ['d: 2023-12-30 2023-12-31 2024-01-01', 'v: 5 3 3'], warnings: [] },
  ],
  [
    'month first, for a day is over 12',
    'd,v\n12/30/2023,5\n12/31/2023,3\n1/1/2024,3\n',
    { columns: ['d: 2023-12-30 2023-12-31 2024-01-01', 'v: 5 3 3'], warnings: [] },
  ],
  [
    'day first, for months go on evenly',
    'd,v\n01/10/2023,5\n01/11/2023,3\n01/12/2023,3\n01/01/2024,2\n',
    { columns: ['d: 2023-10-01 2023-11-01 2023-12-01 2024-01-01', 'v: 5 3 3 2'], warnings: [] },
  ],
  [
    'month first, for months go on evenly',
    'd,v\n10/1/23,5\n11/1/23,3\n12/1/23,3\n1/1/24,2\n',
    { columns: ['d: 2023-10-01 2023-11-01 2023-12-01 2024-01-01', 'v: 5 3 3 2'], warnings: [] },
  ],
  [
    'slashes that tell nothing',
    'd,v\n01/02/2024,5\n02/02/2024,3\n03/02/2024,9\n',
    {
      columns: ['d: 2024-01-02 2024-02-02 2024-03-02', 'v: 5 3 9'],
      warnings: [/01\/02\/2024 are read as month-day-year/],
    },
  ],
  [
    'points that tell nothing',
    'd;v\n01.02.2024;5,5\n02.02.2024;3\n03.02.2024;9\n',
    {
      decimal: ',',
      columns: ['d: 2024-02-01 2024-02-02 2024-02-03', 'v: 5.5 3 9'],
      warnings: [/read as day-month-year/],
    },
  ],
  [
    'a clock of twelve hours',
    'd,v\n3/14/2024 12:30 AM,5\n3/14/2024 1:30 PM,3\n',
    { columns: ['d: 2024-03-14T00:30 2024-03-14T13:30', 'v: 5 3'] },
  ],
  [
    'English months',
    'd,v\nNov 2023,5\nDecember 2023,3\nJan. 2024,2\n',
    { columns: ['d: 2023-11-01 2023-12-01 2024-01-01', 'v: 5 3 2'] },
  ],
  [
    'months with days',
    'd,v\n"March 1, 2024",5\n"Mar 2, 2024",3\n',
    { columns: ['d: 2024-03-01 2024-03-02', 'v: 5 3'] },
  ],
  ['days before months', 'd,v\n28-Feb-2024,5\n1 March 2024,3\n', { columns: ['d: 2024-02-28 2024-03-01', 'v: 5 3'] }],
  ['German months', 'd;v\n1. März 2024;5\n1. Oktober 2024;3\n', { columns: ['d: 2024-03-01 2024-10-01', 'v: 5 3'] }],
  [
    'short months and years',
    'd,v\nDec-69,5\nJan-70,3\nFeb-70,3\n',
    { columns: ['d: 1969-12-01 1970-01-01 1970-02-01', 'v: 5 3 3'], warnings: [] },
  ],
  ['words that are no dates', 'd,v\nMonday,5\nTuesday,3\n', { columns: ['d: words', 'v: 5 3'] }],
  [
    'the latest row first',
    'd,v\n2024-01-03,5\n2024-01-02,3\n2024-01-01,2\n',
    { columns: ['d: 2024-01-01 2024-01-02 2024-01-03', 'v: 2 3 5'], warnings: [/latest row comes first/] },
  ],
  [
    'rows in disorder',
    'd,v\n2024-01-01,5\n2024-01-03,3\n2024-01-02,2\n2024-01-04,9\n',
    {
      columns: ['d: 2024-01-01 2024-01-02 2024-01-03 2024-01-04', 'v: 5 2 3 9'],
      warnings: [/not in the order of their dates \(line 4\)/],
    },
  ],
  [
    'a date twice',
    'd,v\n2024-01-01,5\n2024-01-02,3\n2024-01-02,2\n',
    {
      columns: ['d: 2024-01-01 2024-01-02 2024-01-02', 'v: 5 3 2'],
      warnings: [/2024-01-02 in "d" occurs again in line 4\./],
    },
  ],
  [
    'a gap',
    'd,v\n2024-01-01,5\n2024-01-02,3\n2024-01-09,2\n2024-01-10,9\n',
    {
      columns: ['d: 2024-01-01 2024-01-02 2024-01-09 2024-01-10', 'v: 5 3 2 9'],
      warnings: [/between 2024-01-02 and 2024-01-09 \(line 4\)/],
    },
  ],
  [
    'dates that change their form, as where two files were put together',
    'd,v\n2024-01-01,5\n2024-01-02,3\n2024-01-03,4\n04/01/2024,2\n05/01/2024,9\n06/01/2024,8\n',
    {
      columns: ['d: words', 'v: 5 3 4 2 9 8'],
      warnings: [/"d" has dates in more than one form, such as 2024-01-01 and 04\/01\/2024 \(line 5\)/],
    },
  ],
  [
    'dates that change their form after many rows',
    `d,v\n${Array.from({ length: 28 }, (_, at) => `2024-01-${String(at + 1).padStart(2, '0')},${(at * 5) % 7}\n`).join('')}${Array.from({ length: 25 }, (_, at) => `${at + 1}/02/2024,${(at * 3) % 8}\n`).join('')}`,
    {
      columns: [
        'd: words',
        'v: 0 5 3 1 6 4 2 0 5 3 1 6 4 2 0 5 3 1 6 4 2 0 5 3 1 6 4 2 0 3 6 1 4 7 2 5 0 3 6 1 4 7 2 5 0 3 6 1 4 7 2 5 0',
      ],
      warnings: [/"d" has dates in more than one form, such as 2024-01-01 and 1\/02\/2024 \(line 30\)/],
    },
  ],
  [
    'months as columns, with a total, of years of which the first and last are not whole',
    'Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec,Total\n2001,,,,,,,,,,1,2,3,6\n2002,4,5,6,7,,9,10,11,12,13,14,15,106\n2003,16,17,,,,,,,,,,,33\n',
    {
      columns: [
        'month: 2001-10-01 2001-11-01 2001-12-01 2002-01-01 2002-02-01 2002-03-01 2002-04-01 2002-05-01 2002-06-01 2002-07-01 2002-08-01 2002-09-01 2002-10-01 2002-11-01 2002-12-01 2003-01-01 2003-02-01',
        'value: 1 2 3 4 5 6 7 _ 9 10 11 12 13 14 15 16 17',
      ],
      warnings: [/"Jan" to "Dec" are the months of a year: .* as one series/, /1 in "value" \(first in line 3\)/],
    },
  ],
  [
    'months in another language, the latest year first',
    'Jahr;Januar;Februar;März;April;Mai;Juni;Juli;August;September;Oktober;November;Dezember\n2002;9;1;6;11;3;8;13;5;10;2;7;12\n2001;1;6;11;3;8;13;5;10;2;7;12;4\n',
    {
      columns: [
        `month: ${Array.from({ length: 24 }, (_, at) => `${2001 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`).join(' ')}`,
        `value: ${Array.from({ length: 24 }, (_, at) => ((at * 5) % 13) + 1).join(' ')}`,
      ],
      warnings: [/months of a year/, /not in the order of their dates/],
    },
  ],
  [
    'quarters as columns',
    'year,Q1,Q2,Q3,Q4\n2001,1,2,3,5\n2002,8,7,6,9\n',
    {
      columns: [
        'quarter: 2001-01-01 2001-04-01 2001-07-01 2001-10-01 2002-01-01 2002-04-01 2002-07-01 2002-10-01',
        'value: 1 2 3 5 8 7 6 9',
      ],
      warnings: [/"Q1" to "Q4" are the quarters of a year/],
    },
  ],
  [
    'months as columns that are numbered',
    'Year,1,2,3,4,5,6,7,8,9,10,11,12\n2001,9,1,6,11,3,8,13,5,10,2,7,12\n2002,4,9,1,6,11,3,8,13,5,10,2,7\n',
    {
      columns: [
        `month: ${Array.from({ length: 24 }, (_, at) => `${2001 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`).join(' ')}`,
        'value: 9 1 6 11 3 8 13 5 10 2 7 12 4 9 1 6 11 3 8 13 5 10 2 7',
      ],
      warnings: [/"1" to "12" are the months of a year/],
    },
  ],
  [
    'years as columns, months as rows',
    `month,${[2001, 2002, 2003, 2004, 2005].join(',')}\n${'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'
      .split(' ')
      .map(
        (name, at) =>
          `${name},${[0, 1, 2, 3, 4].map((year) => (year === 4 && at > 1 ? '' : 7 * (year * 12 + at))).join(',')}`,
      )
      .join('\n')}\n`,
    {
      columns: [
        `month: ${Array.from({ length: 50 }, (_, at) => `${2001 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`).join(' ')}`,
        `value: ${Array.from({ length: 50 }, (_, at) => 7 * at).join(' ')}`,
      ],
      warnings: [/The rows are months and the columns "2001" to "2005" years/],
    },
  ],
  [
    'years as columns, a row a country, some not from the first year on',
    'Country,Code,2001,2002,2003,2004,2005\nChad,TCD,,5,6,7,8\nPeru,PER,1,2,3,4,5\n',
    {
      columns: [
        'date: 2002-01-01 2003-01-01 2004-01-01 2005-01-01 2001-01-01 2002-01-01 2003-01-01 2004-01-01 2005-01-01',
        'Country: words',
        'Code: words',
        'value: 5 6 7 8 1 2 3 4 5',
      ],
      warnings: [/"2001" to "2005" are dates: each row is read as a series of its own/],
    },
  ],
  [
    'days as columns, the latest first, beside places of which some lack a part',
    'Region,Country,Lat,1/26/20,1/25/20,1/24/20,1/23/20,1/22/20\n,Chad,15.4,9,7,5,3,2\nHubei,China,30.9,8,6,4,2,1\nHunan,China,27.6,5,4,3,2,1\n',
    {
      columns: [
        `date: ${'2020-01-22 2020-01-23 2020-01-24 2020-01-25 2020-01-26 '.repeat(3).trim()}`,
        'Region: words',
        'Country: words',
        'value: 2 3 5 7 9 1 2 4 6 8 1 2 3 4 5',
      ],
      warnings: [/"1\/26\/20" to "1\/22\/20" are dates/],
    },
  ],
  [
    'months as columns, rows by numbers alone',
    'store,2020-01,2020-02,2020-03,2020-04,2020-05\n7,1,2,3,4,5\n9,6,7,8,9,10\n',
    {
      columns: [
        `date: ${'2020-01-01 2020-02-01 2020-03-01 2020-04-01 2020-05-01 '.repeat(2).trim()}`,
        'line: words',
        'value: 1 2 3 4 5 6 7 8 9 10',
      ],
    },
  ],
  [
    'money and percent, less than nothing in brackets',
    'a,b,c,d\n"$1,234.50",(12),5%,12 €\n"($2,000)",7,-6.5 %,-1.5 €\n-$3,(0.5),1e1,3 €\n',
    { columns: ['a: 1234.5 -2000 -3', 'b: -12 7 -0.5', 'c: 5 -6.5 10', 'd: 12 -1.5 3'] },
  ],
  [
    'money with decimal commas, a sign behind',
    'a;b\n1.234,50 EUR;12,5-\n2.000 EUR;7\n',
    { decimal: ',', columns: ['a: 1234.5 2000', 'b: -12.5 7'] },
  ],
  [
    'a title, a source and a blank line above',
    'Sales of the north\nSource: the office, 2024\n\nd,v,w\n2024-01-05,1,2\n2024-01-06,3,4\n2024-01-07,3,4\n2024-01-08,3,4\n',
    {
      columns: ['d: 2024-01-05 2024-01-06 2024-01-07 2024-01-08', 'v: 1 3 3 3', 'w: 2 4 4 4'],
      warnings: [/^The first 3 lines are left out: they stand above the table/],
    },
  ],
  [
    'a title above, padded to all columns, and a source below',
    'Sales of the north,,\n,,\nd,v,w\n2024-01-05,1,2\n2024-01-06,3,4\n2024-01-07,3,4\n2024-01-08,3,4\n,,\nSource: the office,,\n',
    {
      columns: ['d: 2024-01-05 2024-01-06 2024-01-07 2024-01-08', 'v: 1 3 3 3', 'w: 2 4 4 4'],
      warnings: [/^The first 2 lines/, /remark below the rows is left out \(line 9\)/],
    },
  ],
  [
    'a total and a remark below',
    'd,v\n2024-01-05,1\n2024-01-06,3\n2024-01-07,5\nTotal,9\n* preliminary figures\n',
    {
      columns: ['d: 2024-01-05 2024-01-06 2024-01-07', 'v: 1 3 5'],
      warnings: [/total below the rows is left out \(line 5\)/, /remark below the rows is left out \(line 6\)/],
    },
  ],
  [
    'units below the names',
    'time,t,p\n,°C,hPa\n2024-01-05,1,2\n2024-01-06,3,4\n2024-01-07,3,4\n2024-01-08,3,4\n',
    {
      columns: ['time: 2024-01-05 2024-01-06 2024-01-07 2024-01-08', 't: 1 3 3 3', 'p: 2 4 4 4'],
      warnings: [/left out: it says units, such as "°C"/],
    },
  ],
  ['weeks', 'w,v\n2020-W53,5\n2021-W01,3\n', { columns: ['w: 2020-12-28 2021-01-04', 'v: 5 3'] }],
  [
    'weekdays before dates',
    'd,v\n"Mon, 01 Jan 2024 10:00:00 GMT",5\n"Tue, 02 Jan 2024 10:00:00 GMT",3\n',
    { columns: ['d: 2024-01-01T10 2024-01-02T10', 'v: 5 3'] },
  ],
  [
    'German weekdays before dates',
    'd;v\nMo., 1.1.2024;5\nDienstag, 2.1.2024;3\n',
    { columns: ['d: 2024-01-01 2024-01-02', 'v: 5 3'] },
  ],
  [
    'times as a server logs them',
    'd,v\n[10/Oct/2000:13:55:36 -0700],5\n[10/Oct/2000:14:55:36 -0700],3\n',
    { columns: ['d: 2000-10-10T20:55:36 2000-10-10T21:55:36', 'v: 5 3'] },
  ],
  [
    'times as C writes them',
    'd,v\nThu Jan  2 10:00:00 2020,5\nThu Jan  2 11:00:00 2020,3\n',
    { columns: ['d: 2020-01-02T10 2020-01-02T11', 'v: 5 3'] },
  ],
  [
    'times without marks',
    'time,v\n20200102T100000Z,5\n20200102T110000Z,3\n',
    { columns: ['time: 2020-01-02T10 2020-01-02T11', 'v: 5 3'] },
  ],
  [
    'times of fourteen digits',
    'time,v\n20200102100000,5\n20200102110000,3\n',
    { columns: ['time: 2020-01-02T10 2020-01-02T11', 'v: 5 3'] },
  ],
  [
    'microseconds since 1970',
    'time,v\n1577959200000000,5\n1577962800000000,3\n',
    { columns: ['time: 2020-01-02T10 2020-01-02T11', 'v: 5 3'] },
  ],
  [
    'seconds since 1970 with a fraction',
    'ts,time,v\n1,1577959200.000,5\n2,1577962800.250,3\n',
    { columns: ['ts: 1 2', 'time: 2020-01-02T10 2020-01-02T11:00:00.250Z', 'v: 5 3'] },
  ],
  [
    'names with one less than the rows, which are named themselves, as R writes them',
    '"Weight","Feed"\n"1",26.5,4\n"2",27.6,5\n"3",36.5,3\n"4",40.3,2\n',
    { header: true, columns: ['column 1: 1 2 3 4', 'Weight: 26.5 27.6 36.5 40.3', 'Feed: 4 5 3 2'] },
  ],
  [
    'names that end with a delimiter, below a few lines of what they are of',
    'Series Id:           LNS14\n\nSeasonally Adjusted\n\nSeries id,Year,Value,\nLNS14,1959,5.8\nLNS14,1960,5.1\nLNS14,1961,5.3\nLNS14,1962,5.6\n',
    { columns: ['Series id: words', 'Year: 1959-01-01 1960-01-01 1961-01-01 1962-01-01', 'Value: 5.8 5.1 5.3 5.6'] },
  ],
  [
    'numbers that stand under one another',
    '  7.5  0.00\n 16.0 -1.25\n  5.5 10.00\n117.0  0.50 ',
    { delimiter: ' ', header: false, columns: ['column 1: 7.5 16 5.5 117', 'column 2: 0 -1.25 10 0.5'] },
  ],
  [
    'lines and footnotes below',
    'town,a,b\nRome,1,2\nParis,3,4\nBern,5,4\n=====\nFootnotes\n"1 - as counted, in May"\n',
    { columns: ['town: words', 'a: 1 3 5', 'b: 2 4 4'], warnings: [/remark below the rows is left out \(line 5\)/] },
  ],
  [
    'dates in columns for year and quarter',
    'year,quarter,v\n1959.0,1.0,7\n1959.0,2.0,5\n1959.0,4.0,6\n1960.0,1.0,9\n',
    {
      columns: ['date: 1959-01-01 1959-04-01 1959-10-01 1960-01-01', 'v: 7 5 6 9'],
      warnings: [/"year", "quarter" are read as one date/, /Rows are missing in "date" between 1959-Q2 and 1959-Q4/],
    },
  ],
  [
    'dates in columns for year, month, day and hour, and no day that is none',
    'No,Year,month,day,hour,pm\n1,2010,1,31,22,129\n2,2010,1,31,23,148\n3,2010,2,1,0,159\n',
    {
      columns: ['date: 2010-01-31T22 2010-01-31T23 2010-02-01', 'No: 1 2 3', 'pm: 129 148 159'],
      warnings: [/"Year", "month", "day", "hour" are read as one date/, /"No" only counts/],
    },
  ],
  [
    'periods beside years',
    'Año,Period,v\n1959,M11,7\n1959,M12,5\n1960,M01,6\n',
    { columns: ['date: 1959-11-01 1959-12-01 1960-01-01', 'v: 7 5 6'] },
  ],
  [
    'what is called a day and is none',
    'year,month,day,v\n2010,1,30,1\n2010,2,30,5\n2010,3,30,2\n',
    { columns: ['year: 2010 2010 2010', 'month: 1 2 3', 'day: 30 30 30', 'v: 1 5 2'] },
  ],
  [
    'a date column beside another',
    'from,to,v\n2024-01-01,2024-01-05,5\n2024-01-02,2024-01-04,3\n',
    { columns: ['from: 2024-01-01 2024-01-02', 'to: 2024-01-05 2024-01-04', 'v: 5 3'], warnings: [] },
  ],
];

function written(column: Column): string {
  if (column.kind === 'text') return `${column.name}: words`;
  const values = Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return '_';
    return column.kind === 'number' ? String(value) : shortest(new Date(value).toISOString());
  });
  return `${column.name}: ${values.join(' ')}`;
}

const shortest = (date: string) => date.replace(/(?::00)?(?:T00:00)?(?::00)?\.000Z$/, '').replace(/T00$/, '');

describe('readTable finds how a file writes its table', () => {
  it.each(cases)('%s', async (_, content, { columns, warnings, ...marks }) => {
    const table = await readTable(await openFile(content, 'table.csv'), {});
    expect(table.columns.map(written)).toEqual(columns);
    expect(table).toMatchObject(marks);
    if (warnings) expect(table.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
  });
});

describe('looksLikeTable', () => {
  it.each(cases)('knows a table: %s', async (_, content) => {
    expect(looksLikeTable(await openFile(content), {})).toMatchObject({ table: true });
  });

  it.each([
    ['prose', 'It was, all in all, a good day.\nNobody came, nobody went.\nThe end.\n', /no rows of numbers/],
    ['verses with a comma each', 'Roses are red,\nViolets are blue,\nSugar is sweet,\n', /none of them numeric/],
    ['source code', 'int main(void) {\n  int a = 1, b = 2;\n  return a + b;\n}\n', /./],
    ['a list of words', 'apple\npear\nplum\n', /no rows of numbers/],
    ['one line', '1,2,3\n', /fewer than two rows/],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0), /PNG picture/],
  ])('knows that this is none: %s', async (_, content, why) => {
    const look = looksLikeTable(await openFile(content, 'x.csv'), {});
    expect(look.table).toBe(false);
    expect(look.why).toMatch(why);
  });

  it('counts columns and rows', async () => {
    const content = `date;load;note\n${Array.from({ length: 9 }, (_, i) => `2024-01-0${i + 1};${i},5;fine`).join('\n')}`;
    expect(looksLikeTable(await openFile(content), {})).toMatchObject({
      table: true,
      why: 'it has 3 columns separated by semicolons, 1 of them numeric',
      numericColumns: 1,
      columns: 3,
      dates: 1,
      sentences: undefined,
      labels: undefined,
      rowsSeen: 9,
    });
  });
});
