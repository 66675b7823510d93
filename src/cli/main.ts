import { basename, resolve } from 'node:path';
import manifest from '../../package.json';
import { sentence, UserError } from '../base/user-error';
import { visible } from '../base/visible';
import type { Trace } from '../protocol/run';
import type { Argument, Outcome, WorkerCalls, WorkerEvents } from '../protocol/worker';
import { newRunFolder, readRecord } from '../runs';
import { type OnEvent, startWorker, type WorkerClient } from '../worker/start';
import { parseCommandLine, type Request } from './arguments';
import { help } from './help';
import { Progress, sampleText } from './progress';

/** Exit codes: bad input or options, and what fails once a training is under way. */
const badInput = 2;
const failure = 1;
let exitCode = badInput;

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const request = parseCommandLine(process.argv.slice(2));
  switch (request.command) {
    case 'help':
      process.stdout.write(help());
      return;
    case 'version':
      process.stdout.write(`${manifest.version}\n`);
      return;
    case 'train': {
      const folder = resolve(request.out ?? (await newRunFolder(process.cwd(), basename(request.file))));
      const source = { kind: 'file' as const, path: resolve(request.file) };
      return follow(request.json, folder, (worker) =>
        worker.call('train', { source, choices: request.choices, folder, name: request.name }),
      );
    }
    case 'resume': {
      const folder = resolve(request.run);
      return follow(request.json, folder, (worker) => worker.call('resume', { folder, steps: request.steps }));
    }
    case 'inspect':
      return inspect(request);
    case 'sample': {
      const { run, json, command: _, ...wanted } = request;
      const sample = await withWorker((worker) => worker.call('sample', { folder: resolve(run), request: wanted }));
      if (json) print({ type: 'sample', ...sample });
      else process.stdout.write(`${sampleText(sample)}\n`);
      return;
    }
    case 'probe':
      return probe(request);
  }
}

/** Trains and tells, until the end or Ctrl-C: the first asks for a checkpoint, a second ends at once. */
async function follow(json: boolean, folder: string, train: (worker: WorkerClient) => Promise<Outcome>): Promise<void> {
  let steps = 0;
  const progress = new Progress(process.stdout, () => steps);
  const onEvent: OnEvent = (name, value) => {
    if (name === 'run') {
      exitCode = failure;
      steps = (value as WorkerEvents['run']).configuration.training.steps;
      return;
    }
    if (json && name !== 'probe') print({ type: name, ...value });
    else if (!json && name === 'dataset') progress.dataset(value as WorkerEvents['dataset']);
    else if (!json && name === 'metrics') progress.metrics(value as WorkerEvents['metrics']);
    else if (!json && name === 'sample') progress.sample(value as WorkerEvents['sample']);
  };
  const worker = startWorker(onEvent);
  const stop = (forNow: boolean) => {
    process.once('SIGINT', () => process.exit(130));
    void worker.call('stop', { forNow }).catch(() => undefined);
  };
  process.once('SIGINT', () => stop(false));
  process.once('SIGTERM', () => stop(true));
  try {
    const { run, state, result } = await train(worker);
    progress.end();
    if (json) print({ type: 'done', run, state, ...result });
    else
      process.stdout.write(
        `${state} after ${result.step} steps; best validation loss ${result.bestValidationLoss?.toFixed(4) ?? '–'} at step ${result.bestStep ?? '–'}\n${run}\n`,
      );
  } catch (error) {
    progress.end();
    const kept = await readRecord(folder).catch(() => undefined);
    if (kept && !json) process.stderr.write(`The run is kept in ${folder}\n`);
    throw error;
  } finally {
    await worker.terminate();
  }
}

async function inspect({ file, choices, json }: Extract<Request, { command: 'inspect' }>): Promise<void> {
  const request: Argument<WorkerCalls, 'inspect'> = {
    source: { kind: 'file', path: resolve(file) },
    reading: (choices.reading ?? {}) as Argument<WorkerCalls, 'inspect'>['reading'],
  };
  const report = await withWorker((worker) => worker.call('inspect', request));
  if (json) print({ type: 'dataset', ...report });
  else new Progress(process.stdout, () => 0).dataset(report);
}

async function probe({ run, input, json }: Extract<Request, { command: 'probe' }>): Promise<void> {
  const {
    step,
    input: labels,
    traces,
  } = await withWorker((worker) => worker.call('probe', { folder: resolve(run), input }));
  for (const trace of traces) {
    const { layer, name, role, timeSteps, units, values } = trace;
    if (json)
      print({
        type: 'probe',
        step,
        layer,
        name,
        role,
        shape: [timeSteps, units],
        input: labels,
        values: Array.from(values),
      });
    else process.stdout.write(`layer ${layer}  ${name.padEnd(4)} ${role.padEnd(7)} ${statistics(trace)}\n`);
  }
}

function statistics({ values, range: [low, high], timeSteps, units }: Trace): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  const near = (edge: number) => values.filter((value) => Math.abs(value - edge) < 0.05).length / values.length;
  const saturated =
    Number.isFinite(low) && Number.isFinite(high) ? `, ${(100 * (near(low) + near(high))).toFixed(0)} % saturated` : '';
  return `${timeSteps} steps × ${units} units: ${least.toFixed(3)} to ${most.toFixed(3)}, mean ${mean.toFixed(3)}${saturated}`;
}

async function withWorker<T>(use: (worker: WorkerClient) => Promise<T>): Promise<T> {
  const worker = startWorker(() => undefined);
  try {
    return await use(worker);
  } finally {
    await worker.terminate();
  }
}

// A reader that goes away, as `| head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : failure));

main().catch((error: unknown) => {
  const known = error instanceof UserError;
  const line = known ? sentence(error) : `Something failed inside: ${error instanceof Error ? error.message : error}`;
  process.stderr.write(`${visible(line)}\n`);
  if (!known && process.env.UNROLL_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = known ? exitCode : failure;
});
