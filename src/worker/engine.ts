import { UserError } from '../base/user-error';
import type { EngineConfiguration } from '../configuration/run';
import { useMachine, useReference } from '../engine/tensors';
import { type Trial, trials, variantNames, variantOf } from '../engine/variants';
import { Machine, type VariantName } from '../engine/wasm/machine';
import type { EngineReport } from '../protocol/run';
import { type BootedHelper, bootHelpers } from './helpers';
import { type Choice, compileKernels, kernelBytes, rememberChoice, rememberedChoice } from './kernels';
import { startTensorFlow } from './tensorflow';
import { askForWide, compileWide } from './v8-flag';

interface Started {
  readonly key: string;
  readonly report: EngineReport;
  readonly machine: Machine | undefined;
}

let started: Started | undefined;
let early: Early | undefined;

/** What was begun before there was an engine to start. */
export interface Early {
  readonly variant: VariantName;
  readonly kernels: Promise<WebAssembly.Module>;
  /** As many as this configuration of threads has. */
  readonly threads: number;
  readonly helpers: readonly BootedHelper[];
}

export function useEarly(begun: Early | undefined): void {
  early = begun;
}

/**
 * What all threads of the engine that was started reach in a product, in thousand million multiplications and additions a
 * second, as it is measured now; undefined of the reference.
 */
export function engineRoof(): number | undefined {
  const { machine } = started ?? {};
  const [trial] = machine ? trials([machine.variant], () => performance.now(), 250) : [];
  return machine && trial && trial.speed * machine.threads;
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
  if (backend === 'tensorflow') {
    const report = await startTensorFlow(threads ?? 0);
    started = { key, report, machine: undefined };
    return report;
  }
  const wanted = variant ?? 'auto';
  const remembered = wanted === 'auto' ? likely(before) : undefined;
  // Those that wait already are taken; where there is nothing to compare, others start meanwhile.
  const soon = takeEarlyHelpers(threads ?? 0) ?? (remembered && bootHelpers(threads));
  const found = (remembered && (await again(remembered))) ?? (await fastest(wanted, remembered !== undefined));
  const helpers = soon ?? (found.trial ? bootHelpers(threads) : []);
  if (!found.trial) {
    for (const helper of helpers) helper.end();
    if (backend === 'wasm' || (variant !== undefined && variant !== 'auto')) {
      throw new UserError({
        what: `The engine ${variant && variant !== 'auto' ? `variant ${variant}` : 'in WebAssembly'} does not work here: ${found.note}`,
        wayOut: 'Leave the choice to Unroll (--backend auto, --engine-variant auto).',
      });
    }
    return reference(key, `${found.note}; TF.js's own CPU backend computes, which is slow`);
  }
  const machine = new Machine(found.trial.variant);
  const joined = await Promise.all(helpers.map((helper, index) => helper.join(machine, index + 1, helpers.length + 1)));
  if (joined.length > 0) machine.join(joined);
  await useMachine(machine);
  const report: EngineReport = {
    backend: 'wasm',
    variant: found.trial.variant.name,
    threads: machine.threads,
    ...(found.note === undefined ? {} : { note: found.note }),
  };
  started = { key, report, machine };
  return report;
}

/** Once, for a second engine has its own. */
function takeEarlyHelpers(threads: number): readonly BootedHelper[] | undefined {
  const helpers = early?.threads === threads ? early.helpers : undefined;
  if (early && helpers) early = { ...early, threads: Number.NaN, helpers: [] };
  return helpers;
}

async function reference(key: string, note: string | undefined): Promise<EngineReport> {
  await useReference();
  const report: EngineReport = { backend: 'cpu', threads: 1, ...(note === undefined ? {} : { note }) };
  started = { key, report, machine: undefined };
  return report;
}

interface Found {
  readonly trial: Trial | undefined;
  /** What does not work here. */
  readonly note: string | undefined;
}

/** The variant to try before all: that of the run that goes on, else what an earlier start chose. */
function likely(before: string | undefined): Choice | undefined {
  const variant = variantNames.find((name) => name === before);
  return variant ? { variant, speed: 0 } : rememberedChoice();
}

/** A variant that was chosen earlier; undefined where it no longer works, has lost its speed, or the machine is busy. */
async function again({ variant, speed }: Choice): Promise<Found | undefined> {
  if (typeof SharedArrayBuffer === 'undefined') return undefined;
  const [trial] = (await tried([variant])).sound;
  return trial && trial.speed > kept * speed ? { trial, note: undefined } : undefined;
}

/** The fastest variant that works and computes rightly, or the one that was asked for; `note` says what does not. */
async function fastest(wanted: VariantName | 'auto', anew: boolean): Promise<Found> {
  if (typeof SharedArrayBuffer === 'undefined') return { trial: undefined, note: 'this host has no shared memory' };
  const { sound, notes } = await tried(wanted === 'auto' ? variantNames : [wanted], anew);
  const [trial, second] = sound;
  // What is missing may be there next time, and a lead that is no lead was chance.
  if (wanted === 'auto' && notes.length === 0 && trial && trial.speed > clearly * (second?.speed ?? 0))
    rememberChoice({ variant: trial.variant.name, speed: trial.speed });
  return { trial, note: notes.length > 0 ? [...new Set(notes)].join('; ') : undefined };
}

/** What is left of the speed where V8 did not join instructions to those of 256 bits is a third. */
const kept = 0.45;

/** One build is nearly twice as fast as the other where it is faster at all. */
const clearly = 1.4;

/** Those of some variants that compute rightly, the fastest first, and what is said of the others. */
async function tried(
  names: readonly VariantName[],
  anew = false,
): Promise<{ readonly sound: readonly Trial[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const compiled = [];
  for (const name of names) {
    if (!WebAssembly.validate(kernelBytes(name) as BufferSource)) {
      notes.push(`${name === 'plain' ? 'SIMD' : 'relaxed SIMD'} is missing here`);
      continue;
    }
    const permission = name === 'wide' ? askForWide() : { allowed: true as const };
    if (!permission.allowed) {
      notes.push(permission.why);
      continue;
    }
    const kernels = await (!anew && early?.variant === name ? early.kernels : compileKernels(name, anew));
    compiled.push(variantOf(name, kernels, name === 'wide' ? compileWide : compileUsually));
  }
  const sound = trials(compiled, () => performance.now());
  if (compiled.length > 0 && sound.length === 0) notes.push('its numbers are wrong on this machine');
  return { sound, notes };
}

function compileUsually(bytes: Uint8Array): WebAssembly.Module {
  return new WebAssembly.Module(bytes as BufferSource);
}
