import type { MetricsPoint, RunRecord } from '../protocol/run';
import { listRuns, readRecord } from '../runs';
import { Signal, type Subscription } from './signal';
import type { Training, Trainings } from './training';

export interface RunEntry {
  readonly folder: string;
  /** As it stands now. */
  readonly record: RunRecord;
  /** The last point of a training in this window. */
  readonly last: MetricsPoint | undefined;
  /** Whether this window trains it. */
  readonly here: boolean;
}

/** Every run under the roots, newest first, and what becomes of those in training. */
export class RunList {
  /** One entry, or undefined when the list itself changed. */
  readonly changed = new Signal<RunEntry | undefined>();
  private records = new Map<string, RunRecord>();
  private refreshing: Promise<void> | undefined;
  private again = false;
  private readonly subscriptions: readonly Subscription[];

  constructor(
    private readonly trainings: Trainings,
    private readonly roots: () => readonly string[],
    private readonly report: (problem: string) => void,
  ) {
    this.subscriptions = [
      trainings.told.on(({ folder, name, value }) => {
        if (name === 'run') {
          this.put(folder, value);
        }
      }),
      trainings.changed.on((training) => this.touch(training)),
      trainings.ended.on(({ training }) => void this.reread(training.folder)),
    ];
  }

  get entries(): readonly RunEntry[] {
    return [...this.records]
      .map(([folder, record]) => this.entry(folder, record))
      .sort((one, other) => other.record.createdAt.localeCompare(one.record.createdAt));
  }

  of(folder: string): RunEntry | undefined {
    const record = this.records.get(folder);
    return record && this.entry(folder, record);
  }

  /** Reads all roots; calls during a reading lead to one more, not to many. */
  refresh(): Promise<void> {
    if (this.refreshing) {
      this.again = true;
      return this.refreshing;
    }
    this.refreshing = this.readAll().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  /** Reads one run that changed on the disk, or forgets it when it is gone. */
  async reread(folder: string): Promise<void> {
    try {
      this.put(folder, await readRecord(folder));
    } catch (error) {
      this.report(`${folder}: ${error instanceof Error ? error.message : error}`);
      if (this.records.delete(folder)) {
        this.changed.fire(undefined);
      }
    }
  }

  /** The record with its state as this window knows it. */
  standing(folder: string, record: RunRecord): RunRecord {
    const training = this.trainings.of(folder);
    return training?.state === 'paused' && record.state === 'running' ? { ...record, state: 'paused' } : record;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private async readAll(): Promise<void> {
    do {
      this.again = false;
      const found = new Map<string, RunRecord>();
      for (const root of this.roots()) {
        try {
          const { runs, broken } = await listRuns(root);
          for (const { folder, record } of runs) {
            found.set(folder, record);
          }
          for (const { folder, reason } of broken) {
            this.report(`${folder}: ${reason}`);
          }
        } catch (error) {
          this.report(`${root}: ${error instanceof Error ? error.message : error}`);
        }
      }
      this.records = found;
    } while (this.again);
    this.changed.fire(undefined);
  }

  private put(folder: string, record: RunRecord): void {
    const known = this.records.has(folder);
    this.records.set(folder, record);
    this.changed.fire(known ? this.entry(folder, record) : undefined);
  }

  private touch({ folder }: Training): void {
    const entry = this.of(folder);
    if (entry) {
      this.changed.fire(entry);
    }
  }

  private entry(folder: string, record: RunRecord): RunEntry {
    const training = this.trainings.of(folder);
    return {
      folder,
      record: this.standing(folder, record),
      last: training?.last,
      here: training !== undefined,
    };
  }
}
