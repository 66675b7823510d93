import { writeSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import manifest from '../../package.json';
import { sentence, UserError } from '../base/user-error';
import { visible, visibleJson } from '../base/visible';
import { isCellName, type RunChoices } from '../configuration/run';
import { nativeFolder } from '../native/cache-folder';
import type { RunResult, RunState, Trace } from '../protocol/run';
import type { Argument, Outcome, WorkerCalls, WorkerEvents } from '../protocol/worker';
import { newRunFolder, readRecord, slugOf } from '../runs';
import { samplesOf } from '../samples';
import { type OnEvent, startWorker, type WorkerClient } from '../worker/start';
import { parseCommandLine, type Request } from './arguments';
import { bench } from './bench';
import { cellsText, checkLines, checkTextOf } from './cells';
import { writeFrames } from './frames-file';
import { generate } from './generate';
import { help } from './help';
import { native } from './native';
import { Progress, scoresText } from './progress';

/** Exit codes: bad input or options, and what fails inside or once a training is under way. */
const badInput = 2;
const failure = 1;
let exitCode = badInput;
/** The run that an error leaves behind. */
let kept: string | undefined;

const print = (value: unknown) => process.stdout.write(`${visibleJson(value)}\n`);

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
      const choices = withPaths(request.choices);
      const model = request.model === undefined ? undefined : resolve(request.model);
      return follow(request.json, folder, (worker) =>
        worker.call('train', { source, choices, folder, name: request.name, model }),
      );
    }
    case 'resume': {
      const folder = resolve(request.run);
      return follow(request.json, folder, (worker) =>
        worker.call('resume', { folder, steps: request.steps, engine: request.engine }),
      );
    }
    case 'inspect':
      return inspect(request);
    case 'sample': {
      const { run, json, out, command: _, ...wanted } = request;
      const sample = await withWorker(silent, (worker) =>
        worker.call('sample', {
          folder: resolve(run),
          request: { ...wanted, audio: wanted.audio === undefined ? undefined : resolve(wanted.audio) },
        }),
      );
      const file = out === undefined ? undefined : await writeFrames(sample, out);
      if (json) print({ type: 'sample', ...sample });
      else
        process.stdout.write(
          `${samplesOf(sample.task).text(sample)}\n${file === undefined ? '' : `${visible(file)}\n`}`,
        );
      return;
    }
    case 'probe':
      return probe(request);
    case 'export': {
      const folder = resolve(request.run);
      const out = resolve(request.out ?? `${slugOf((await readRecord(folder)).dataset.name)}-tfjs`);
      const { path, bytes } = await withWorker(silent, (worker) => worker.call('exportModel', { folder, out }));
      if (request.json) print({ type: 'exported', path, bytes });
      else process.stdout.write(`${visible(path)}\n`);
      return;
    }
    case 'bench':
      return withWorker(silent, (worker) =>
        bench(worker, request, (line) => {
          if (typeof line === 'string') process.stdout.write(`${line}\n`);
          else print(line);
        }),
      );
    case 'cells': {
      const { inputs, units, json } = request;
      const cells = await withWorker(silent, (worker) => worker.call('cells', { inputs, units }));
      if (json) for (const cell of cells) print({ type: 'cell', ...cell });
      else process.stdout.write(`${cellsText(cells)}\n`);
      return;
    }
    case 'native':
      return native(request);
    case 'check':
      return check(request);
    case 'generate': {
      const { path, bytes } = await generate(request);
      if (request.json) print({ type: 'generated', name: request.name, path, bytes });
      else process.stdout.write(`${path}\n`);
      return;
    }
  }
}

/** A text that cannot be read is bad input, and a cell that is not sound a failure. */
async function check({ cell, inputs, units, json }: Extract<Request, { command: 'check' }>): Promise<void> {
  const choice = isCellName(cell) ? cell : resolve(cell);
  const found = await withWorker(silent, (worker) => worker.call('checkCell', { choice, inputs, units }));
  if (json) for (const line of checkLines(found)) print(line);
  else process.stdout.write(`${checkTextOf(found, cell)}\n`);
  if (!found.sound) process.exitCode = found.cell === undefined ? badInput : failure;
}

/** Paths of a cell's file and of a second dataset are relative to the folder in which the command was typed. */
function withPaths(choices: RunChoices): RunChoices {
  const cell = choices.model?.cell;
  const pair = choices.reading?.pair;
  return {
    ...choices,
    ...(cell !== undefined && !isCellName(cell) && { model: { ...choices.model, cell: resolve(cell) } }),
    ...(pair !== undefined && { reading: { ...choices.reading, pair: resolve(pair) } }),
  };
}

