import { excerpt } from '../base/visible';
import type { Reading, TaskName } from '../configuration/run';
import { type DatasetFile, holdsObjects, looksLikeFrames, looksLikeTable, type TableLook } from '../data';
import type { Alternative, DatasetReport } from '../protocol/dataset';
import { detectEntries } from './detect-entries';

export type Detection = Pick<DatasetReport, 'task' | 'why' | 'ambiguous' | 'alternatives'>;

/**
 * Which task suits a file or a folder, judged by its content, and what else it could be.
 *
 * @throws UserError of a folder or an archive for which there is none
 */
export function detectTask(file: DatasetFile, reading: Reading): Detection {
  if (reading.task !== 'auto') return { task: reading.task, why: 'as asked for', ambiguous: false, alternatives: [] };
  const video = looksLikeFrames(file);
  if (video !== undefined) return { task: 'frames', why: video, ambiguous: false, alternatives: [] };
  if (file.entries) return detectEntries(file, file.entries);
  const look = looksLikeTable(file, reading);
  const isOfObjects = holdsObjects(file, reading);
  const asText = {
    task: 'language' as TaskName,
    why: isOfObjects ? 'learn the texts of its longest column' : 'learn the file as plain text, character by character',
  };
  const classes = asClasses(look);
  const pair = asPair(look);
  if (reading.target !== undefined || reading.columns !== undefined || reading.date !== undefined) {
    const asTable = { task: 'forecast' as TaskName, why: 'a column is named' };
    if (pair && reading.date === undefined) return { ...pair, ambiguous: false, alternatives: [asTable, asText] };
    return classes && reading.date === undefined && look.sentences
      ? { ...classes, ambiguous: false, alternatives: [asTable, asText] }
      : { ...asTable, ambiguous: false, alternatives: classes ? [classes, asText] : [asText] };
  }
  if (classes) {
    const asTable = { task: 'forecast' as TaskName, why: look.why };
    const others = look.numericColumns > 0 ? [asTable, asText] : [asText];
    // Sentences beside labels mean one thing only; rows of numbers beside labels may also be a series.
    if (look.sentences || look.dates === 0)
      return { ...classes, ambiguous: !look.sentences && !look.beside, alternatives: others };
  }
  if (pair && look.pair) return { ...pair, ambiguous: !look.pair.isSure, alternatives: [asText] };
  if (look.table && look.numericColumns > 0) {
    const asTable = { task: 'forecast' as TaskName, why: look.why };
    if (look.sentences && look.numericColumns === look.countingColumns)
      return {
        ...asText,
        why: 'it has texts, and no numbers but those that count them',
        ambiguous: false,
        alternatives: [asTable],
      };
    const others = look.columns - look.numericColumns;
    // One column of dates and one of names go with a series; more text than that is a table about something else.
    return others > 2 && others > look.numericColumns
      ? { ...asText, ambiguous: true, alternatives: [asTable] }
      : { ...asTable, ambiguous: false, alternatives: [asText] };
  }
  // A file that calls itself a table gets the table's reader, whose message says what is missing.
  if (/\.(csv|tsv|tab)$/i.test(file.name))
    return { task: 'forecast', why: 'the name says a table', ambiguous: false, alternatives: [asText] };
  const why = isOfObjects ? 'its rows are objects with texts' : 'it is text and not a table of numbers';
  return { task: 'language', why, ambiguous: false, alternatives: [] };
}

/** Texts of a word or two beside others are told from any other words by their number alone. */
const fewestTexts = 20;

/** Why a table is one of translations; undefined where it is none. */
function asPair({ pair, rowsSeen }: TableLook): Alternative | undefined {
  if (!pair || (!pair.isSure && rowsSeen < fewestTexts)) return undefined;
  const [source, target] = [pair.source, pair.target].map(({ name }) => name && `"${excerpt(name)}"`);
  const which = source && target ? `${source} and ${target} are` : 'two columns are';
  return { task: 'translate', why: `${which} texts that differ from row to row, as sources and translations do` };
}

/** Names that numbers in rows of numbers are labels by: surer ones than those that only decide between columns. */
const labelNames = /^(label|labels|class|category|target|species|y)$/i;

/** Why a table is one of labelled examples; undefined where it is none. */
function asClasses({
  sentences,
  texts,
  labels,
  numericColumns,
  columns,
  dates,
  beside,
  rowsSeen,
}: TableLook): Alternative | undefined {
  if (beside && numericColumns >= beside.steps)
    return {
      task: 'classify',
      why: `"${excerpt(beside.name)}" stands beside ${beside.steps} columns that are named as steps`,
    };
  if (!labels || labels === sentences) return undefined;
  const column = labels.name === undefined ? 'a column' : `"${excerpt(labels.name)}"`;
  const why = `${column} has ${labels.distinct} values that come again, beside`;
  if (sentences) return { task: 'classify', why: `${why} sentences` };
  if (
    texts &&
    rowsSeen >= fewestTexts &&
    labels.kind === 'text' &&
    columns === 2 &&
    numericColumns === 0 &&
    dates === 0
  )
    return { task: 'classify', why: `${why} texts` };
  // Rows of numbers with one column that says what they are.
  const words = columns - numericColumns - dates;
  const isSure = labels.kind === 'text' ? words === 1 : words === 0 && labelNames.test(labels.name ?? '');
  return isSure && numericColumns > 1 ? { task: 'classify', why: `${why} rows of numbers` } : undefined;
}
