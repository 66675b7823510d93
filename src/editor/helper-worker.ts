import type { Argument, CallName, Result, WorkerCalls } from '../protocol/worker';
import type { WorkerClient } from '../worker/start';
import type { StartWorker } from './training';

type HelperCall = Extract<
  CallName<WorkerCalls>,
  'inspect' | 'sample' | 'probe' | 'rename' | 'checkCell' | 'exportModel'
>;

/** A worker for everything but training, started at the first call and ended after a while without any. */
export class HelperWorker {
  private client: WorkerClient | undefined;
  private pending = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly start: StartWorker,
    private readonly idleMilliseconds = 120_000,
  ) {}

  /** Rejects with the worker's error, or when the worker goes away. */
  async call<N extends HelperCall>(name: N, argument: Argument<WorkerCalls, N>): Promise<Result<WorkerCalls, N>> {
    clearTimeout(this.idle);
    const client = this.running();
    this.pending++;
    try {
      return await client.call(name, argument);
    } finally {
      this.pending--;
      if (this.pending === 0) {
        this.idle = setTimeout(() => this.dispose(), this.idleMilliseconds);
        this.idle.unref();
      }
    }
  }

  dispose(): void {
    clearTimeout(this.idle);
    void this.client?.terminate();
    this.client = undefined;
  }

  private running(): WorkerClient {
    if (this.client) {
      return this.client;
    }
    const client = this.start(() => {});
    this.client = client;
    void client.exited.then(() => {
      if (this.client === client) {
        this.client = undefined;
      }
    });
    return client;
  }
}
