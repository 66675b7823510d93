/** The bench's peers: how each is installed, once, into a folder of its own in the cache, and how it is started. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { need, SetupError, say } from '../scripts/processes.mjs';
import { cacheFolder } from '../scripts/toolchain.mjs';

const windows = process.platform === 'win32';
const scripts = join(import.meta.dirname, 'peers');

/** @typedef {readonly [program: string, ...args: string[]]} Command */

/** What installs a peer if need be, by name; each resolves to the command that times its step, and throws if it cannot. */
export const peers = {
  pytorch: () => inPython('pytorch', ['torch==2.13.0', 'numpy'], 'torch_step.py'),
  jax: () => inPython('jax', ['jax', 'jaxlib', 'optax'], 'jax_step.py'),
};

/**
 * Installs those that are not there yet. One that cannot be installed is left out, and said so.
 * @param {readonly string[]} names
 * @returns {Promise<Map<string, Command>>}
 */
export async function installPeers(names) {
  /** @type {Map<string, Command>} */
  const commands = new Map();
  for (const name of names) {
    const install = Object.entries(peers).find(([known]) => known === name)?.[1];
    if (!install)
      throw new SetupError(`${name} is no peer of this bench: choose among ${Object.keys(peers).join(', ')}.`);
    try {
      commands.set(name, await install());
    } catch (error) {
      say(`Left out: ${name} could not be installed (${whyFailed(error instanceof Error ? error.message : error)})`);
    }
  }
  return commands;
}

/** Of what a program said as it failed, the line that names the error. @returns {string} */
export function whyFailed(/** @type {unknown} */ text) {
  const lines = String(text).trimEnd().split('\n');
  const line =
    lines.findLast((words) => /^[\w.\s]*(Error|ERROR)\b.*: /.test(words)) ??
    lines.find((words) => /^npm error (?!code)/.test(words)) ??
    lines.at(-1);
  return line?.trim() ?? '';
}

/**
 * @param {string} name
 * @param {string[]} packages
 * @param {string} script
 * @returns {Promise<Command>}
 */
async function inPython(name, packages, script) {
  const folder = await once(name, packages.join(', '), async (target) => {
    await need(`The set-up of ${name}`, windows ? 'python' : 'python3', ['-m', 'venv', target]);
    await need(`The set-up of ${name}`, pythonIn(target), ['-m', 'pip', 'install', '--quiet', ...packages]);
  });
  return [pythonIn(folder), join(scripts, script)];
}

const pythonIn = (/** @type {string} */ folder) => join(folder, windows ? 'Scripts/python.exe' : 'bin/python');

/**
 * A folder of the cache in which `make` has worked to its end; if it was interrupted, it begins anew.
 * @param {string} name
 * @param {string} what
 * @param {(folder: string) => Promise<void>} make
 */
async function once(name, what, make) {
  const folder = join(cacheFolder, 'bench', name);
  const mark = join(folder, 'installed');
  if (existsSync(mark)) return folder;
  say(`Set-up: ${name} (${what}), once`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  mkdirSync(mark);
  return folder;
}
