import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { nativeFolder } from '../../../src/native/cache-folder';
import type {
  Argument,
  CallMessage,
  CallName,
  ReplyMessage,
  Result,
  WorkerCalls,
  WorkerEvents,
} from '../../../src/protocol/worker';
import type { WorkerSetting } from '../../../src/worker/start';

const bundle = join(import.meta.dirname, '../../../dist/worker.js');

/** The built worker in a thread of its own, spoken to over the wire. Ends with the test. */
export class Thread {
  readonly events: { readonly [N in keyof WorkerEvents]: { name: N; value: WorkerEvents[N] } }[keyof WorkerEvents][] =
    [];
  private readonly worker: Worker;
  private readonly answers = new Map<number, (message: Exclude<ReplyMessage, { event: string }>) => void>();
  private readonly watchers = new Set<() => void>();
  private lastId = 0;

  constructor(nativeFolders: readonly string[] = [nativeFolder()]) {
    this.worker = new Worker(bundle, { env: SHARE_ENV, workerData: { nativeFolders } satisfies WorkerSetting });
    this.worker.on('message', (message: ReplyMessage) => {
      if ('event' in message) {
        this.events.push({ name: message.event, value: message.value } as (typeof this.events)[number]);
        for (const watch of [...this.watchers]) watch();
      } else {
        this.answers.get(message.id)?.(message);
        this.answers.delete(message.id);
      }
    });
    onTestFinished(() => this.terminate());
  }

  /** Rejects with the error as it came over the wire. */
  call<N extends CallName<WorkerCalls>>(name: N, argument: Argument<WorkerCalls, N>): Promise<Result<WorkerCalls, N>> {
    this.lastId += 1;
    const message: CallMessage = { id: this.lastId, call: name, argument };
    return new Promise((resolve, reject) => {
      this.answers.set(message.id, (reply) =>
        'error' in reply ? reject(reply.error) : resolve(reply.result as Result<WorkerCalls, N>),
      );
      this.worker.postMessage(message);
    });
  }

  /** Steps of the metrics told so far. */
  get steps(): number[] {
    return this.events.flatMap((event) => (event.name === 'metrics' ? [event.value.step] : []));
  }

  /** States of the run told so far. */
  get states(): string[] {
    return this.events.flatMap((event) => (event.name === 'run' ? [event.value.state] : []));
  }

  /** Resolves as soon as a step of at least this number was told. */
  reached(step: number): Promise<void> {
    return new Promise((resolve) => {
      const watch = () => {
        if ((this.steps.at(-1) ?? 0) < step) return;
        this.watchers.delete(watch);
        resolve();
      };
      this.watchers.add(watch);
      watch();
    });
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}
