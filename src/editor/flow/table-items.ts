import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { DatasetReport, TableSummary } from '../../protocol/dataset';
import { count, one, type ReadingItem } from './reading-item';

const delimiters: readonly (readonly [string, string])[] = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'vertical bar'],
  [' ', 'space'],
  ['json', 'none: each line is a JSON object'],
  ['parquet', 'none: Parquet'],
  ['lines', 'none: two files, line by line'],
];

/** Of a table of series. */
export function seriesItems(table: TableSummary, { reading }: DatasetReport): ReadingItem[] {
  const names = (kind: 'number' | 'date') => table.columns.filter((column) => column.kind === kind);
  const option = ({ name, missing }: TableSummary['columns'][number]) => ({
    value: name,
    label: excerpt(name),
    ...(missing > 0 && { description: `${missing} of ${table.rows} missing` }),
  });
  const numeric = names('number').map(option);
  const dates = names('date').map(option);
  const inputs = table.inputs.map((name) => excerpt(name, 20));
  const shown =
    inputs.length > 4 ? `${inputs.slice(0, 4).join(', ')} and ${inputs.length - 4} more` : inputs.join(', ');
  const texts = table.columns.filter(({ kind }) => kind === 'text').map(option);
  const by = table.series?.columns ?? [];
  return [
    one('target', 'Target column', excerpt(table.target), numeric, table.target),
    {
      key: 'columns',
      label: 'Input columns',
      now: shown,
      several: true,
      options: numeric.map((entry) => ({ ...entry, picked: table.inputs.includes(entry.value) })),
    },
    ...(dates.length > 0
      ? [one('date', 'Date column', table.date === undefined ? 'none' : excerpt(table.date), dates, table.date)]
      : []),
    ...(texts.length > 0 || by.length > 0
      ? [
          {
            key: 'group' as const,
            label: 'Series told apart by',
            now: by.length > 0 ? by.map((name) => excerpt(name)).join(', ') : 'nothing: one series',
            several: true,
            options: [
              { label: 'nothing: all rows are one series', value: 'none', picked: by.length === 0 },
              ...texts.map((entry) => ({ ...entry, picked: by.includes(entry.value) })),
            ],
          },
        ]
      : []),
    ...headItems(reading),
    ...dialectItems(table),
  ];
}

/** What is forecast, how far, and how. */
function headItems(reading: Reading): ReadingItem[] {
  const { horizon = 24, strategy = 'recursive', quantiles = [] } = reading;
  const strategies = [
    {
      value: 'recursive',
      label: 'row by row',
      description: 'each forecast is read as the next row; any number of rows',
    },
    {
      value: 'direct',
      label: 'all at once',
      description: 'the network says every row of the horizon, of the target alone',
    },
  ];
  return [
    count('horizon', 'Rows to forecast', horizon, 'rows', { min: 1, max: 1000 }),
    one(
      'strategy',
      'Forecast',
      strategies.find(({ value }) => value === strategy)?.label ?? strategy,
      strategies,
      strategy,
    ),
    lossItem(reading),
    ...(reading.loss === 'pinball' ? [quantileItem(quantiles)] : []),
  ];
}

function quantileItem(quantiles: readonly number[]): ReadingItem {
  const levels = (text: string) =>
    text
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number);
  return {
    ...{ key: 'quantiles', label: 'Quantiles', now: quantiles.join(', '), options: [], several: false },
    typed: {
      prompt: 'Levels between 0 and 1, apart by commas; the outer ones are the edges of the band',
      problem(text) {
        const values = levels(text);
        const isFit = values.length > 0 && values.length < 20 && values.every((value) => value > 0 && value < 1);
        return isFit ? undefined : 'At most 19 numbers between 0 and 1, such as 0.1, 0.5, 0.9';
      },
      read: levels,
    },
  };
}

function lossItem({ loss = 'mse' }: Reading): ReadingItem {
  const options = [
    { value: 'mse', label: 'the mean', description: 'one line; squared errors, so that great ones count most' },
    { value: 'mae', label: 'the median', description: 'one line; absolute errors, so that outliers count little' },
    { value: 'pinball', label: 'quantiles', description: 'a line in a band that holds eight of ten values' },
  ];
  return one('loss', 'What is forecast', options.find(({ value }) => value === loss)?.label ?? loss, options, loss);
}

/** How the table is written. */
export function dialectItems(table: TableSummary): ReadingItem[] {
  return [
    one(
      'delimiter',
      'Delimiter',
      delimiters.find(([mark]) => mark === table.delimiter)?.[1] ?? table.delimiter,
      delimiters.map(([value, label]) => ({ value, label })),
      table.delimiter,
    ),
    one(
      'decimal',
      'Decimal mark',
      table.decimal === '.' ? 'point' : 'comma',
      [
        { value: '.', label: 'point', description: '3.14' },
        { value: ',', label: 'comma', description: '3,14' },
      ],
      table.decimal,
    ),
    one(
      'header',
      'First row',
      table.header ? 'names the columns' : 'holds values',
      [
        { value: 'yes', label: 'names the columns' },
        { value: 'no', label: 'holds values' },
      ],
      table.header ? 'yes' : 'no',
    ),
  ];
}
