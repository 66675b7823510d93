import type { PanelCalls, PanelEvents, RunSnapshot, RunUpdate } from '../../protocol/panel';
import type { RunState, Sample } from '../../protocol/run';
import type { CallMessage, ReplyMessage } from '../../protocol/worker';
import { readable, toWire } from '../readable';
import type { Subscription } from '../signal';
import type { Trainings } from '../training';
import { Sent } from './sent';
import { UpdateBuffer } from './update-buffer';

/** What a page asks for and its session cannot answer from the run alone. */
export type PanelActions = {
  readonly [N in Exclude<keyof PanelCalls, 'open'>]: (
    request: Parameters<PanelCalls[N]>[0],
  ) => Promise<ReturnType<PanelCalls[N]>>;
};

export interface PanelServices {
  readonly trainings: Trainings;
  readonly actions: PanelActions;
  /** Reads a run's folder. Throws a `UserError` when it cannot be read. */
  snapshot(folder: string): Promise<RunSnapshot>;
  /** The run of a view that has none of its own. */
  current(): string | undefined;
  /** Calls back when another process writes to the run. */
  watch(folder: string, changed: () => void): Subscription;
}

const frameMilliseconds = 16;
const active: readonly RunState[] = ['running', 'paused'];

/** The run that the page has, and what came since. */
interface Following {
  readonly folder: string;
  readonly buffer: UpdateBuffer;
  readonly sent: Sent;
}

/**
 * One page of the panel and the run it shows. The run's folder is read first and then followed, whether it is in
 * training here, in another process, or finished: what arrives while the folder is read is held back until the page
 * has the snapshot, and what the snapshot holds already is dropped.
 */
export class PanelSession {
  private attached = false;
  private following: Following | undefined;
  private generation = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Samples that were asked for while the page was hidden. */
  private unseen: readonly Sample[] = [];
  private foreign: Subscription | undefined;
  /** Buffers of runs whose folder is being read. */
  private readonly reading = new Map<string, UpdateBuffer>();
  private readonly subscriptions: readonly Subscription[];

  /**
   * @param post sends a message to the page
   * @param folder the run that is shown whatever the page asks for; undefined: what it showed before, or the current
   * @param opened told each time the page gets a run
   */
  constructor(
    private readonly services: PanelServices,
    private readonly post: (message: ReplyMessage) => void,
    private folder: string | undefined,
    private readonly opened: (snapshot: RunSnapshot) => void = () => {},
  ) {
    const { trainings } = services;
    this.subscriptions = [
      trainings.told.on((told) => {
        const { following } = this;
        const followed = following?.folder === told.folder ? following.buffer : undefined;
        const buffer = this.reading.get(told.folder) ?? followed;
        if (buffer?.add(told)) {
          this.schedule();
        }
      }),
      // A run that goes on has lost the points after its checkpoint: the page starts over when the worker is ready.
      trainings.began.on((training) => {
        if (training.order.kind === 'resume' && training.folder === this.folder) {
          const first = training.told.on(({ name }) => {
            if (name === 'run') {
              first.dispose();
              void this.show(training.folder);
            }
          });
        }
      }),
      trainings.ended.on(({ training }) => void this.refresh(training.folder)),
    ];
  }

  get shown(): string | undefined {
    return this.folder;
  }

  /** Answers a call of the page. */
  async receive({ id, call, argument }: CallMessage): Promise<void> {
    try {
      this.post({ id, result: call === 'open' ? await this.open(argument) : await this.act(call, argument) });
      this.tellUnseen();
      this.schedule();
    } catch (error) {
      this.post({ id, error: toWire(error) });
    }
  }

  /** Shows another run from now on; a page that is not there yet will ask for it. */
  async show(folder: string): Promise<void> {
    if (folder !== this.folder) {
      this.unseen = [];
    }
    this.folder = folder;
    if (!this.attached) {
      return;
    }
    try {
      const snapshot = await this.follow(folder);
      if (snapshot) {
        this.tell('show', snapshot);
        this.schedule();
      }
    } catch (error) {
      this.tell('gone', { folder, error: readable(error) });
    }
  }

