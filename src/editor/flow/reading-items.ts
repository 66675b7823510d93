import { excerpt } from '../../base/visible';
import type { Reading, TaskName } from '../../configuration/run';
import type { DatasetReport, TableSummary, TextSummary } from '../../protocol/dataset';
import { unitName } from '../../samples/language';
import { count, one, type ReadingItem } from './reading-item';
import { dialectItems, seriesItems } from './table-items';

const tableItems: Readonly<Record<TaskName, (table: TableSummary, report: DatasetReport) => ReadingItem[]>> = {
  language: () => [],
  frames: () => [],
  forecast: seriesItems,
  classify: (table) => columnItems(table, 'Column of labels'),
  translate: (table, { reading }) => [
    // Whatever looks like a number is a text there.
    ...columnItems(table, 'Column to write').filter(({ key }) => key !== 'decimal'),
    ...unitItems(reading, reading.tokens === 'auto' ? 'chars' : reading.tokens),
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

function videoItems({ frameLoss = 'squares', frameSize = 32 }: Reading): ReadingItem[] {
  const options = [
    { value: 'squares', label: 'Squared differences', description: 'for any shades' },
    { value: 'cross-entropy', label: 'Cross-entropy', description: 'for black and white' },
  ];
  const now = frameLoss === 'squares' ? 'squared differences' : 'cross-entropy';
  return [
    one('frameLoss', 'Learned by', now, options, frameLoss),
    count('frameSize', 'Longest side of a frame', frameSize, 'pixels', { min: 4, max: 256 }),
  ];
}

function textItems({ reading }: DatasetReport, { tokens }: TextSummary): ReadingItem[] {
  return unitItems(reading, tokens);
}

/** How a text is cut, and of pieces that are learned how many at most. */
function unitItems(reading: Reading, tokens: TextSummary['tokens']): ReadingItem[] {
  const { vocabularySize = 1024 } = reading;
  const size = count('vocabularySize', 'Tokens at most', vocabularySize, 'tokens', { min: 257, max: 32_768 });
  return [unitItem(reading, tokens), ...(tokens === 'byte-pair' ? [size] : [])];
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
