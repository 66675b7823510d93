import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe } from 'vitest';
import { useMachine, useReference } from '../../../src/engine/tensors';
import { variantOf } from '../../../src/engine/variants';
import { type HelperStart, type HelperThread, Machine, type VariantName } from '../../../src/engine/wasm/machine';
import { nativeFolder } from '../../../src/native/cache-folder';
import { bindingFile, recordFile } from '../../../src/native/installation';
import { loadTensorFlow } from '../../../src/worker/tensorflow';
import { compileWide } from '../../../src/worker/v8-flag';

const dist = join(import.meta.dirname, '../../../dist');
const bytesOf = (name: VariantName) => readFileSync(join(dist, 'kernels', `${name}.wasm`));

interface Engine {
  readonly name: string;
  readonly variant: VariantName | 'tensorflow' | undefined;
  readonly threads: number;
}

/** Where it is installed (`npm run native`). */
const tensorFlow: Engine = { name: 'TensorFlow', variant: 'tensorflow', threads: 2 };

const all: readonly Engine[] = [
  { name: 'the reference', variant: undefined, threads: 1 },
  { name: 'wide', variant: 'wide', threads: 1 },
  { name: 'wide on three threads', variant: 'wide', threads: 3 },
  { name: 'relaxed', variant: 'relaxed', threads: 1 },
  { name: 'plain', variant: 'plain', threads: 1 },
  { name: 'plain on two threads', variant: 'plain', threads: 2 },
  ...(existsSync(join(nativeFolder(), recordFile)) ? [tensorFlow] : []),
];

/** Engines that work on the Node that runs the tests; `npm test` runs them on Node 24, which has all of them. */
export const engines = all.filter(
  ({ variant }) =>
    variant === undefined || variant === 'tensorflow' || WebAssembly.validate(bytesOf(variant) as BufferSource),
);

/** The same tests on every engine. */
export function onEveryEngine(tests: (engine: Engine) => void): void {
  for (const engine of engines) {
    describe(`on ${engine.name}`, () => {
      let end = async () => {};
      beforeAll(async () => {
        end = await begin(engine);
      });
      afterAll(() => end());
      tests(engine);
    });
  }
}

/** Makes an engine TF.js's backend; returns what ends its threads. */
export async function begin({ variant, threads }: Engine): Promise<() => Promise<void>> {
  if (variant === undefined) {
    await useReference();
    return async () => {};
  }
  if (variant === 'tensorflow') {
    await loadTensorFlow(join(nativeFolder(), bindingFile), join(dist, 'tensorflow.js'));
    return async () => {};
  }
  const { machine, end } = await machineOf(variant, threads);
  await useMachine(machine);
  return end;
}

export async function machineOf(
  variant: VariantName,
  threads: number,
): Promise<{ readonly machine: Machine; readonly end: () => Promise<void> }> {
  const usually = (bytes: Uint8Array) => new WebAssembly.Module(bytes as BufferSource);
  const compile = variant === 'wide' ? compileAsHere : usually;
  const machine = new Machine(variantOf(variant, compile(bytesOf(variant)), compile));
  const workers: Worker[] = [];
  const helpers = await Promise.all(
    Array.from({ length: threads - 1 }, (_, index) => {
      const start: HelperStart = {
        memory: machine.heap.memory,
        kernels: machine.variant.kernels,
        thread: index + 1,
        threads,
      };
      const worker = new Worker(join(dist, 'helper.js'));
      worker.postMessage(start);
      workers.push(worker);
      return new Promise<HelperThread>((resolve, reject) => {
        worker.once('message', () => resolve({ send: (message) => worker.postMessage(message) }));
        worker.once('error', reject);
      });
    }),
  );
  if (helpers.length > 0) machine.join(helpers);
  const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  return {
    machine,
    end: async () => {
      machine.dispose();
      await Promise.all(ended);
    },
  };
}

/** Older Nodes do not know the flag; the code is right without it, only slow. */
function compileAsHere(bytes: Uint8Array): WebAssembly.Module {
  return Number(process.versions.v8.split('.')[0]) >= 13
    ? compileWide(bytes)
    : new WebAssembly.Module(bytes as BufferSource);
}
