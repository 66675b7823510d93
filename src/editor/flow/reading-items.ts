import { excerpt } from '../../base/visible';
import type { Reading, TaskName } from '../../configuration/run';
import type { DatasetReport, TableSummary, TextSummary } from '../../protocol/dataset';
import { unitName } from '../../samples/language';

/** A part of the reading that can be changed: what it is now, and what it could be. */
export interface ReadingItem {
  readonly key: keyof Reading;
  readonly label: string;
  readonly now: string;
  readonly options: readonly ReadingOption[];
  /** Whether several options hold at once. */
  readonly several: boolean;
}

export interface ReadingOption {
  readonly label: string;
  readonly description?: string;
  /** The value of the reading, or one of its values. */
  readonly value: string;
  readonly picked: boolean;
}

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

const tableItems: Readonly<Record<TaskName, (table: TableSummary, report: DatasetReport) => ReadingItem[]>> = {
  language: () => [],
  frames: () => [],
  forecast: seriesItems,
  classify: (table) => columnItems(table, 'Column of labels'),
  translate: (table, { reading }) => [
    // Whatever looks like a number is a text there.
    ...columnItems(table, 'Column to write').filter(({ key }) => key !== 'decimal'),
    unitItem(reading, reading.tokens === 'auto' ? 'chars' : reading.tokens),
  ],
  speech: (table) => columnItems(table, 'Column of transcripts').filter(({ key }) => key !== 'decimal'),
};

/** What of the reading of this file can be changed. */
export function readingItems(report: DatasetReport): readonly ReadingItem[] {
  return [
    ...(report.text ? textItems(report, report.text) : []),
    ...(report.table ? tableItems[report.task](report.table, report) : []),
    ...(report.video ? videoItems(report.reading) : []),
    ...encodingItems(report),
  ];
}

/** "3,120 characters, 61 different", "144 rows, target passengers" or "3,000 pairs, en → de". */
export function datasetLine({ task, text, table, audio, video }: DatasetReport): string {
  if (audio) {
    return `${audio.recordings.toLocaleString('en')} recordings, ${(audio.seconds / 60).toFixed(1)} minutes`;
  }
  if (text) {
    const unit = unitName[text.tokens];
    return `${text.tokenCount.toLocaleString('en')} ${unit}, ${text.vocabularySize.toLocaleString('en')} different`;
  }
  if (table && task === 'translate') {
    return `${table.rows.toLocaleString('en')} pairs, ${excerpt(table.inputs[0] ?? '')} → ${excerpt(table.target)}`;
  }
  if (table) {
    return `${table.rows.toLocaleString('en')} rows, target ${excerpt(table.target)}`;
  }
  if (video) {
    return `${video.frames.toLocaleString('en')} frames of ${video.height} × ${video.width} pixels`;
  }
  return '';
}

function videoItems({ frameLoss = 'squares' }: Reading): ReadingItem[] {
  const options = [
    { value: 'squares', label: 'Squared differences', description: 'for any shades' },
    { value: 'cross-entropy', label: 'Cross-entropy', description: 'for black and white' },
  ];
  const now = frameLoss === 'squares' ? 'squared differences' : 'cross-entropy';
  return [one('frameLoss', 'Learned by', now, options, frameLoss)];
}

function textItems({ reading }: DatasetReport, { tokens }: TextSummary): ReadingItem[] {
  return [unitItem(reading, tokens)];
}

function unitItem(reading: Reading, tokens: TextSummary['tokens']): ReadingItem {
  const options = [
    { value: 'chars', label: 'Characters', description: 'learns spelling first; for any text' },
    { value: 'words', label: 'Words', description: 'faster sentences; for long texts with few different words' },
    {
      value: 'byte-pair',
      label: 'Byte pairs',
      description: 'frequent pieces of words, learned from the file; nothing is unknown',
    },
    { value: 'bytes', label: 'Bytes', description: 'of UTF-8; for scripts of very many characters' },
  ];
  return one('tokens', 'Unit of text', unitName[tokens], options, reading.tokens);
}

/** Labels, or what is to be written, may be in any column, and what is read in any other. */
function columnItems(table: TableSummary, targetLabel: string): ReadingItem[] {
  const options = table.columns.map(({ name }) => ({ value: name, label: excerpt(name) }));
  const [text] = table.inputs;
  return [
    one('target', targetLabel, excerpt(table.target), options, table.target),
    {
      ...one(
        'columns',
        'Read',
        table.inputs.length === 1 ? excerpt(text ?? '') : `${table.inputs.length} columns`,
        options,
        text,
      ),
      several: true,
      options: options.map((option) => ({ ...option, picked: table.inputs.includes(option.value) })),
    },
    ...dialectItems(table),
  ];
}

function seriesItems(table: TableSummary, { reading }: DatasetReport): ReadingItem[] {
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
    lossItem(reading),
    ...dialectItems(table),
  ];
}

function lossItem({ loss = 'mse' }: Reading): ReadingItem {
  const options = [
    { value: 'mse', label: 'the mean', description: 'one line; squared errors, so that great ones count most' },
    { value: 'mae', label: 'the median', description: 'one line; absolute errors, so that outliers count little' },
    { value: 'pinball', label: 'quantiles', description: 'a line in a band that holds eight of ten values' },
  ];
  return one('loss', 'What is forecast', options.find(({ value }) => value === loss)?.label ?? loss, options, loss);
}

function dialectItems(table: TableSummary): ReadingItem[] {
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

function encodingItems({ path, text, table, reading }: DatasetReport): ReadingItem[] {
  const encoding = text?.encoding ?? table?.encoding;
  if (path === undefined || encoding === undefined) {
    return []; // An editor's text has been decoded already.
  }
  const options = ['utf-8', 'utf-16le', 'utf-16be', 'latin1'].map((value) => ({ value, label: value }));
  return [
    one('encoding', 'Encoding', encoding, options, encoding),
    one(
      'invalid',
      'Bytes that are not text',
      reading.invalid === 'error' ? 'are an error' : 'are replaced',
      [
        { value: 'error', label: 'are an error' },
        { value: 'replace', label: 'are replaced', description: 'by U+FFFD' },
      ],
      reading.invalid,
    ),
  ];
}

function one(
  key: keyof Reading,
  label: string,
  now: string,
  options: readonly Omit<ReadingOption, 'picked'>[],
  current: string | undefined,
): ReadingItem {
  return {
    key,
    label,
    now,
    several: false,
    options: options.map((option) => ({ ...option, picked: option.value === current })),
  };
}
