/**
 * The engine against its peers: whole training steps of the same four models, in turns, on two threads. Prints a table, or
 * with `--json` one object a line.
 *
 *   npm run bench -- [--rows 1,2,3,4] [--cells LSTM,GRU,RNN,peephole] [--peers pytorch,jax] [--rounds 3] [--seconds 1.5]
 *
 * Peers are installed into a folder of their own, from the package registry; one that cannot be is left out, and said so.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildKernels } from '../scripts/kernels.mjs';
import { node24 } from '../scripts/toolchain.mjs';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1,2,3,4' },
    cells: { type: 'string', default: 'LSTM,GRU,RNN,peephole' },
    peers: { type: 'string', default: 'pytorch,jax' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    threads: { type: 'string', default: '2' },
    'engine-variant': { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
});

/** Each cell's name with us, and which peers have it. */
const cells = {
  LSTM: { ours: 'lstm', peers: ['pytorch', 'jax'] },
  GRU: { ours: 'gru', peers: ['pytorch', 'jax'] },
  RNN: { ours: 'rnn', peers: ['pytorch', 'jax'] },
  peephole: { ours: 'lstm-peephole', peers: ['pytorch', 'jax'] },
};

/** Packages and the script of each peer, which prints one JSON object with `best` in milliseconds. */
const peers = {
  pytorch: { packages: ['torch==2.13.0', 'numpy'], script: 'torch_step.py' },
  jax: { packages: ['jax', 'jaxlib', 'optax'], script: 'jax_step.py' },
};

await buildKernels();
const node = await node24();
const say = (/** @type {string} */ line) => (values.json ? console.error(line) : console.log(line));
const python = installPeers();

for (const row of values.rows.split(',').map(Number)) {
  for (const name of /** @type {(keyof typeof cells)[]} */ (values.cells.split(','))) {
    const cell = cells[name];
    const ours = /** @type {number[]} */ ([]);
    let engine = '';
    let share = 0;
    const theirs = new Map(
      cell.peers.filter((peer) => python.has(peer)).map((peer) => [peer, /** @type {number[]} */ ([])]),
    );
    for (let round = 0; round < Number(values.rounds); round++) {
      const measured = measureOurs(row, cell.ours);
      ours.push(measured.best);
      engine = measured.engine;
      share = Math.max(share, measured.shareOfRoof ?? 0);
      for (const [peer, list] of theirs) list.push(measurePeer(/** @type {keyof typeof peers} */ (peer), row, name));
    }
    const oursMs = Math.min(...ours);
    for (const [peer, list] of theirs) {
      const peerMs = Math.min(...list);
      const line = {
        ...{ row, cell: name, engine, peer, threads: Number(values.threads) },
        ...{ oursMs, peerMs, ratio: Number((peerMs / oursMs).toFixed(2)), shareOfRoof: share },
      };
      if (values.json) console.log(JSON.stringify(line));
      else
        console.log(
          `row ${row}  ${name.padEnd(9)} ${engine.padEnd(13)} ${oursMs.toFixed(3).padStart(9)} ms   ${peer.padEnd(8)} ${peerMs
            .toFixed(3)
            .padStart(
              9,
            )} ms   ${line.ratio.toFixed(2).padStart(7)} times as fast, ${Math.round(100 * share)} % of the roof`,
        );
    }
    if (theirs.size === 0)
      console.log(`row ${row}  ${name}  ${engine}  ${oursMs.toFixed(3)} ms, ${Math.round(100 * share)} % of the roof`);
  }
}

/** @param {number} row @param {string} cell @returns {{ best: number, engine: string, shareOfRoof?: number }} */
function measureOurs(row, cell) {
  const output = execFileSync(
    node,
    [
      ...[join(root, 'dist', 'cli.js'), 'bench', '--rows', String(row), '--cells', cell, '--seconds', values.seconds],
      ...['--threads', values.threads, '--engine-variant', values['engine-variant'], '--json'],
    ],
    { encoding: 'utf8' },
  );
  return JSON.parse(output);
}

/** @param {keyof typeof peers} peer @param {number} row @param {string} cell */
function measurePeer(peer, row, cell) {
  const script = join(root, 'bench', 'peers', peers[peer].script);
  const output = execFileSync(
    python.get(peer) ?? 'python3',
    [script, '--rows', String(row), '--cells', cell, '--seconds', values.seconds, '--threads', values.threads],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}').best;
}

/** @returns {Map<string, string>} the Python of each peer that is there */
function installPeers() {
  const found = new Map();
  for (const name of values.peers.split(',').filter(Boolean)) {
    const peer = peers[/** @type {keyof typeof peers} */ (name)];
    if (!peer) {
      say(`${name} is no peer of this bench (${Object.keys(peers).join(', ')})`);
      continue;
    }
    const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'unroll', 'bench', name);
    const executable = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    try {
      if (!existsSync(join(folder, 'installed'))) {
        say(`Set-up: ${name} (${peer.packages.join(', ')}), once`);
        mkdirSync(folder, { recursive: true });
        execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
        execFileSync(executable, ['-m', 'pip', 'install', '--quiet', ...peer.packages], { stdio: 'ignore' });
        mkdirSync(join(folder, 'installed'));
      }
      found.set(name, executable);
    } catch (error) {
      say(
        `Left out: ${name} could not be installed (${error instanceof Error ? error.message.split('\n')[0] : error})`,
      );
    }
  }
  return found;
}
