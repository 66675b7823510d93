import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../base/user-error';
import type { EngineConfiguration } from '../configuration/run';
import { useMachine, useReference } from '../engine/tensors';
import { type Trial, trials, variantNames, variantOf } from '../engine/variants';
import { type HelperStart, type HelperThread, Machine, type Variant, type VariantName } from '../engine/wasm/machine';
import type { EngineReport } from '../protocol/run';
import { askForWide, compileWide } from './v8-flag';

/** More threads than this wait for one another more than they help. */
const mostThreads = 8;

interface Started {
  readonly key: string;
  readonly report: EngineReport;
  readonly machine: Machine | undefined;
  /** What all threads together reach in a product, in thousand million multiplications and additions a second. */
  readonly roof: number | undefined;
}

let started: Started | undefined;

/** What the engine that was started reaches at best: see `Started`. */
export function engineRoof(): number | undefined {
  return started?.roof;
}

/**
 * Readies the engine that was asked for, or the best one that works here, and says which; once for each worker.
 *
 * @param before the variant that a run had, to go on with the same numbers where nobody asked for another
 * @throws UserError when an engine was asked for by name that does not work here
 */
export async function startEngine(
  { backend, variant, threads }: Partial<EngineConfiguration> = {},
  before?: string,
): Promise<EngineReport> {
  const key = `${backend ?? 'auto'} ${variant ?? 'auto'} ${threads ?? 0}`;
  if (started && (started.key === key || backend === undefined)) return started.report;
  started?.machine?.dispose();
  if (backend === 'cpu') return reference(key, undefined);
  const found = fastest(variant ?? 'auto', before);
  if (!found.trial) {
    if (backend === 'wasm' || (variant !== undefined && variant !== 'auto')) {
      throw new UserError({
        what: `The engine ${variant && variant !== 'auto' ? `variant ${variant}` : 'in WebAssembly'} does not work here: ${found.note}`,
        wayOut: 'Leave the choice to Unroll (--backend auto, --engine-variant auto).',
      });
    }
    return reference(key, `${found.note}; TF.js's own CPU backend computes, which is slow`);
  }
  const machine = new Machine(found.trial.variant);
  const helpers = await startHelpers(machine, threadsFor(threads ?? 0) - 1);
  if (helpers.length > 0) machine.join(helpers);
  await useMachine(machine);
  const report: EngineReport = {
    backend: 'wasm',
    variant: found.trial.variant.name,
    threads: machine.threads,
    ...(found.note === undefined ? {} : { note: found.note }),
  };
  started = { key, report, machine, roof: found.trial.speed * machine.threads };
  return report;
}

async function reference(key: string, note: string | undefined): Promise<EngineReport> {
  await useReference();
  const report: EngineReport = { backend: 'cpu', threads: 1, ...(note === undefined ? {} : { note }) };
  started = { key, report, machine: undefined, roof: undefined };
  return report;
}

/** All cores of a small machine; of a larger one all but one, which the editor and its windows go on with. */
function threadsFor(wanted: number): number {
  const cores = availableParallelism();
  return wanted > 0 ? wanted : Math.min(mostThreads, cores > 2 ? cores - 1 : cores);
}

/** The fastest variant that works and computes rightly, or the one that was asked for; `note` says what does not. */
function fastest(
  wanted: VariantName | 'auto',
  before: string | undefined,
): { readonly trial: Trial | undefined; readonly note: string | undefined } {
  if (typeof SharedArrayBuffer === 'undefined') return { trial: undefined, note: 'this host has no shared memory' };
  const notes: string[] = [];
  const variants: Variant[] = [];
  for (const name of wanted === 'auto' ? variantNames : [wanted]) {
    const bytes = kernelBytes(name);
    if (!WebAssembly.validate(bytes as BufferSource)) {
      notes.push(`${name === 'plain' ? 'SIMD' : 'relaxed SIMD'} is missing here`);
      continue;
    }
    if (name === 'wide') {
      const permission = askForWide();
      if (!permission.allowed) {
        notes.push(permission.why);
        continue;
      }
    }
    variants.push(variantOf(name, bytes, name === 'wide' ? compileWide : compileUsually));
  }
  const sound = trials(variants, () => performance.now());
  const trial = sound.find(({ variant }) => variant.name === before) ?? sound[0];
  if (variants.length > 0 && !trial) notes.push('its numbers are wrong on this machine');
  return { trial, note: notes.length > 0 ? [...new Set(notes)].join('; ') : undefined };
}

function compileUsually(bytes: Uint8Array): WebAssembly.Module {
  return new WebAssembly.Module(bytes as BufferSource);
}

/** Beside the bundle; in tests, which run the sources, in the folder that bundles are written to. */
function kernelBytes(name: VariantName): Uint8Array {
  const file = `${name}.wasm`;
  const beside = join(__dirname, 'kernels', file);
  return readFileSync(existsSync(beside) ? beside : join(__dirname, '..', '..', 'dist', 'kernels', file));
}

/** Threads that wait for programs. Fewer than asked for where they cannot be started. */
async function startHelpers(machine: Machine, count: number): Promise<HelperThread[]> {
  const script = [join(__dirname, 'helper.js'), join(__dirname, '..', '..', 'dist', 'helper.js')].find(existsSync);
  if (script === undefined) return [];
  const threads = count + 1;
  const start = (thread: number) =>
    new Promise<HelperThread>((resolve, reject) => {
      const data: HelperStart = {
        memory: machine.heap.memory,
        kernels: machine.variant.kernels,
        thread,
        threads,
      };
      const worker = new Worker(script, { workerData: data });
      worker.once('message', () => {
        // They do not keep the process alive: who trains does.
        worker.unref();
        resolve({ send: (message) => worker.postMessage(message) });
      });
      worker.once('error', reject);
    });
  return Promise.all(Array.from({ length: count }, (_, index) => start(index + 1)));
}