  /** Tells the page news of the run that no worker told. What a person asked for waits for a page that is hidden. */
  push(update: RunUpdate): void {
    if (this.following?.folder === update.folder) {
      this.tell('update', update);
    } else if (update.asked && this.folder === update.folder) {
      this.unseen = [...this.unseen, ...update.asked];
    }
  }

  /** The run was deleted. */
  gone(folder: string): void {
    if (folder === this.folder) {
      this.forget();
      this.folder = undefined;
      if (this.attached) {
        const error = { what: 'This run was deleted', wayOut: 'Open another run, or train a new one.' };
        this.tell('gone', { folder, error });
      }
    }
  }

  /** The page is hidden and forgets everything; it asks again when it is back. */
  detach(): void {
    this.attached = false;
    this.forget();
  }

  dispose(): void {
    this.detach();
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private async open(argument: unknown): Promise<RunSnapshot | undefined> {
    const request = argument as Parameters<PanelCalls['open']>[0];
    this.attached = true;
    const folder = this.folder ?? request.folder ?? this.services.current();
    if (folder === undefined) {
      return undefined;
    }
    const snapshot = await this.follow(folder);
    this.folder ??= folder;
    return snapshot;
  }

  private act(call: string, argument: unknown): Promise<unknown> {
    const { actions } = this.services;
    if (!Object.hasOwn(actions, call)) {
      throw new Error(`The page asks for '${call}', which does not exist.`);
    }
    return actions[call as keyof PanelActions](argument as never);
  }

  /** Reads the run and follows it from there; undefined when the page was hidden or asked for another meanwhile. */
  private async follow(folder: string): Promise<RunSnapshot | undefined> {
    this.forget();
    const generation = this.generation;
    const buffer = new UpdateBuffer(folder);
    this.reading.set(folder, buffer);
    try {
      const snapshot = await this.services.snapshot(folder);
      if (generation !== this.generation) {
        return undefined;
      }
      const sent = new Sent(snapshot);
      buffer.startAfter(snapshot);
      this.following = { folder, buffer, sent };
      this.watchOthers(snapshot);
      this.opened(snapshot);
      return snapshot;
    } finally {
      if (this.reading.get(folder) === buffer) {
        this.reading.delete(folder);
      }
    }
  }

  private watchOthers({ folder, run }: RunSnapshot): void {
    this.foreign?.dispose();
    const elsewhere = active.includes(run.state) && !this.services.trainings.of(folder);
    this.foreign = elsewhere ? this.services.watch(folder, () => void this.refresh(folder)) : undefined;
  }

  /** Reads the folder again and tells what is new in it. */
  private async refresh(folder: string): Promise<void> {
    const { following, generation } = this;
    if (following?.folder !== folder) {
      return;
    }
    try {
      const snapshot = await this.services.snapshot(folder);
      if (generation === this.generation) {
        this.flush();
        this.tell('update', following.sent.news(snapshot));
        this.watchOthers(snapshot);
      }
    } catch (error) {
      if (generation === this.generation) {
        this.tell('gone', { folder, error: readable(error) });
      }
    }
  }

  private schedule(): void {
    if (this.timer === undefined && this.following && !this.following.buffer.empty) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.flush();
      }, frameMilliseconds);
    }
  }

  private flush(): void {
    const update = this.following?.buffer.take();
    if (update) {
      this.following?.sent.add(update);
      this.tell('update', update);
    }
  }

  private tellUnseen(): void {
    if (this.following && this.unseen.length > 0) {
      this.tell('update', { folder: this.following.folder, asked: this.unseen });
      this.unseen = [];
    }
  }

  private forget(): void {
    this.generation++;
    this.following = undefined;
    this.foreign?.dispose();
    this.foreign = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private tell<N extends keyof PanelEvents>(event: N, value: PanelEvents[N]): void {
    this.post({ event, value });
  }
}
