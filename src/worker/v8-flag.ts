import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import { cacheFolder } from '../native/cache-folder';
import { isRunning } from '../runs/running';

/** Flags of V8 while a module is compiled: 256-bit instructions, and the optimising compiler at once, which alone has them. */
const wide = ['--experimental-wasm-revectorize', '--no-liftoff', '--no-wasm-lazy-compilation'] as const;
const usual = ['--no-experimental-wasm-revectorize', '--liftoff', '--wasm-lazy-compilation'] as const;

/** Before this version of V8 the flag is missing, or is of no use. */
const firstVersion = 13;

/** Whether 256-bit instructions can be asked for here, and else why not. */
export type WidePermission = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

/**
 * V8 has 256-bit instructions behind a flag of the whole process. Where a host froze its flags, the call that sets one ends
 * the process. So a marker is left on disk before the first call and marked as survived after it: one that says neither
 * ended nor survived means that the process died of it, and this version is never asked again.
 *
 * @param folder where markers are kept
 * @param setFlag for tests: what sets a flag
 */
export function askForWide(
  folder = join(cacheFolder(), 'engine'),
  setFlag: (flag: string) => void = (flag) => v8.setFlagsFromString(flag),
): WidePermission {
  const [major = '0'] = process.versions.v8.split('.');
  if (Number(major) < firstVersion) {
    return { allowed: false, why: `V8 ${process.versions.v8} has no 256-bit WebAssembly (Node 24 has)` };
  }
  const host = process.versions.electron ? `electron-${process.versions.electron}` : `node-${process.versions.node}`;
  const marker = join(folder, `wide-${host}-v8-${process.versions.v8}`);
  const before = read(marker);
  if (before !== undefined && before !== 'survived') {
    const asker = Number(before.split(' ')[1]);
    // Another worker, here or in a second window, may be in the middle of asking.
    if (isRunning(asker)) return { allowed: false, why: 'another training is just asking V8 for 256-bit instructions' };
    return {
      allowed: false,
      why: `the program ended when V8 was last asked for 256-bit instructions; to ask again, delete ${marker}`,
    };
  }
  try {
    if (before === undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(marker, `asking ${process.pid}`, { flush: true });
    }
  } catch {
    return {
      allowed: false,
      why: `${folder} cannot be written, and without it V8 is not asked for 256-bit instructions`,
    };
  }
  // Once survived, it is not tried again: a module may just be compiled with the flag.
  if (before === undefined) {
    setFlag(wide[0]);
    setFlag(usual[0]);
    writeFileSync(marker, 'survived');
  }
  return { allowed: true };
}

/** Compiles with 256-bit instructions. */
export function compileWide(bytes: Uint8Array): WebAssembly.Module {
  return withWide(() => new WebAssembly.Module(bytes as BufferSource));
}

/** Does something with the flags of 256-bit instructions; V8's flags are as before afterwards. */
export function withWide<T>(work: () => T): T {
  for (const flag of wide) v8.setFlagsFromString(flag);
  try {
    return work();
  } finally {
    for (const flag of usual) v8.setFlagsFromString(flag);
  }
}

/** The same for work that goes on beside this thread; nothing else is compiled in this thread meanwhile. */
export async function whileWide<T>(work: () => Promise<T>): Promise<T> {
  for (const flag of wide) v8.setFlagsFromString(flag);
  try {
    return await work();
  } finally {
    for (const flag of usual) v8.setFlagsFromString(flag);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
