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
  const files = entries.length === 1 ? 'one file' : `${entries.length} files`;
  throw new UserError({
    what: `There is no task for what is in it: ${files}, of which ${told(entries)}`,
    where: name,
    wayOut: 'Choose a file inside it.',
  });
}

/** "3 are png and 1 is none that is known". */
function told(entries: readonly FileEntry[]): string {
  const counts = new Map<FileFormat | undefined, number>();
  for (const entry of entries) counts.set(formatOf(entry), (counts.get(formatOf(entry)) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([format, count]) => `${count} ${count === 1 ? 'is' : 'are'} ${format ?? 'of no kind that is read here'}`)
    .join(' and ');
}
