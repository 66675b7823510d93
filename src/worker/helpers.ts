import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HelperStart, HelperThread, Machine } from '../engine/wasm/machine';

/** More threads than this wait for one another more than they help. */
const mostThreads = 8;

/** A thread that starts, and joins a machine when there is one. */
export interface BootedHelper {
  join(machine: Machine, thread: number, threads: number): Promise<HelperThread>;
  end(): void;
}

/**
 * Helper threads for an engine of so many threads; fewer where they cannot be started. Unless that is asked for, all cores
 * of a small machine; of a larger one all but one, which the editor and its windows go on with.
 */
export function bootHelpers(wanted = 0): readonly BootedHelper[] {
  const cores = availableParallelism();
  const threads = wanted > 0 ? wanted : Math.min(mostThreads, cores > 2 ? cores - 1 : cores);
  const script = [join(__dirname, 'helper.js'), join(__dirname, '..', '..', 'dist', 'helper.js')].find(existsSync);
  return script === undefined ? [] : Array.from({ length: threads - 1 }, () => boot(script));
}

function boot(script: string): BootedHelper {
  const worker = new Worker(script);
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => resolve());
  });
  // It may fail before anybody waits for it.
  ready.catch(() => undefined);
  return {
    async join({ heap, variant }, thread, threads) {
      const start: HelperStart = { memory: heap.memory, kernels: variant.kernels, thread, threads };
      worker.postMessage(start);
      await ready;
      // They do not keep the process alive: who trains does.
      worker.unref();
      return { send: (message) => worker.postMessage(message) };
    },
    end: () => void worker.terminate(),
  };
}
