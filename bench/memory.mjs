/**
 * Peak memory and time of the whole process on large files, against the promise of less than 1.5 times the file. Files
 * are made in a temporary folder, one after another, and removed. `npm run bench:memory -- --megabytes 100 --only table`
 * is quicker. Needs Linux, whose kernel counts the peak.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '300' }, only: { type: 'string', default: '' } },
});
const cli = join(import.meta.dirname, '..', 'dist', 'cli.js');
const bytes = Number(values.megabytes) * 1e6;
const promised = 1.5;

/** The same numbers each time (mulberry32). */
function generator(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = generator(1);
const below = (/** @type {number} */ limit) => Math.floor(random() * limit);

/** Few words often and many rarely, as in a language (Zipf). */
function wordsOf(/** @type {string[]} */ letters, /** @type {number} */ count) {
  const words = Array.from({ length: count }, () =>
    Array.from({ length: 2 + below(9) }, () => letters[below(letters.length)]).join(''),
  );
  return () => words[Math.floor(count ** random()) - 1] ?? '';
}

function line(/** @type {() => string} */ word) {
  const end = ['.', ',', ';', '!', '?', ' – 12', ' (34)', ':', '"', '…'][below(10)];
  return `${Array.from({ length: 6 + below(10) }, word).join(' ')}${end}\n`;
}

const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, i) => String.fromCodePoint(from + i));
const latin = wordsOf([...range(0x61, 0x7b), ...range(0x61, 0x7b), ...range(0x41, 0x5b)], 50_000);
const greek = wordsOf(range(0x3b1, 0x3ca), 20_000);
const chinese = wordsOf(range(0x4e00, 0x4e00 + 3000), 20_000);
const date = (/** @type {number} */ row, /** @type {number} */ step) =>
  new Date(1e12 + row * step).toISOString().slice(0, 19).replace('T', ' ');
const wave = (/** @type {number} */ row, /** @type {number} */ c) => 20 * Math.sin(row / (10 + c)) + 10 * random();

/** @type {Record<string, { extension: string, options?: string[], head?: string, line: (row: number) => string }>} */
const files = {
  text: { extension: 'txt', line: () => line(latin) },
  words: { extension: 'txt', options: ['--tokens', 'words'], line: () => line(latin) },
  'text, half Greek': { extension: 'txt', line: (row) => line(row % 2 ? latin : greek) },
  'text, half Chinese': { extension: 'txt', line: (row) => line(row % 2 ? latin : chinese) },
  'words, all different': {
    extension: 'txt',
    options: ['--tokens', 'words'],
    line: (row) => `the ${row.toString(36)} of ${below(2 ** 32).toString(36)} and ${below(2 ** 32).toString(36)}\n`,
  },
  'table, two decimals': {
    extension: 'csv',
    head: 'date,a,b,c,d,e,f\n',
    line: (row) => `${date(row, 60_000)},${range6((c) => wave(row, c).toFixed(2))}\n`,
  },
  'table, all digits': {
    extension: 'csv',
    head: 'date,a,b,c,d,e,f\n',
    line: (row) => `${date(row, 60_000)},${range6((c) => String(wave(row, c)))}\n`,
  },
  'table, short cells': {
    extension: 'csv',
    head: 'date,a,b,c,d,e,f\n',
    line: (row) => `${date(row, 86_400_000 / 24 / 60).slice(0, 16)},${range6(() => String(below(10)))}\n`,
  },
  'table, latest first': {
    extension: 'csv',
    head: 'date,a,b,c,d,e,f\n',
    line: (row) => `${date(-row, 60_000)},${range6((c) => wave(row, c).toFixed(2))}\n`,
  },
  'table, names': {
    extension: 'csv',
    head: 'date,who,a,b,c,d,e,f\n',
    line: (row) => `${date(row, 60_000)},${latin()} ${latin()} ${row},${range6((c) => wave(row, c).toFixed(2))}\n`,
  },
};

function range6(/** @type {(c: number) => string} */ cell) {
  return `${cell(0)},${cell(1)},${cell(2)},${cell(3)},${cell(4)},${cell(5)}`;
}

console.log(`${'file'.padEnd(22)} command   seconds   peak MB   × file`);
let kept = true;
for (const [name, file] of Object.entries(files)) {
  if (!name.includes(values.only)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'unroll-bench-'));
  try {
    const path = join(folder, `large.${file.extension}`);
    write(path, file);
    const training = ['--steps', '20', '--units', '8', '--out', join(folder, 'run')];
    for (const [command, options] of /** @type {const} */ ([
      ['inspect', []],
      ['train', training],
    ])) {
      const { code, peak, seconds } = await measured([command, path, ...(file.options ?? []), ...options, '--json']);
      const ratio = peak / bytes;
      kept &&= code === 0 && ratio < promised;
      const figures = [
        seconds.toFixed(1).padStart(9),
        (peak / 1e6).toFixed(0).padStart(9),
        ratio.toFixed(2).padStart(8),
      ];
      console.log(
        `${name.padEnd(22)} ${command.padEnd(7)} ${figures.join(' ')}${code === 0 ? '' : `   exit code ${code}`}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (!kept) process.exitCode = 1;

/** @param {string} path @param {{ head?: string, line: (row: number) => string }} file */
function write(path, { head = '', line: next }) {
  const handle = openSync(path, 'w');
  let written = writeSync(handle, head);
  for (let row = 0; written < bytes; ) {
    let part = '';
    while (part.length < 1e6 && written + part.length < bytes) part += next(row++);
    written += writeSync(handle, part);
  }
  closeSync(handle);
}

/** Runs the command line to its end; a high-water mark that the kernel keeps is read while it lives. */
function measured(/** @type {string[]} */ words) {
  const began = performance.now();
  const child = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, highWater(child.pid));
  }, 20);
  return new Promise(
    (/** @type {(value: { code: number | null, peak: number, seconds: number }) => void} */ resolve) => {
      child.on('exit', (code) => {
        clearInterval(look);
        resolve({ code, peak, seconds: (performance.now() - began) / 1000 });
      });
    },
  );
}

/** Most bytes ever resident. */
function highWater(/** @type {number | undefined} */ pid) {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
