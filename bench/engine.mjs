/**
 * The engine against its peers: whole training steps of the same models, in turns; the usual ones of tasks beside language
 * against PyTorch alone, as LSTM and GRU. Prints a block for each row and
 * cell, or with `--json` one object a line.
 *
 *   npm run bench -- [--rows 1,2,3,4,forecast,classify,translate,speech,frames] [--cells LSTM,GRU,RNN,peephole,ConvLSTM,ConvGRU] [--peers pytorch,jax,keras,tfjs-node]
 *                    [--engines own,tensorflow] [--rounds 3] [--seconds 1.5] [--threads 2] [--engine-variant auto]
 *
 * Each measurement takes `--seconds`, and three steps at least. Peers are installed into folders of their own, from the
 * package registries; one that cannot be, or that fails, is left out, and said so. So is TensorFlow under our own models, where
 * it is not installed (`npm run native`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildKernels } from '../scripts/kernels.mjs';
import { main, SetupError, say, start } from '../scripts/processes.mjs';
import { node24 } from '../scripts/toolchain.mjs';
import { installPeers, peers, whyFailed } from './peers.mjs';

/** Each cell's name with us, or the file of a user's, and which peers have it. */
const cells = {
  LSTM: { ours: 'lstm', peers: ['pytorch', 'jax', 'keras', 'tfjs-node'] },
  GRU: { ours: 'gru', peers: ['pytorch', 'jax', 'keras', 'tfjs-node'] },
  RNN: { ours: 'rnn', peers: ['pytorch', 'jax', 'keras', 'tfjs-node'] },
  peephole: { ours: join(import.meta.dirname, 'peephole.cell'), peers: ['pytorch', 'jax'] },
  ConvLSTM: { ours: 'conv-lstm', peers: ['pytorch'] },
  ConvGRU: { ours: 'conv-gru', peers: ['pytorch'] },
};

/** What computes for us, and how it is asked for. */
const engines = { own: [], tensorflow: ['--backend', 'tensorflow'] };

/** In which the usual models of tasks are measured. */
const cellsOfTasks = ['LSTM', 'GRU'];
const cellsOfFrames = ['ConvLSTM', 'ConvGRU'];

/** @type {Record<string, { batch: number, timeSteps: number, units: number, layers: number }>} */
const rows = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'src', 'cli', 'bench-rows.json'), 'utf8'));

const cli = join(import.meta.dirname, '..', 'dist', 'cli.js');

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(rows).join(',') },
    cells: { type: 'string', default: Object.keys(cells).join(',') },
    peers: { type: 'string', default: Object.keys(peers).join(',') },
    engines: { type: 'string', default: Object.keys(engines).join(',') },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    threads: { type: 'string', default: '2' },
    'engine-variant': { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
});

/**
 * @typedef {{ best: number, steps: number, losses: [first: number, last: number] }} Measured milliseconds, nats
 * @typedef {Measured & { engine: string, threads: number, shareOfRoof?: number }} Ours
 * @typedef {keyof typeof engines} EngineName
 */

await main(async () => {
  const wantedRows = chosen('--rows', values.rows, Object.keys(rows));
  const wantedCells = chosen('--cells', values.cells, Object.keys(cells));
  const wantedPeers = chosen('--peers', values.peers, Object.keys(peers));
  const wantedEngines = /** @type {EngineName[]} */ (chosen('--engines', values.engines, Object.keys(engines)));
  await buildKernels();
  const node = await node24();
  /** @type {EngineName[]} */
  const present = [];
  for (const engine of wantedEngines) if (await works(node, engine)) present.push(engine);
  const commands = await installPeers(wantedPeers);
  for (const row of wantedRows) {
    const isOfTask = 'task' in (rows[row] ?? {});
    for (const [cell, { ours, peers: having }] of Object.entries(cells)) {
      const isOfFrames = cellsOfFrames.includes(cell);
      const suits = isOfTask && row !== 'frames' ? cellsOfTasks.includes(cell) : isOfFrames === (row === 'frames');
      if (!wantedCells.includes(cell) || !suits) continue;
      const others = [...commands].filter(([peer]) => (isOfTask ? peer === 'pytorch' : having.includes(peer)));
      const own = present.map((engine) => /** @type {const} */ ([engine, () => measureOurs(node, row, ours, engine)]));
      print(row, cell, await measureInTurns(row, cell, own, others));
    }
  }
});

/**
 * The words of an option, each of which must be known.
 * @param {string} option @param {string} list @param {readonly string[]} known
 */
function chosen(option, list, known) {
  const words = list.split(',').filter(Boolean);
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new SetupError(`${option}: "${unknown}" is none of ${known.join(', ')}.`);
  return words;
}

/**
 * The best of all rounds. A peer that fails in one is left out of this row and cell.
 * @param {string} row @param {string} cell
 * @param {readonly (readonly [EngineName, () => Promise<Ours>])[]} own
 * @param {readonly (readonly [peer: string, command: import('./peers.mjs').Command])[]} present
 * @returns {Promise<{ ours: Map<EngineName, Ours>, theirs: Map<string, number> }>} milliseconds of each peer
 */
