import type { Reading, TaskName } from '../configuration/run';
import { type DatasetFile, looksLikeTable } from '../data';
import type { DatasetReport } from '../protocol/dataset';

export type Detection = Pick<DatasetReport, 'task' | 'why' | 'ambiguous' | 'alternatives'>;

/** Which task suits a file, judged by its content, and what else it could be. */
export function detectTask(file: DatasetFile, reading: Reading): Detection {
  if (reading.task !== 'auto') return { task: reading.task, why: 'as asked for', ambiguous: false, alternatives: [] };
  const asText = { task: 'language' as TaskName, why: 'learn the file as plain text, character by character' };
  if (reading.target !== undefined || reading.columns !== undefined || reading.date !== undefined)
    return { task: 'forecast', why: 'a column is named', ambiguous: false, alternatives: [asText] };
  const look = looksLikeTable(file, reading);
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
