import type { UserErrorData, WireError } from '../src/protocol/errors';
import type { PanelCalls, PanelEvents } from '../src/protocol/panel';
import type { Argument, CallMessage, CallName, ReplyMessage, Result } from '../src/protocol/worker';

/** The wire to the host, whatever it is: VS Code's webview messages, or a host of the tests. */
export interface Port {
  send(message: CallMessage): void;
  /** @returns a function that stops listening */
  listen(receive: (message: ReplyMessage) => void): () => void;
}

export interface Client {
  /** Asks the host; rejects with a `CallError` when the host's answer is an error. */
  call<N extends CallName<PanelCalls>>(name: N, argument: Argument<PanelCalls, N>): Promise<Result<PanelCalls, N>>;
  /** @returns a function that stops listening */
  on<N extends keyof PanelEvents>(name: N, listener: (value: PanelEvents[N]) => void): () => void;
}

/** What the host could not do, in the words for a person. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly user: UserErrorData;

  constructor(error: WireError) {
    const user = 'user' in error ? error.user : bugInWords(error.bug.message);
    super(user.what);
    this.user = user;
  }
}

/** The words for whatever was thrown. */
export function inWords(error: unknown): UserErrorData {
  return error instanceof CallError ? error.user : bugInWords(error instanceof Error ? error.message : String(error));
}

function bugInWords(message: string): UserErrorData {
  return {
    what: 'Something inside Unroll failed',
    where: message,
    wayOut: 'Try again; if it stays, reload the window and report what you did before it happened.',
  };
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Joins each answer to its call and hands events on. */
export function createClient(port: Port): Client {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(value: never) => void>>();
  let lastId = 0;

  port.listen((message) => {
    if ('event' in message) {
      for (const listener of listeners.get(message.event) ?? []) listener(message.value as never);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) call?.reject(new CallError(message.error));
    // An undefined result is lost where messages travel as JSON: `result` may be absent.
    else call?.resolve(message.result);
  });

  return {
    call: (name, argument) => {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: (result) => resolve(result as Result<PanelCalls, typeof name>), reject });
        port.send({ id, call: name, argument });
      });
    },
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
  };
}