async function measureInTurns(row, cell, own, present) {
  /** @type {Map<EngineName, Ours>} */
  const ours = new Map();
  /** @type {Map<string, number>} */
  const theirs = new Map();
  const failed = new Set();
  for (let round = 0; round < Math.max(1, Number(values.rounds)); round++) {
    for (const [engine, measure] of own) {
      const measured = await measure();
      if (measured.best < (ours.get(engine)?.best ?? Number.POSITIVE_INFINITY)) ours.set(engine, measured);
    }
    for (const [peer, command] of present) {
      if (failed.has(peer)) continue;
      try {
        const { best } = await measurePeer(command, row, cell);
        theirs.set(peer, Math.min(theirs.get(peer) ?? best, best));
      } catch (error) {
        say(`Left out: ${peer} in row ${row}, ${cell} (${whyFailed(error instanceof Error ? error.message : error)})`);
        failed.add(peer);
        theirs.delete(peer);
      }
    }
  }
  return { ours, theirs };
}

/** Whether an engine is there; one that is not is left out, and said so. @param {string} node @param {EngineName} engine */
async function works(node, engine) {
  if (engine === 'own') return true;
  try {
    const options = ['--rows', '1', '--cells', 'rnn', '--seconds', '0.1'];
    await outputOf(node, [cli, 'bench', ...options, ...engines[engine]]);
    return true;
  } catch (error) {
    say(
      `Left out: our models on TensorFlow (${error instanceof Error ? error.message : error}; npm run native installs it)`,
    );
    return false;
  }
}

/** @param {string} node @param {string} row @param {string} cell @param {EngineName} name @returns {Promise<Ours>} */
async function measureOurs(node, row, cell, name) {
  const model = ['--rows', row, '--cells', cell, '--seconds', values.seconds];
  const engine = [
    '--threads',
    values.threads,
    '--engine-variant',
    values['engine-variant'],
    '--json',
    ...engines[name],
  ];
  try {
    return learned(await outputOf(node, [cli, 'bench', ...model, ...engine]));
  } catch (error) {
    throw new SetupError(
      `unroll bench failed in row ${row}, ${cell}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** @param {import('./peers.mjs').Command} command @param {string} row @param {string} cell @returns {Promise<Measured>} */
async function measurePeer([program, ...args], row, cell) {
  const options = ['--rows', row, '--cells', cell, '--seconds', values.seconds, '--threads', values.threads];
  return learned(await outputOf(program, [...args, ...options]));
}

/**
 * What a program prints. Throws with what it said of its failure.
 * @param {string} program @param {readonly string[]} args
 * @returns {Promise<string>}
 */
function outputOf(program, args) {
  return new Promise((resolve, reject) => {
    const child = start(program, args);
    let output = '';
    let complaints = '';
    child.stdout?.setEncoding('utf8').on('data', (part) => (output += part));
    child.stderr?.setEncoding('utf8').on('data', (part) => (complaints += part));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(complaints.trim() || `ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/**
 * The object in the last line of what was printed. Throws when the step did not train; the loss may rise in the first few
 * steps of a large model, and does in TF.js.
 */
function learned(/** @type {string} */ output) {
  const measured = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  const [first, last] = measured.losses;
  const trained = measured.steps < 20 ? Number.isFinite(last) && last !== first : last < first;
  if (!trained) throw new Error(`its loss went from ${first} to ${last} in ${measured.steps} steps`);
  return measured;
}

/** @param {string} row @param {string} cell @param {Awaited<ReturnType<typeof measureInTurns>>} measured */
function print(row, cell, { ours, theirs }) {
  const ratio = (/** @type {number} */ peerMs, /** @type {Ours} */ { best }) => Number((peerMs / best).toFixed(2));
  if (values.json) {
    for (const own of ours.values()) {
      const { best: oursMs, engine, threads, shareOfRoof = null } = own;
      const line = (/** @type {string | null} */ peer, /** @type {number | null} */ peerMs) =>
        console.log(
          JSON.stringify({
            ...{ row: Number(row) || row, cell, engine, threads, peer, oursMs, peerMs },
            ...{ ratio: peerMs === null ? null : ratio(peerMs, own), shareOfRoof },
          }),
        );
      for (const [peer, peerMs] of theirs) line(peer, peerMs);
      if (theirs.size === 0) line(null, null);
    }
    return;
  }
  const { batch, timeSteps, units, layers } = rows[row] ?? {};
  const columns = (/** @type {string} */ name, /** @type {string[]} */ words) =>
    `  ${name.padEnd(22)}${words.map((word) => word.padStart(12)).join('')}`;
  const lines = [
    `Row ${row}, ${cell}: ${batch} × ${timeSteps} × ${units} × ${layers} (batch, time steps, units, layers)`,
    columns('', ['ms a step', ...theirs.keys()]),
    columns('', ['', ...[...theirs.values()].map(milliseconds)]),
    ...[...ours.values()].flatMap((own) => {
      const { engine, threads, shareOfRoof } = own;
      const roof = shareOfRoof === undefined ? '' : `, ${Math.round(100 * shareOfRoof)} % of the roof`;
      return [
        `  unroll: ${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${roof}`,
        columns(theirs.size > 0 ? 'times ours' : '', [
          milliseconds(own.best),
          ...[...theirs.values()].map((ms) => ratio(ms, own).toFixed(2)),
        ]),
      ];
    }),
  ];
  console.log(`${lines.join('\n')}\n`);
}

function milliseconds(/** @type {number} */ ms) {
  return ms.toFixed(ms < 100 ? 3 : 1);
}
