import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { visible } from '../base/visible';
import type { RunChoices } from '../configuration/run';
import type { DatasetSource } from '../protocol/dataset';
import type { Progress } from '../protocol/panel';
import type { MetricsPoint, RunRecord, Sample, SampleRequest } from '../protocol/run';
import type { CellText, Outcome, WorkerEvents } from '../protocol/worker';
import type { OnEvent, WorkerClient } from '../worker/start';
import { progressOf } from './progress-text';
import { Signal } from './signal';

/** What to train: a new run, or the rest of one. */
export type Order =
  | {
      readonly kind: 'train';
      readonly source: DatasetSource;
      readonly choices: RunChoices;
      /** The cell's text, where an editor has it. */
      readonly cell?: CellText | undefined;
      /** Path of a model whose weights it begins with. */
      readonly model?: string | undefined;
      readonly folder: string;
    }
  | {
      readonly kind: 'resume';
      readonly folder: string;
      readonly name: string;
      readonly steps?: number | undefined;
      /** What is to compute from now on, where that is another engine. */
      readonly engine?: RunChoices['engine'];
    };

export type TrainingState = 'starting' | 'running' | 'paused' | 'stopping' | 'ended';

/** Starts a worker; what its training tells goes to the listener. */
export type StartWorker = (onEvent: OnEvent) => WorkerClient;

/** `lost`: the worker went away; the run's last checkpoint stands. `cancelled`: stopped before anything was written. */
export type Ending =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'error' | 'lost'; readonly error: unknown }
  | { readonly kind: 'cancelled' };

/** A worker's event, with the run it belongs to. */
export type Told = {
  readonly [N in keyof WorkerEvents]: { readonly folder: string; readonly name: N; readonly value: WorkerEvents[N] };
}[keyof WorkerEvents];

/** One run while it is being trained, in a worker of its own. */
export class Training {
  state: TrainingState = 'starting';
  record: RunRecord | undefined;
  last: MetricsPoint | undefined;
  readonly changed = new Signal<void>();
  readonly told = new Signal<Told>();
  readonly ended: Promise<Ending>;
  private readonly client: WorkerClient;
  /** The dataset is read, and from then on a run may be written. */
  private read = false;

  constructor(
    readonly order: Order,
    start: StartWorker,
  ) {
    this.client = start((name, value) => this.hear({ folder: this.folder, name, value } as Told));
    this.ended = this.run();
  }

  get folder(): string {
    return this.order.folder;
  }

  /** The run's name, or the dataset's until the run is there; safe to show. */
  get title(): string {
    const { order, record } = this;
    if (record) {
      return visible(record.name);
    }
    if (order.kind === 'resume') {
      return visible(order.name);
    }
    const { source } = order;
    return visible(source.kind === 'text' ? source.name : basename(source.path));
  }

  get progress(): Progress | undefined {
    return this.last && this.record ? progressOf(this.last, this.record.configuration.training.steps) : undefined;
  }

  async pause(): Promise<void> {
    await this.client.call('pause', {});
    this.become('running', 'paused');
  }

  async unpause(): Promise<void> {
    await this.client.call('unpause', {});
    this.become('paused', 'running');
  }

  /** Ends the training after the current step, with a checkpoint, or at once while it reads; settles when it has ended. */
  async stop(): Promise<void> {
    if (this.state === 'ended') {
      return;
    }
    this.state = 'stopping';
    this.changed.fire();
    await (this.read ? this.client.call('stop', {}) : this.client.terminate());
    await this.ended;
  }

  sample(request: SampleRequest): Promise<Sample> {
    return this.client.call('sample', { folder: this.folder, request });
  }

  probe(input: string) {
    return this.client.call('probe', { folder: this.folder, input });
  }

  async rename(name: string): Promise<void> {
    await this.client.call('rename', { folder: this.folder, name });
  }

  /** For the moment when the editor closes: ends with a checkpoint, so that the run counts as interrupted. */
  async suspend(): Promise<void> {
    await this.client.call('stop', { forNow: true });
    await this.ended;
  }

  private become(from: TrainingState, to: TrainingState): void {
    if (this.state === from) {
      this.state = to;
      this.changed.fire();
    }
  }

  private hear(told: Told): void {
    if (told.name === 'dataset') {
      this.read = true;
    } else if (told.name === 'run') {
      const first = this.record === undefined;
      this.record = told.value;
      if (this.state === 'stopping') {
        if (first) {
          // Asked for before the worker had a training to stop.
          void this.client.call('stop', {}).catch(() => undefined);
        }
      } else if (told.value.state === 'running' || told.value.state === 'paused') {
        this.state = told.value.state;
      }
    } else if (told.name === 'metrics') {
      this.last = told.value;
    }
    this.told.fire(told);
    this.changed.fire();
  }

  private async run(): Promise<Ending> {
    const { order, client } = this;
    const work: Promise<Outcome> =
      order.kind === 'train'
        ? client.call('train', {
            source: order.source,
            choices: order.choices,
            cell: order.cell,
            model: order.model,
            folder: order.folder,
          })
        : client.call('resume', { folder: order.folder, steps: order.steps, engine: order.engine });
    const ending = await work.then(
      (outcome): Ending => ({ kind: 'outcome', outcome }),
      async (error: unknown): Promise<Ending> => {
        const gone = await this.gone();
        return gone && this.state === 'stopping' && !this.read
          ? { kind: 'cancelled' }
          : { kind: gone ? 'lost' : 'error', error };
      },
    );
    this.state = 'ended';
    this.changed.fire();
    void client.terminate();
    return ending;
  }

  /** Whether the worker has ended: where that was the reason of a rejection, it is known by the next turn. */
  private gone(): Promise<boolean> {
    return Promise.race([this.client.exited.then(() => true), delay(0, false)]);
  }
}

/** All trainings of this window: one worker each. */
export class Trainings {
  readonly began = new Signal<Training>();
  readonly changed = new Signal<Training>();
  readonly told = new Signal<Told>();
  readonly ended = new Signal<{ readonly training: Training; readonly ending: Ending }>();
  private readonly live = new Map<string, Training>();

  constructor(private readonly start: StartWorker) {}

  get all(): readonly Training[] {
    return [...this.live.values()];
  }

  of(folder: string): Training | undefined {
    return this.live.get(folder);
  }

  /** Starts a worker with this order; a run that is in training already is returned as it is. */
  begin(order: Order): Training {
    const present = this.live.get(order.folder);
    if (present) {
      return present;
    }
    const training = new Training(order, this.start);
    this.live.set(order.folder, training);
    training.told.on((told) => this.told.fire(told));
    training.changed.on(() => this.changed.fire(training));
    void training.ended.then((ending) => {
      this.live.delete(order.folder);
      this.ended.fire({ training, ending });
    });
    this.began.fire(training);
    return training;
  }

  /** Saves and ends every training within `milliseconds`; what is not done by then goes on from its last checkpoint. */
  async suspendAll(milliseconds: number): Promise<void> {
    const work = Promise.allSettled(this.all.map((training) => training.suspend()));
    await Promise.race([work, delay(milliseconds, undefined, { ref: false })]);
  }
}
