import { resolve } from 'node:path';
import { UserError } from '../base/user-error';
import { type EngineConfiguration, isCellName } from '../configuration/run';
import type { BenchSizes } from '../protocol/bench';
import type { WorkerClient } from '../worker/start';
import benchRowSizes from './bench-rows.json';

/**
 * The models that are measured: four of language, from one that fits in the first cache to one that fills the second, and the
 * usual ones of other tasks.
 */
const rows = benchRowSizes as Readonly<Record<string, BenchSizes>>;

export interface BenchRequest {
  readonly command: 'bench';
  readonly rows: readonly string[];
  /** Names, or paths of `.cell` files. */
  readonly cells: readonly string[];
  readonly seconds: number;
  readonly engine: Partial<EngineConfiguration>;
  readonly json: boolean;
}

/** A list of rows as an option has it: `1,2,translate`. Throws a UserError for a row that is none. */
export function benchRows(value = '1,2,3'): string[] {
  return value.split(',').map((word) => {
    if (Object.hasOwn(rows, word)) return word;
    throw new UserError({
      what: `"${word}" is no row of the bench`,
      where: '--rows',
      wayOut: `Choose among ${Object.keys(rows).join(' ')}, as in --rows 1,2.`,
    });
  });
}

/** Times training steps, one row and cell after another. */
export async function bench(
  worker: WorkerClient,
  { rows: wanted, cells, seconds, engine, json }: BenchRequest,
  write: (line: string | object) => void,
): Promise<void> {
  if (!json)
    write(
      'row        cell                 batch × steps × units × layers   best ms   median ms   of the roof   engine',
    );
  for (const row of wanted) {
    const sizes = rows[row];
    if (!sizes) continue;
    for (const cell of cells) {
      const choice = isCellName(cell) ? cell : resolve(cell);
      const { engine: used, times, roof } = await worker.call('bench', { cell: choice, sizes, engine, seconds });
      const { operations } = times;
      const share = roof === undefined || operations === undefined ? undefined : operations / times.best / 1e6 / roof;
      const name = used.variant === undefined ? used.backend : `${used.backend} ${used.variant}`;
      if (json) {
        const { best, median, firstStep, steps, losses } = times;
        const shareOfRoof = share === undefined ? undefined : Number(share.toFixed(3));
        write({
          type: 'bench',
          row,
          cell,
          engine: name,
          threads: used.threads,
          best,
          median,
          firstStep,
          steps,
          losses,
          shareOfRoof,
        });
        continue;
      }
      const { batch, timeSteps, units, layers } = sizes;
      write(
        [
          row.padEnd(10),
          cell.padEnd(20),
          `${batch} × ${timeSteps} × ${units} × ${layers}`.padEnd(32),
          times.best.toFixed(3).padStart(8),
          times.median.toFixed(3).padStart(11),
          (share === undefined ? '' : `${Math.round(100 * share)} %`).padStart(13),
          `  ${name}, ${used.threads} ${used.threads === 1 ? 'thread' : 'threads'}`,
        ].join(' '),
      );
    }
  }
}
