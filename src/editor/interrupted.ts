import { resumeTraining } from './commands/training';
import { plain, showMessage } from './messages';
import type { RunEntry } from './run-list';
import { neverResumeInterrupted, resumeInterrupted } from './settings';
import type { Studio } from './studio';

const key = 'unroll.offeredRuns';
const kept = 500;

/** Goes on with the runs that ended with the editor, or asks once about each, as the setting says. */
export async function offerInterrupted(studio: Studio): Promise<void> {
  const wish = resumeInterrupted();
  if (wish === 'never') {
    return;
  }
  const interrupted = studio.list.entries.filter(({ record }) => record.state === 'interrupted');
  if (wish === 'always') {
    resumeAll(studio, interrupted);
    return;
  }
  const offered = studio.memory.get<readonly string[]>(key, []);
  const fresh = interrupted.filter((entry) => !offered.includes(mark(entry)));
  if (fresh.length === 0) {
    return;
  }
  await studio.memory.update(key, [...fresh.map(mark), ...offered].slice(0, kept));
  const [first] = fresh;
  const text =
    fresh.length === 1 && first
      ? `The training of ${first.record.name} was interrupted at step ${stepOf(first)} of ${first.record.configuration.training.steps}.`
      : `${fresh.length} trainings were interrupted: ${fresh.map(({ record }) => record.name).join(', ')}.`;
  await showMessage('info', plain(text), [
    { label: fresh.length === 1 ? 'Continue' : 'Continue All', run: () => resumeAll(studio, fresh) },
    ...(fresh.length === 1 && first
      ? [{ label: 'Show Panel', run: () => studio.hosts.reveal(first.folder, false) }]
      : []),
    { label: "Don't Ask Again", run: neverResumeInterrupted },
  ]);
}

function resumeAll(studio: Studio, entries: readonly RunEntry[]): void {
  for (const { folder } of entries) {
    resumeTraining(studio, folder, {}, false);
  }
}

/** A run that is interrupted again, further on, is asked about again. */
const mark = (entry: RunEntry) => `${entry.folder}@${stepOf(entry)}`;
const stepOf = ({ record }: RunEntry) => record.result?.step ?? 0;
