import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/user-error';
import type { Remedy } from '../protocol/errors';
import { bindingFile, type Installation } from './installation';

/** How TensorFlow is set up, which it reads from the environment of its process when it is loaded. */
export const tensorFlowEnvironment = {
  // Products of few columns, such as recurrent ones, take half the time.
  TF_ENABLE_ONEDNN_OPTS: '1',
  // One operation after another: they share caches, and all threads work on each.
  TF_NUM_INTEROP_THREADS: '1',
  // What it tells of itself would stand in the middle of a terminal's output.
  TF_CPP_MIN_LOG_LEVEL: '3',
} as const;

/** A cold disk reads 800 megabytes in a while. */
const longestSeconds = 120;

/** Ways out of a TensorFlow that is not there or does not work, for an editor. */
export function nativeRemedies(label: string): readonly Remedy[] {
  return [
    { label, command: 'unroll.installNative', choices: { engine: {} } },
    { label: "Use Unroll's Own Engine", choices: { engine: { backend: 'auto' } } },
  ];
}

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly seconds?: number;
}

/**
 * Loads a binding in a process of its own, and multiplies two matrices with it: what crashes or hangs there harms nobody.
 *
 * @returns TensorFlow's version
 * @throws UserError that says what happened
 */
export async function probeBinding(
  folder: string,
  { signal, seconds = longestSeconds }: ProbeOptions = {},
): Promise<string> {
  const script = [join(__dirname, 'probe.js'), join(__dirname, '..', '..', 'dist', 'probe.js')].find(existsSync) ?? '';
  const child = fork(script, [join(folder, bindingFile)], {
    silent: true,
    execArgv: [],
    env: { ...process.env, ...tensorFlowEnvironment, ELECTRON_RUN_AS_NODE: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      said = (said + data).slice(-2000);
    });
  let isLate = false;
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, 1000 * seconds);
  signal?.addEventListener('abort', kill);
  try {
    return await new Promise<string>((resolve, reject) => {
      let version: string | undefined;
      child.once('message', (message) => {
        version = String(message);
      });
      child.once('error', (error) => reject(failure(error.message)));
      child.once('close', (code, by) => {
        if (signal?.aborted) reject(signal.reason);
        else if (isLate) reject(failure(`it did not answer within ${seconds} seconds`));
        else if (code === 0 && version !== undefined) resolve(version);
        else {
          const how = by ? `its process was ended by ${by}` : `its process ended with code ${code}`;
          const words = said.trim().split('\n').at(-1);
          reject(failure(words ? `${how}: ${words}` : how));
        }
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }

  function failure(why: string): UserError {
    return new UserError({
      what: `TensorFlow does not work here: loaded in a process of its own for a trial, ${why}`,
      where: folder,
      wayOut: "Install it anew (unroll native install), or train with Unroll's own engine (--backend auto).",
      actions: nativeRemedies('Install Anew…'),
    });
  }
}

/**
 * The same for an installation, once for each program that loads it: what was found is kept beside it.
 *
 * @throws UserError also where a file is not as long as it was
 */
export async function probeOnce({ folder, record }: Installation): Promise<void> {
  for (const [file, { bytes }] of Object.entries(record.files)) {
    const found = await stat(join(folder, file)).catch(() => undefined);
    if (found?.size === bytes) continue;
    throw new UserError({
      what: `TensorFlow's installation is damaged: ${file} ${found ? `has ${found.size} bytes in place of ${bytes}` : 'is missing'}`,
      where: folder,
      wayOut: "Install it anew (unroll native install), or train with Unroll's own engine (--backend auto).",
      actions: nativeRemedies('Install Anew…'),
    });
  }
  const { versions, arch } = process;
  const program = versions.electron ? `electron-${versions.electron}` : `node-${versions.node}`;
  const mark = join(folder, 'tried', `${program}-${arch}`);
  if (existsSync(mark)) return;
  await probeBinding(folder);
  // Where it cannot be kept, it is tried again next time.
  await mkdir(join(folder, 'tried'), { recursive: true }).catch(() => undefined);
  await writeFile(mark, '').catch(() => undefined);
}
