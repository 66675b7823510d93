import type { RunSnapshot } from '../../protocol/panel';
import { readRun } from '../../runs';
import { progressOf } from '../progress-text';
import type { RunList } from '../run-list';
import { columnsOf } from './columns';

/** A run as its folder and this window know it. Throws a `UserError` when the folder cannot be read. */
export async function snapshotOf(list: RunList, folder: string): Promise<RunSnapshot> {
  const { record, metrics, samples, probe } = await readRun(folder);
  const run = list.standing(folder, record);
  const last = metrics.at(-1);
  const active = run.state === 'running' || run.state === 'paused';
  return {
    folder,
    run,
    metrics: columnsOf(metrics),
    last,
    validated: metrics.findLast(({ validationLoss }) => validationLoss !== undefined),
    samples,
    probe,
    progress: active && last ? progressOf(last, run.configuration.training.steps) : undefined,
  };
}
