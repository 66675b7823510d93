/**
 * `npm test`: sets up what is missing and runs every stage; one that fails does not hide those after it.
 * `node scripts/test.mjs unit host` runs those stages alone, with what they need; other words are passed to vitest as
 * filters of test files. The last line counts the tests; a stage without tests counts when it fails.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, vsixPath } from './build.mjs';
import { dependencies } from './dependencies.mjs';
import { main, run, SetupError, say } from './processes.mjs';
import { chromium, node24, root, vscodeServer } from './toolchain.mjs';

const results = join(root, 'out', 'results');
const packageFile = (/** @type {string} */ path) => join(root, 'node_modules', path);
const script = (/** @type {string} */ name) => join(root, 'scripts', name);

/** @typedef {{ passed: number, failed: number, skipped?: number }} Count */
/** @typedef {'types' | 'lint' | 'build' | 'native' | 'unit' | 'host' | 'package' | 'e2e'} StageName */
/** @typedef {{ after?: StageName[], with?: StageName[], run: () => Promise<Count> }} Stage */

/**
 * In the order in which they run; `after` must have passed, `with` runs first but need not pass.
 * @type {Record<StageName, Stage>}
 */
const stages = {
  types: { run: () => program([packageFile('typescript/bin/tsc'), '-p', root]) },
  lint: { run: () => program([packageFile('@biomejs/biome/bin/biome'), 'check', root]) },
  build: { run: () => build('production').then(() => none) },
  native: { after: ['build'], run: native },
  unit: { with: ['build', 'native'], run: () => vitest('unit', ['unit', 'webview']) },
  host: { after: ['build'], run: () => counted('host', [script('host-tests.mjs')], process.execPath) },
  package: { after: ['build'], run: () => program([script('package.mjs'), '--built']) },
  e2e: {
    after: ['package'],
    // Who asks for this stage wants to look at its pictures.
    run: () =>
      vitest('e2e', ['e2e'], { UNROLL_VSIX: vsixPath(), UNROLL_PICTURES: words.includes('e2e') ? 'all' : 'one' }),
  },
};
const names = /** @type {StageName[]} */ (Object.keys(stages));

const none = { passed: 0, failed: 0 };
const words = process.argv.slice(2);
const filters = words.filter((word) => !isStage(word));

await main(async () => {
  const began = Date.now();
  const asked = names.filter((name) => words.includes(name));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failed = new Set();
  await mkdir(results, { recursive: true });
  await dependencies();
  const wanted = withNeeds(asked.length > 0 ? asked : names);
  await toolchain(wanted);
  for (const name of names.filter((stage) => wanted.has(stage))) {
    const count = await stage(name, failed);
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped ?? 0;
    if (count.failed > 0) failed.add(name);
  }
  say(`\nAll stages: ${seconds(began)}${failed.size > 0 ? `; failed: ${[...failed].join(', ')}` : ''}`);
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
  return total.failed > 0 ? 1 : 0;
});

/** Runs a stage, unless one that it builds on failed. @returns {Promise<Count>} */
async function stage(/** @type {StageName} */ name, /** @type {Set<string>} */ failed) {
  const began = Date.now();
  say(`\n=== ${name}`);
  const missing = (stages[name].after ?? []).filter((needed) => failed.has(needed));
  if (missing.length > 0) {
    say(`${name}: not run, since ${missing.join(' and ')} failed`);
    return { passed: 0, failed: 1 };
  }
  try {
    const count = await stages[name].run();
    say(`${name}: ${count.failed === 0 ? 'passed' : 'failed'} in ${seconds(began)}`);
    return count;
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    say(`${name}: failed in ${seconds(began)}`);
    return { passed: 0, failed: 1 };
  }
}

function seconds(/** @type {number} */ began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}

/** @returns {word is StageName} */
function isStage(/** @type {string} */ word) {
  return Object.hasOwn(stages, word);
}

/** @returns {Set<StageName>} */
function withNeeds(/** @type {readonly StageName[]} */ asked) {
  const all = new Set(asked);
  for (const name of all) {
    for (const needed of [...(stages[name].after ?? []), ...(stages[name].with ?? [])]) all.add(needed);
  }
  return all;
}

/** Fetches what the stages run on; what cannot be had fails the stages that ask for it, with its reason. */
async function toolchain(/** @type {Set<StageName>} */ wanted) {
  const any = (/** @type {StageName[]} */ ...names) => names.some((name) => wanted.has(name));
  const parts = [];
  if (any('unit', 'host', 'e2e')) parts.push(node24(), chromium());
  if (any('host', 'e2e')) parts.push(vscodeServer());
  await Promise.allSettled(parts);
}

/**
 * TensorFlow, on which the suite of all engines runs too, is installed as a person would; where it cannot be, that suite does
 * without, and is counted as skipped once.
 * @returns {Promise<Count>}
 */
async function native() {
  const cli = (/** @type {string[]} */ ...args) =>
    node24().then((node) => run(node, [join(root, 'dist', 'cli.js'), 'native', ...args], { quiet: true }));
  if (JSON.parse((await cli('status', '--json')).output).installed) return none;
  const { code, output } = await cli('install', '--json');
  if (code === 0) return none;
  say(`Skipped: the engines' tests on TensorFlow, which cannot be installed here: ${output.trim().split('\n').at(-1)}`);
  return { ...none, skipped: 1 };
}

/** A program of Node without tests of its own. @returns {Promise<Count>} */
async function program(/** @type {string[]} */ args) {
  const { code } = await run(process.execPath, args, { cwd: root, secondsAtMost: 300 });
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

/** vitest under the Node of VS Code's extension host. @returns {Promise<Count>} */
async function vitest(
  /** @type {string} */ name,
  /** @type {string[]} */ projects,
  /** @type {NodeJS.ProcessEnv} */ env = {},
) {
  const report = join(results, `${name}.json`);
  const args = [
    packageFile('vitest/vitest.mjs'),
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    ...filters,
  ];
  args.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  return counted(name, args, await node24(), env);
}

/**
 * A program that leaves its counts in out/results/<name>.json, ours or vitest's; when it fails without a failed test,
 * or runs none, that counts as one.
 * @returns {Promise<Count>}
 */
async function counted(
  /** @type {string} */ name,
  /** @type {string[]} */ args,
  /** @type {string} */ node,
  /** @type {NodeJS.ProcessEnv} */ env = {},
) {
  const report = join(results, `${name}.json`);
  await rm(report, { force: true });
  const { code } = await run(node, args, { cwd: root, env: { ...process.env, ...env }, secondsAtMost: 900 });
  const counts = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
  const passed = counts.passed ?? counts.numPassedTests ?? 0;
  const failed = counts.failed ?? counts.numFailedTests ?? 0;
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}
