import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { UserError } from '../base/user-error';
import type { WireError } from '../protocol/errors';
import type {
  Argument,
  CallMessage,
  CallName,
  ReplyMessage,
  Result,
  WorkerCalls,
  WorkerEvents,
} from '../protocol/worker';
import { releaseAfterCrash } from '../runs/lock';

export type OnEvent = <N extends keyof WorkerEvents>(name: N, value: WorkerEvents[N]) => void;

/** A worker as its starter sees it. */
export interface WorkerClient {
  /** Rejects with a `UserError`, or an `Error` for a bug or when the worker ends before it answers. */
  call<N extends CallName<WorkerCalls>>(name: N, argument: Argument<WorkerCalls, N>): Promise<Result<WorkerCalls, N>>;
  terminate(): Promise<void>;
  /** Resolves when the worker has ended, however that came. */
  readonly exited: Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What a worker is told when it starts. */
export interface WorkerSetting {
  /** Where TensorFlow may be installed; the first that has it is taken. */
  readonly nativeFolders: readonly string[];
}

/** Starts `worker.js`, which lies beside the program that calls this. */
export function startWorker(onEvent: OnEvent, setting: WorkerSetting): WorkerClient {
  // A native library sees the environment of the process alone.
  const worker = new Worker(join(__dirname, 'worker.js'), {
    stdout: false,
    stderr: false,
    env: SHARE_ENV,
    workerData: setting,
  });
  const waiting = new Map<number, Waiting>();
  const trained = new Set<string>();
  let lastId = 0;
  let failure: Error | undefined;

  worker.on('message', (message: ReplyMessage) => {
    if ('event' in message) {
      onEvent(message.event as keyof WorkerEvents, message.value as never);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) call?.reject(fromWire(message.error));
    else call?.resolve(message.result);
  });
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', async () => {
      await Promise.all([...trained].map(releaseAfterCrash));
      for (const { reject } of waiting.values()) reject(ended(failure));
      waiting.clear();
      resolve();
    });
  });

  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve: resolve as Waiting['resolve'], reject });
        if (name === 'train' || name === 'resume') trained.add((argument as { folder: string }).folder);
        const message: CallMessage = { id: lastId, call: name, argument };
        worker.postMessage(message);
      }),
    async terminate() {
      await worker.terminate();
      await exited;
    },
    exited,
  };
}

function ended(failure: Error | undefined): UserError {
  const memory = failure && 'code' in failure && failure.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new UserError({
    what: memory ? 'The worker ran out of memory' : `The worker ended${failure ? `: ${failure.message}` : ''}`,
    wayOut: memory
      ? 'Choose fewer units, a smaller batch or a shorter window; a run goes on from its last checkpoint.'
      : 'Continue the run: it goes on from its last checkpoint.',
  });
}

function fromWire(error: WireError): Error {
  if ('user' in error) return new UserError(error.user);
  const bug = new Error(error.bug.message);
  if (error.bug.stack) bug.stack = error.bug.stack;
  return bug;
}
