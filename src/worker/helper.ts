import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { HelperMessage, HelperStart } from '../engine/wasm/machine';

interface Kernels {
  join(thread: number, threads: number): void;
  serve(seen: number): number;
  lose(): void;
  readonly table: WebAssembly.Table;
}

/** A thread of the engine: runs its share of every program, and between two reads what it is sent. */
function serve(port: MessagePort, { memory, kernels, thread, threads }: HelperStart): void {
  const imports = { env: { memory } };
  const instance = new WebAssembly.Instance(kernels, imports).exports as unknown as Kernels;
  instance.join(thread, threads);
  port.postMessage('ready');
  try {
    for (let seen = 0; ; ) {
      seen = instance.serve(seen);
      const message = receiveMessageOnPort(port)?.message as HelperMessage | undefined;
      if (!message || message.kind === 'end') return;
      const { exports } = new WebAssembly.Instance(message.module, imports);
      while (instance.table.length < message.first + message.names.length) instance.table.grow(1);
      message.names.forEach((name, index) => {
        instance.table.set(message.first + index, exports[name]);
      });
    }
  } catch (error) {
    // Nobody shall wait for this thread any more.
    instance.lose();
    throw error;
  }
}

if (!parentPort) throw new Error('A helper runs as a thread of the worker');
const port = parentPort;
port.once('message', (start: HelperStart) => serve(port, start));
