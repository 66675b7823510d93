import type { UserErrorData } from '../../src/protocol/errors';
import type { PanelEvents, Progress, RunSnapshot, RunUpdate } from '../../src/protocol/panel';
import type { MetricsPoint, Probe, RunRecord, Sample } from '../../src/protocol/run';
import { type Client, inWords } from '../client';
import { MetricsBuffer } from './metrics-buffer';

/** The run that is shown. */
export interface RunView {
  readonly folder: string;
  readonly run: RunRecord;
  readonly metrics: MetricsBuffer;
  readonly last: MetricsPoint | undefined;
  /** The last point with a validation: most are between two. */
  readonly validated: MetricsPoint | undefined;
  readonly samples: readonly Sample[];
  /** Asked for elsewhere since the page opened. */
  readonly asked: readonly Sample[];
  readonly probe: Probe | undefined;
  readonly progress: Progress | undefined;
}

export type PanelView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreachable'; readonly error: UserErrorData }
  | { readonly kind: 'gone'; readonly folder: string; readonly error: UserErrorData }
  | { readonly kind: 'run'; readonly view: RunView };

/** Keeps what the host tells; tells its listener at most once a frame, however many messages came. */
export class PanelStore {
  view: PanelView = { kind: 'loading' };
  readonly #client: Client;
  readonly #onFrame: (run: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #due = false;

  constructor(client: Client, onFrame: (run: () => void) => void) {
    this.#client = client;
    this.#onFrame = onFrame;
    client.on('show', (snapshot) => this.#set({ kind: 'run', view: fromSnapshot(snapshot) }));
    client.on('update', (update) => this.#update(update));
    client.on('gone', (gone) => this.#gone(gone));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for the run; `folder` is the one that was shown before. */
  async open(folder: string | undefined): Promise<void> {
    this.#set({ kind: 'loading' });
    try {
      const snapshot = await this.#client.call('open', { folder });
      this.#set(snapshot ? { kind: 'run', view: fromSnapshot(snapshot) } : { kind: 'empty' });
    } catch (error) {
      this.#set({ kind: 'unreachable', error: inWords(error) });
    }
  }

  #update(update: RunUpdate): void {
    if (this.view.kind !== 'run' || this.view.view.folder !== update.folder) return;
    const { view } = this.view;
    if (update.metrics) view.metrics.append(update.metrics);
    this.#set({
      kind: 'run',
      view: {
        ...view,
        run: update.run ?? view.run,
        last: update.last ?? view.last,
        validated: update.validated ?? view.validated,
        samples: update.samples ? [...view.samples, ...update.samples] : view.samples,
        asked: update.asked ? [...view.asked, ...update.asked] : view.asked,
        probe: update.probe ?? view.probe,
        progress: update.progress ?? view.progress,
      },
    });
  }

  #gone(gone: PanelEvents['gone']): void {
    if (this.view.kind === 'run' && this.view.view.folder !== gone.folder) return;
    this.#set({ kind: 'gone', ...gone });
  }

  #set(view: PanelView): void {
    this.view = view;
    if (this.#due) return;
    this.#due = true;
    this.#onFrame(() => {
      this.#due = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

function fromSnapshot(snapshot: RunSnapshot): RunView {
  return {
    folder: snapshot.folder,
    run: snapshot.run,
    metrics: new MetricsBuffer(snapshot.metrics),
    last: snapshot.last,
    validated: snapshot.validated,
    samples: snapshot.samples,
    asked: [],
    probe: snapshot.probe,
    progress: snapshot.progress,
  };
}
