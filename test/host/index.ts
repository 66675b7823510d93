import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import type { HostTestResult } from './result';

/**
 * Called in the extension host by VS Code: runs every `*.test.js` beside this file.
 * Each result is a line of JSON (`HostTestResult`) in the file that `UNROLL_HOST_REPORT` names, and on the console.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, reporter: Quiet });
  for (const file of readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.js'))
    .sort()) {
    mocha.addFile(join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => report({ title: test.fullTitle(), state: 'passed', milliseconds: test.duration ?? 0 }));
    runner.on('fail', (test, error) => {
      report({
        title: test.fullTitle(),
        state: 'failed',
        milliseconds: test.duration ?? 0,
        error: error.stack ?? String(error),
      });
    });
  });
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed.`);
}

/** The results are reported below, where they can be counted. */
class Quiet extends Mocha.reporters.Base {
  override epilogue(): void {}
}

function report(result: HostTestResult): void {
  const line = JSON.stringify(result);
  console.log(line);
  const file = process.env.UNROLL_HOST_REPORT;
  if (file) appendFileSync(file, `${line}\n`);
}
