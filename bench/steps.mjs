/**
 * Steps a second of the built-in cells, as a person gets them: the command line trains on an example, in turns, and the
 * medians of all rounds are printed. `npm run bench -- --rounds 5` measures longer.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, steps: { type: 'string', default: '40' } },
});
const root = join(import.meta.dirname, '..');
const cases = [32, 128].flatMap((units) => ['rnn', 'gru', 'lstm'].map((cell) => ({ cell, units })));
const speeds = new Map(cases.map((one) => [one, /** @type {number[]} */ ([])]));

for (let round = 0; round < Number(values.rounds); round++) {
  for (const one of cases) speeds.get(one)?.push(stepsPerSecond(one));
}
console.log('cell   units   steps/s   tokens/s   (batch 8, window 32; medians)');
for (const [{ cell, units }, measured] of speeds) {
  const middle = median(measured);
  console.log(
    `${cell.padEnd(6)} ${String(units).padStart(5)} ${middle.toFixed(1).padStart(9)} ${(middle * 256).toFixed(0).padStart(10)}`,
  );
}

/** @param {{ cell: string, units: number }} one */
function stepsPerSecond({ cell, units }) {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-bench-'));
  try {
    const quiet = ['--evaluate-every', '1000000', '--sample-every', '1000000', '--checkpoint-every', '1000000'];
    const options = ['--cell', cell, '--units', String(units), '--layers', '1', '--steps', values.steps, ...quiet];
    const file = join(root, 'examples', 'northanger-abbey.txt');
    const output = execFileSync(
      process.execPath,
      [join(root, 'dist', 'cli.js'), 'train', file, ...options, '--out', join(folder, 'run'), '--json'],
      { encoding: 'utf8' },
    );
    const metrics = output
      .split('\n')
      .filter((line) => line.includes('"type":"metrics"'))
      .map((line) => JSON.parse(line));
    // The first steps compile; the last one validates.
    return median(metrics.slice(5, -1).map((point) => point.stepsPerSecond));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number[]} list */
function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