/** Trains and tells, until the end or Ctrl-C: the first asks for a checkpoint, a second ends at once. */
async function follow(json: boolean, folder: string, train: (worker: WorkerClient) => Promise<Outcome>): Promise<void> {
  let steps = 0;
  let stepped = false;
  const progress = new Progress(process.stdout, () => steps);
  const onEvent: OnEvent = (name, value) => {
    if (name === 'run') {
      exitCode = failure;
      kept = folder;
      steps = (value as WorkerEvents['run']).configuration.training.steps;
      return;
    }
    if (name === 'metrics') stepped = true;
    if (json && name !== 'probe') print({ type: name, ...value });
    else if (!json && name === 'dataset') progress.dataset(value as WorkerEvents['dataset']);
    else if (!json && name === 'metrics') progress.metrics(value as WorkerEvents['metrics']);
    else if (!json && name === 'sample') progress.sample(value as WorkerEvents['sample']);
  };
  await withWorker(onEvent, async (worker) => {
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
      else {
        if (!stepped && state === 'finished')
          progress.say('The run was finished before; to go on, give a new total with --steps N.');
        for (const line of [ending(state, result), ...(result.verdict ?? []), run])
          process.stdout.write(`${visible(line)}\n`);
      }
    } finally {
      progress.end();
    }
  });
}

function ending(state: RunState, { step, bestValidationLoss, bestStep, test }: RunResult): string {
  const best =
    bestValidationLoss === undefined
      ? ''
      : `; best validation loss ${bestValidationLoss.toFixed(4)} at step ${bestStep}`;
  const tested = test === undefined ? '' : `; test ${test.loss.toFixed(4)}${scoresText(test)}`;
  return `${state} after ${step} ${step === 1 ? 'step' : 'steps'}${best}${tested}`;
}

async function inspect({ file, choices, json }: Extract<Request, { command: 'inspect' }>): Promise<void> {
  const request: Argument<WorkerCalls, 'inspect'> = {
    source: { kind: 'file', path: resolve(file) },
    reading: (withPaths(choices).reading ?? {}) as Argument<WorkerCalls, 'inspect'>['reading'],
    validationShare: choices.training?.validationShare,
    testShare: choices.training?.testShare,
  };
  const report = await withWorker(silent, (worker) => worker.call('inspect', request));
  if (json) print({ type: 'dataset', ...report });
  else new Progress(process.stdout, () => 0).dataset(report);
}

async function probe({ run, input, json }: Extract<Request, { command: 'probe' }>): Promise<void> {
  const {
    step,
    input: labels,
    traces,
  } = await withWorker(silent, (worker) => worker.call('probe', { folder: resolve(run), input }));
  const width = Math.max(4, ...traces.map(({ name }) => name.length));
  const isBoth = traces.some(({ direction }) => direction === 'backward');
  for (const trace of traces) {
    const { layer, direction, name, role, timeSteps, units, values } = trace;
    const place = `layer ${layer}${isBoth ? ` ${direction.padEnd(8)}` : ''}`;
    if (json)
      print({
        type: 'probe',
        step,
        layer,
        direction,
        name,
        role,
        shape: [timeSteps, units],
        input: labels,
        values: Array.from(values),
      });
    else process.stdout.write(`${place}  ${name.padEnd(width)} ${role.padEnd(7)} ${statistics(trace)}\n`);
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

const silent: OnEvent = () => undefined;

async function withWorker<T>(onEvent: OnEvent, use: (worker: WorkerClient) => Promise<T>): Promise<T> {
  const worker = startWorker(onEvent, { nativeFolders: [nativeFolder()] });
  try {
    return await use(worker);
  } catch (error) {
    const gone = await Promise.race([
      worker.exited.then(() => true),
      new Promise<boolean>((resolve) => setImmediate(resolve, false)),
    ]);
    if (gone) exitCode = failure;
    throw error;
  } finally {
    await worker.terminate();
  }
}

/** A reader that goes away, as `| head` does, is no failure. */
function endWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(0);
  const reason = error.code === 'ENOSPC' ? 'the disk is full' : error.message;
  const line = `The output cannot be written: ${reason}. Send it elsewhere${kept ? `; the run goes on with --resume ${kept}` : ''}.`;
  // At once, since nothing runs after the exit.
  writeSync(process.stderr.fd, `${visible(line)}\n`);
  process.exit(failure);
}

function explain(error: unknown): string {
  const line =
    error instanceof UserError
      ? sentence(error)
      : `Something failed inside: ${error instanceof Error ? error.message : error}. Please report it, with what UNROLL_DEBUG=1 adds when you run it again.`;
  return visible(kept ? `${line} The run is kept in ${kept}` : line);
}

process.stdout.on('error', endWithoutOutput);
process.stderr.on('error', () => undefined);

main().catch((error: unknown) => {
  const known = error instanceof UserError;
  process.stderr.write(`${explain(error)}\n`);
  if (!known && process.env.UNROLL_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = known ? exitCode : failure;
});
