/**
 * Bundles test/host and runs it inside a real extension host, through `@vscode/test-electron`: a downloaded VS Code
 * where there is a display and the download works, else VS Code's server (`vscode-launcher.mjs`).
 * Prints every result; the counts go to out/results/host.json.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests, SilentReporter } from '@vscode/test-electron';
import { build } from 'esbuild';
import { main, SetupError, say } from './processes.mjs';
import { cacheFolder, root } from './toolchain.mjs';

const secondsAtMost = 300;
const bundles = join(root, 'out', 'test', 'host');
const results = join(root, 'out', 'results');

await main(async () => {
  await bundle();
  await mkdir(results, { recursive: true });
  const report = join(results, 'host.jsonl');
  const hostConsole = join(results, 'host-console.log');
  await Promise.all([writeFile(report, ''), writeFile(hostConsole, '')]);
  const workspace = await mkdtemp(join(tmpdir(), 'unroll-host-'));
  let failure;
  try {
    await cp(join(root, 'examples'), join(workspace, 'examples'), { recursive: true });
    await inTime(
      runTests({
        vscodeExecutablePath: await program(),
        extensionDevelopmentPath: root,
        extensionTestsPath: join(bundles, 'index.js'),
        extensionTestsEnv: { UNROLL_HOST_REPORT: report, UNROLL_HOST_CONSOLE: hostConsole },
        launchArgs: [workspace],
      }),
    );
  } catch (error) {
    failure = error;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  return summary(report, hostConsole, failure);
});

async function bundle() {
  await rm(bundles, { recursive: true, force: true });
  const sources = (await readdir(join(root, 'test', 'host'))).filter(
    (name) => name === 'index.ts' || name.endsWith('.test.ts'),
  );
  await build({
    entryPoints: sources.map((name) => join(root, 'test', 'host', name)),
    outdir: bundles,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

/** The VS Code to test in. */
async function program() {
  const launcher = join(root, 'scripts', process.platform === 'win32' ? 'vscode-launcher.cmd' : 'vscode-launcher.mjs');
  if (process.platform === 'linux' && !process.env.DISPLAY) return launcher;
  const download = downloadAndUnzipVSCode({
    cachePath: join(cacheFolder, 'vscode'),
    timeout: 10_000,
    reporter: new SilentReporter(),
  });
  return inTime(download, 120).catch((error) => {
    say(`VS Code cannot be downloaded (${error.message}): the tests run in its server.`);
    return launcher;
  });
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function inTime(promise, seconds = secondsAtMost) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new SetupError(`not finished after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}

/** Prints the results; a host that failed without a failed test counts as one. @returns {Promise<number>} exit code */
async function summary(
  /** @type {string} */ report,
  /** @type {string} */ hostConsole,
  /** @type {unknown} */ failure,
) {
  const lines = (await readFile(report, 'utf8')).split('\n').filter(Boolean);
  /** @type {import('../test/host/result').HostTestResult[]} */
  const tests = lines.map((line) => JSON.parse(line));
  for (const { title, state, milliseconds, error } of tests) {
    console.log(` ${state === 'passed' ? '✓' : '✗'} ${title} (${milliseconds} ms)`);
    if (error) console.log(error.replaceAll(/^/gm, '     '));
  }
  const passed = tests.filter(({ state }) => state === 'passed').length;
  let failed = tests.length - passed;
  if ((failure && failed === 0) || tests.length === 0) {
    failed += 1;
    console.log(` ✗ the extension host: ${failure instanceof Error ? failure.message : 'ran no test'}`);
    console.log((await readFile(hostConsole, 'utf8')).trimEnd().split('\n').slice(-40).join('\n'));
  }
  await writeFile(join(results, 'host.json'), JSON.stringify({ passed, failed }));
  return failed > 0 ? 1 : 0;
}
