import { UserError } from '../base/user-error';
import { type DatasetFile, type FileEntry, type FileFormat, formatOf } from '../data';
import type { Detection } from './detect';

/**
 * Which task suits a folder or a ZIP archive, judged by what most of its files are.
 *
 * @throws UserError where none does
 */
export function detectEntries({ name }: DatasetFile, entries: readonly FileEntry[]): Detection {
  const recordings = entries.filter((entry) => ['wav', 'flac', 'ogg', 'mp3'].includes(formatOf(entry) ?? '')).length;
  if (recordings > entries.length / 2)
    return { task: 'speech', why: `${recordings} of its files are recordings`, ambiguous: false, alternatives: [] };
  throw new UserError({
    what: `There is no task for what is in it: ${told(entries)}`,
    where: name,
    wayOut: 'Choose a file inside it, or a folder of several recordings or pictures.',
  });
}

/** "3 png files and 1 file of no kind that is read here". */
function told(entries: readonly FileEntry[]): string {
  const counts = new Map<FileFormat | undefined, number>();
  for (const entry of entries) counts.set(formatOf(entry), (counts.get(formatOf(entry)) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([format, count]) => {
      const files = `file${count === 1 ? '' : 's'}`;
      return format ? `${count} ${format} ${files}` : `${count} ${files} of no kind that is read here`;
    })
    .join(' and ');
}
