import type { RunSnapshot } from '../../protocol/panel';
import { readRun } from '../../runs';
import { progressOf } from '../progress-text';
import type { RunList } from '../run-list';
import { columnsOf } from './columns';

/** A run as its folder and this window know it. Throws a `UserError` when the folder cannot be read. */
export async function snapshotOf(list: RunList, folder: string): Promise<RunSnapshot> {
  const { record, metrics, samples, probe } = await readRun(folder);
  const run = list.standing(folder, record);
  // Most points lie between two validations; the errors shown are those of the latest.
  const validated = metrics.findLast(({ validationError }) => validationError !== undefined);
  const latest = metrics.at(-1);
  const last =
    latest && validated?.validationError ? { validationError: validated.validationError, ...latest } : latest;
  const active = run.state === 'running' || run.state === 'paused';
  return {
    folder,
    run,
    metrics: columnsOf(metrics),
    last,
    samples,
    probe,
    progress: active && last ? progressOf(last, run.configuration.training.steps) : undefined,
  };
}
