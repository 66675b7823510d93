/** The bench's peers: how each is installed, once, into a folder of its own in the cache, and how it is started. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { need, npm, SetupError, say } from '../scripts/processes.mjs';
import { cacheFolder, node24 } from '../scripts/toolchain.mjs';

const windows = process.platform === 'win32';
const x64Linux = process.platform === 'linux' && process.arch === 'x64';
const scripts = join(import.meta.dirname, 'peers');
const tensorflow = `${x64Linux ? 'tensorflow-cpu' : 'tensorflow'}==2.21.0`;

/** @typedef {readonly [program: string, ...args: string[]]} Command */

/** What installs a peer if need be, by name; each resolves to the command that times its step, and throws if it cannot. */
export const peers = {
  pytorch: () => inPython('pytorch', ['torch==2.13.0', 'numpy'], 'torch_step.py'),
  jax: () => inPython('jax', ['jax', 'jaxlib', 'optax'], 'jax_step.py'),
  keras: () => inPython('keras', [tensorflow, 'keras'], 'keras_step.py'),
  'tfjs-node': tfjsNode,
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

/** @returns {Promise<Command>} */
async function tfjsNode() {
  const purpose = 'The set-up of tfjs-node';
  const node = await node24();
  const command = (/** @type {string} */ folder) =>
    /** @type {const} */ ([node, join(scripts, 'tfjs_step.mjs'), '--folder', folder]);
  const folder = await once('tfjs-node', '@tensorflow/tfjs-node', async (target) => {
    const packages = ['@tensorflow/tfjs-node@4.22.0', 'node-gyp@11'];
    await npm(purpose, ['install', '--prefix', target, '--ignore-scripts', ...packages], target);
    const home = join(target, 'node_modules', '@tensorflow', 'tfjs-node');
    const addon = join(home, 'lib', 'napi-v8', 'tfjs_binding.node');
    // Its own installer fetches TensorFlow from a store that not every network lets through, and may wait there for ever.
    const own = [join(home, 'scripts', 'install.js')];
    const programs = `${join(target, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}`;
    await need(purpose, process.execPath, own, {
      ...{ cwd: home, env: { ...process.env, PATH: programs }, secondsAtMost: 180 },
    }).catch((error) => say(`  its own installer does not work here: ${whyFailed(error.message)}`));
    if (!existsSync(addon)) await buildAddon(target, home, node);
    const [program, ...args] = command(target);
    await need(purpose, program, [...args, '--rows', '1', '--cells', 'RNN', '--seconds', '0']);
  });
  return command(folder);
}

/** Compiles tfjs-node's part in C++ against the TensorFlow that Keras runs on, where that has the same interface in C. */
async function buildAddon(/** @type {string} */ folder, /** @type {string} */ home, /** @type {string} */ node) {
  if (!x64Linux) throw new SetupError('another way is known only for Linux on x86-64');
  say('  compiling it against the TensorFlow of the peer keras');
  const [python] = await peers.keras();
  const versions = join(dirname(dirname(python)), 'lib');
  const library = readdirSync(versions)
    .map((version) => join(versions, version, 'site-packages', 'tensorflow'))
    .find((path) => existsSync(path));
  if (!library) throw new SetupError('the peer keras has no TensorFlow');
  const deps = join(home, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  symlinkSync(join(library, 'include'), join(deps, 'include'));
  for (const [file, alias] of /** @type {const} */ ([
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ])) {
    symlinkSync(join(library, file), join(deps, 'lib', file));
    symlinkSync(file, join(deps, 'lib', alias));
  }
  // Node's headers lie beside the program; without them node-gyp fetches them.
  const nodeFolder = dirname(dirname(node));
  const headers = existsSync(join(nodeFolder, 'include', 'node', 'node_api.h')) ? [`--nodedir=${nodeFolder}`] : [];
  const gyp = join(folder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const options = ['napi_build_version=8', 'module_name=tfjs_binding', `module_path=${join(home, 'lib', 'napi-v8')}`];
  await need('Compiling tfjs-node', node, [gyp, 'rebuild', ...headers, ...options.map((option) => `--${option}`)], {
    cwd: home,
  });
}

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
