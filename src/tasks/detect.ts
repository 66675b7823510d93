import { excerpt } from '../base/visible';
import type { Reading, TaskName } from '../configuration/run';
import { type DatasetFile, looksLikeTable, type TableLook } from '../data';
import type { Alternative, DatasetReport } from '../protocol/dataset';

export type Detection = Pick<DatasetReport, 'task' | 'why' | 'ambiguous' | 'alternatives'>;

/** Which task suits a file, judged by its content, and what else it could be. */
export function detectTask(file: DatasetFile, reading: Reading): Detection {
  if (reading.task !== 'auto') return { task: reading.task, why: 'as asked for', ambiguous: false, alternatives: [] };
  const asText = { task: 'language' as TaskName, why: 'learn the file as plain text, character by character' };
  const look = looksLikeTable(file, reading);
  const classes = asClasses(look);
  if (reading.target !== undefined || reading.columns !== undefined || reading.date !== undefined) {
    const asTable = { task: 'forecast' as TaskName, why: 'a column is named' };
    return classes && reading.date === undefined && look.sentences
      ? { ...classes, ambiguous: false, alternatives: [asTable, asText] }
      : { ...asTable, ambiguous: false, alternatives: classes ? [classes, asText] : [asText] };
  }
  if (classes) {
    const asTable = { task: 'forecast' as TaskName, why: look.why };
    const others = look.numericColumns > 0 ? [asTable, asText] : [asText];
    // Sentences beside labels mean one thing only; rows of numbers beside labels may also be a series.
    if (look.sentences || look.dates === 0)
      return { ...classes, ambiguous: look.sentences === undefined, alternatives: others };
  }
  if (look.table && look.numericColumns > 0) {
    const asTable = { task: 'forecast' as TaskName, why: look.why };
    const others = look.columns - look.numericColumns;
    // One column of dates and one of names go with a series; more text than that is a table about something else.
    return others > 2 && others > look.numericColumns
      ? { ...asText, ambiguous: true, alternatives: [asTable] }
      : { ...asTable, ambiguous: false, alternatives: [asText] };
  }
  // A file that calls itself a table gets the table's reader, whose message says what is missing.
  if (/\.(csv|tsv|tab)$/i.test(file.name))
    return { task: 'forecast', why: 'the name says a table', ambiguous: false, alternatives: [asText] };
  return { task: 'language', why: 'it is text and not a table of numbers', ambiguous: false, alternatives: [] };
}

/** Names that numbers in rows of numbers are labels by: surer ones than those that only decide between columns. */
const labelNames = /^(label|labels|class|category|target|species|y)$/i;

/** Why a table is one of labelled examples; undefined where it is none. */
function asClasses({ sentences, labels, numericColumns, columns, dates }: TableLook): Alternative | undefined {
  if (!labels || labels === sentences) return undefined;
  const column = labels.name === undefined ? 'a column' : `"${excerpt(labels.name)}"`;
  const why = `${column} has ${labels.distinct} values that come again, beside`;
  if (sentences) return { task: 'classify', why: `${why} sentences` };
  // Rows of numbers with one column that says what they are.
  const words = columns - numericColumns - dates;
  const isSure = labels.kind === 'text' ? words === 1 : words === 0 && labelNames.test(labels.name ?? '');
  return isSure && numericColumns > 1 ? { task: 'classify', why: `${why} rows of numbers` } : undefined;
}
