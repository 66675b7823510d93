/** Programs that the scripts start: each is waited for or ended, whatever ends the script itself. Plain Node 20. */
import { spawn, spawnSync } from 'node:child_process';

const windows = process.platform === 'win32';

/** One line on standard error, so that standard output keeps to results. */
export const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** What a person can act on: printed as one line, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, shell?: boolean, secondsAtMost?: number }} [options]
 *   `quiet` keeps its output back; it is part of the error when the program fails.
 * @returns {Promise<{ code: number, output: string }>} `output` is empty unless `quiet`
 */
export function run(command, args, { cwd, env = process.env, quiet = false, shell = false, secondsAtMost } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', ...output(quiet)], detached: !windows });
    const forget = remember(child);
    const timer = secondsAtMost && setTimeout(() => endGroup(child, 'SIGKILL'), secondsAtMost * 1000);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', (error) => {
      forget();
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer || undefined);
      forget();
      resolve({ code: code ?? 1, output: text });
    });
  });
}

/** @returns {['pipe' | 'inherit', 'pipe' | 'inherit']} */
const output = (/** @type {boolean} */ quiet) => (quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit']);

/**
 * As `run`, quietly; throws a `SetupError` that starts with `purpose` when it fails.
 * @param {string} purpose
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function need(purpose, command, args, options) {
  const line = `${command} ${args.join(' ')}`;
  const { code, output: text } = await run(command, args, { ...options, quiet: true }).catch((error) => {
    throw new SetupError(`${purpose} failed: ${line}: ${error.message}`);
  });
  if (code !== 0)
    throw new SetupError(`${purpose} failed (exit code ${code}): ${line}\n${text.trimEnd().slice(-2000)}`);
  return text;
}

/** npm is a script that Windows starts only through a shell. */
export const npm = (/** @type {string} */ purpose, /** @type {string[]} */ args, /** @type {string} */ cwd) =>
  need(purpose, 'npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier'], { cwd, shell: windows });

/** Starts a program that goes on, in a process group of its own. */
export function start(
  /** @type {string} */ command,
  /** @type {readonly string[]} */ args,
  /** @type {{ cwd?: string, env?: NodeJS.ProcessEnv }} */ options = {},
) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: !windows });
  const forget = remember(child);
  child.on('exit', () => endGroup(child, 'SIGKILL'));
  child.on('close', forget);
  return child;
}

/** Ends a program and all that it started. Resolves when it has ended; what does not end in 3 s is killed. */
export async function end(/** @type {import('node:child_process').ChildProcess} */ child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  endGroup(child, 'SIGTERM');
  const timer = setTimeout(() => endGroup(child, 'SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}

function endGroup(
  /** @type {import('node:child_process').ChildProcess} */ child,
  /** @type {'SIGTERM' | 'SIGKILL'} */ signal,
) {
  if (child.pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();

/** Ends the child with this script, however it ends short of SIGKILL. Returns what takes the child off the list. */
function remember(/** @type {import('node:child_process').ChildProcess} */ child) {
  if (living.size === 0) process.once('exit', endAll);
  living.add(child);
  return () => {
    living.delete(child);
    if (living.size === 0) process.removeListener('exit', endAll);
  };
}

function endAll() {
  for (const child of living) endGroup(child, 'SIGKILL');
}

for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])) {
  process.once(signal, () => void Promise.all([...living].map(end)).then(() => process.exit(code)));
}

/**
 * Runs a script's main function and ends with its exit code. A `SetupError` is one line and exit code 1, anything else
 * a stack; what was started is ended then.
 */
export async function main(/** @type {() => Promise<number | void>} */ body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    process.exit(1);
  }
}
