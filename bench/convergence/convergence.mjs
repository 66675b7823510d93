/**
 * Whether a character model reaches what it reaches in PyTorch: trains on a text with what is proposed for it, then the same
 * model in PyTorch from the same initial weights, on the same windows, with the same clipping, Adam and schedule, and prints
 * both validation losses beside the bigram's.
 *
 *     npx webpack && node bench/convergence/convergence.mjs TEXT [options of `unroll train`]
 *
 * PyTorch is the one that `bench/peers.mjs` installs, or that of the program named in PYTHON.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [text, ...options] = process.argv.slice(2);
if (text === undefined) throw new Error('usage: node convergence.mjs TEXT [options of unroll train]');
const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const python = process.env.PYTHON ?? join(homedir(), '.cache/unroll/bench/pytorch/bin/python3');
const folder = mkdtempSync(join(tmpdir(), 'unroll-convergence-'));

try {
  const began = Date.now();
  const run = train(...options);
  const seconds = (Date.now() - began) / 1000;
  const { configuration, dataset } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'));
  const { model, training } = configuration;
  if (
    model.cell !== 'lstm' ||
    model.layers !== 1 ||
    dataset.reading.tokens !== 'chars' ||
    training.schedule !== 'cosine'
  )
    throw new Error('only for characters and an LSTM of one layer, with the usual schedule');

  // A step at a rate that changes no number in single precision leaves the initial weights.
  const initial = train(...options, '--steps', '1', '--rate', '1e-30');
  const { vocabulary } = JSON.parse(readFileSync(join(run, 'encoding.json'), 'utf8'));
  const idOf = new Map(vocabulary.map((/** @type {string} */ token, /** @type {number} */ id) => [token, id]));
  const characters = Array.from(readFileSync(resolve(text), 'utf8'));
  const ids = join(folder, 'ids');
  writeFileSync(
    ids,
    Int32Array.from(characters, (character) => idOf.get(character) ?? 0),
  );
  const plan = join(folder, 'plan.json');
  const weights = join(initial, 'checkpoint', 'last.safetensors');
  writeFileSync(
    plan,
    JSON.stringify({ ...training, ids, weights, units: model.units, boundary: dataset.split.training }),
  );
  const theirs = JSON.parse(
    execFileSync(python, [join(import.meta.dirname, 'torch_train.py'), plan], { encoding: 'utf8' }),
  );

  const ours = new Map(
    readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ validationLoss }) => validationLoss !== undefined)
      .map(({ step, validationLoss }) => [String(step), validationLoss]),
  );
  const { units } = model;
  console.log(`${units} units, window ${training.timeSteps}, batch ${training.batchSize}, ${training.steps} steps`);
  const steps = Object.keys(theirs.losses);
  const stride = Math.ceil(steps.length / 10);
  for (const [at, step] of steps.entries()) {
    if (at % stride > 0 && at < steps.length - 1) continue;
    const [own, other] = [ours.get(step), theirs.losses[step]];
    console.log(
      `step ${step}: ${own?.toFixed(4)}, PyTorch ${other.toFixed(4)} (${(100 * (own / other - 1)).toFixed(2)} %)`,
    );
  }
  for (const { name, loss } of dataset.baselines) console.log(`${name}: ${loss.toFixed(4)}`);
  console.log(`${seconds.toFixed(0)} s, PyTorch ${theirs.torch} ${theirs.seconds.toFixed(0)} s`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Trains, and returns the run's folder. */
function train(/** @type {string[]} */ ...own) {
  const { stdout, status } = spawnSync(process.execPath, [cli, 'train', resolve(text ?? ''), '--json', ...own], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error('the training failed');
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
  return resolve(folder, last.run ?? last.folder ?? '');
}
