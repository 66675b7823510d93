import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import manifest from '../../package.json';
import { randomFromSeed } from '../base/random';
import { UserError } from '../base/user-error';
import type { Cell } from '../cells/expression';
import { engineSchema, type RunConfiguration } from '../configuration/run';
import { engineVersion } from '../engine/tensors';
import { Model } from '../models/model';
import { countParameters } from '../models/parameters';
import { probeModel } from '../probes/probe';
import type { Checkpoint } from '../protocol/checkpoint';
import type {
  EngineReport,
  MetricsPoint,
  Probe,
  RunRecord,
  RunResult,
  RunState,
  Sample,
  SampleRequest,
} from '../protocol/run';
import type { Argument, Outcome, WorkerCalls, WorkerEvents } from '../protocol/worker';
import { freeName, RunWriter, readBest, readRecord, runFile } from '../runs';
import { modelOf, type ReadDataset, readDataset, resolveConfiguration } from '../tasks';
import { Training } from '../training/training';
import { verdict } from '../training/verdict';
import { breathe } from './breathe';
import { cellOfRun, chosenCell } from './cell';
import { startEngine } from './engine';

export type Emit = <N extends keyof WorkerEvents>(name: N, value: WorkerEvents[N]) => void;

/** Milliseconds between two breaths, in which messages come in: a step of a small model takes less. */
const longestBreath = 4;

/** One training with its run: takes steps, writes and tells what came of them, and obeys pause and stop. */
export class Session {
  private ending: 'no' | 'stop' | 'forNow' = 'no';
  /** No more steps come. */
  private over = false;
  private busy: Promise<unknown> = Promise.resolve();
  /** Step from which patience counts, at the earliest. */
  private patientSince = 0;
  private tested: RunResult['test'];
  /** What the validation of the best weights found. */
  private best: MetricsPoint | undefined;
  private paused: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  private constructor(
    private readonly dataset: ReadDataset,
    private readonly training: Training,
    private readonly configuration: RunConfiguration,
    private readonly writer: RunWriter,
    private readonly emit: Emit,
  ) {}

  /** Reads the dataset and begins a run. Throws a UserError, with nothing written, when either cannot be done. */
  static async begin(request: Argument<WorkerCalls, 'train'>, emit: Emit): Promise<Session> {
    const { source, choices, folder, name } = request;
    const isCellChosen = choices.model?.cell !== undefined || request.cell !== undefined;
    // What is chosen and wrong is told before anything is read.
    const chosen = isCellChosen ? await chosenCell(choices.model?.cell, request.cell) : undefined;
    // The engine's threads start while the dataset is read.
    const [engine, read] = await Promise.all([
      startEngine(engineSchema.parse(choices.engine ?? {})),
      readDataset(source, choices),
    ]);
    const dataset = withEngineNote(read, engine);
    emit('dataset', dataset.report);
    const configuration = resolveConfiguration(choices, dataset.report);
    const { cell, text: cellText } = chosen ?? (await chosenCell(configuration.model.cell));
    const training = trainingOf(dataset, configuration, cell);
    const { proposal: _, ...kept } = dataset.report;
    const fewer = training.batchSize < configuration.training.batchSize;
    const record: RunRecord = {
      formatVersion: 1,
      id: basename(folder),
      name: name ?? (await freeName(folder, `${cell.name} on ${dataset.report.name}`)),
      createdAt: new Date().toISOString(),
      state: 'running',
      configuration,
      cell: cell.name,
      dataset: {
        ...kept,
        warnings: fewer
          ? [
              ...kept.warnings,
              ...training.warnings,
              `The training part is short: ${training.batchSize} sequences at once instead of ${configuration.training.batchSize}.`,
            ]
          : [...kept.warnings, ...training.warnings],
      },
      versions: { unroll: manifest.version, tfjs: engineVersion, node: process.versions.node },
      engine,
      parameters: countParameters(training.model.spec),
    };
    const writer = await RunWriter.create(folder, record, {
      encoding: dataset.prepared.encoding,
      cell: cellText,
      checkpoint: await training.snapshot(),
      text: source.kind === 'text' ? source.text : undefined,
    });
    return new Session(dataset, training, configuration, writer, emit);
  }

  /** Goes on from the last checkpoint. Throws a UserError when the dataset is gone or another one. */
  static async resume({ folder, steps }: Argument<WorkerCalls, 'resume'>, emit: Emit): Promise<Session> {
    const record = await readRecord(folder);
    const cell = await cellOfRun(folder, record);
    const saved = record.configuration;
    const configuration = steps === undefined ? saved : { ...saved, training: { ...saved.training, steps } };
    const [engine, dataset] = await Promise.all([
      startEngine(saved.engine, record.engine.variant),
      readDataset({ kind: 'file', path: datasetPath(folder, record) }, configuration),
    ]);
    if (dataset.report.fingerprint.sha256 !== record.dataset.fingerprint.sha256) {
      throw new UserError({
        what: `${record.dataset.name} has changed since the run began, so it cannot go on with the same data`,
        where: record.dataset.path,
        wayOut: 'Restore the file as it was, or train anew on the changed one.',
      });
    }
    emit('dataset', dataset.report);
    const { writer, checkpoint, metrics } = await RunWriter.reopen(folder);
    try {
      if (steps !== undefined && steps <= (checkpoint?.position.step ?? 0)) {
        throw new UserError({
          what: `The run has done ${checkpoint?.position.step} steps already, so ${steps} is no new total`,
          where: folder,
          wayOut: 'Give a greater total of steps.',
        });
      }
      const training = trainingOf(dataset, configuration, cell, checkpoint);
      const session = new Session(dataset, training, configuration, writer, emit);
      const { bestStep } = training.position;
      session.best = metrics.find(({ step }) => step === bestStep);
      // Who asks for more steps wants them, however long the last ones brought nothing.
      if (steps !== undefined) session.patientSince = training.position.step;
      await session.update({ state: 'running', configuration, engine });
      return session;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  get folder(): string {
    return this.writer.folder;
  }

  /** Whether its model can be asked: once no more steps come, the run's folder has it. */
  get isTraining(): boolean {
    return !this.over;
  }

  /** Trains to the end, or until it is stopped. Throws what ends it early, after it is written down. */
  async run(): Promise<Outcome> {
    this.emit('run', this.writer.record);
    try {
      let breathed = performance.now();
      while (this.ending === 'no' && !this.isDone()) {
        await this.alone(() => this.step());
        if (performance.now() - breathed > longestBreath) {
          await breathe();
          breathed = performance.now();
        }
        await this.paused?.over;
      }
      this.over = true;
      await this.alone(() => this.checkpoint());
      if (this.ending !== 'forNow') await this.alone(() => this.test());
      const state = this.ending === 'no' ? 'finished' : this.ending === 'stop' ? 'stopped' : 'interrupted';
      await this.update({ state: state === 'interrupted' ? 'running' : state, result: this.result() });
      return { run: this.folder, state, result: this.result() };
    } catch (error) {
      this.over = true;
      await this.fail(error);
      throw error;
    } finally {
      await this.writer.close();
      this.training.dispose();
    }
  }

  private isDone(): boolean {
    const { training } = this.configuration;
    return this.training.position.step >= training.steps || this.training.isOutOfPatience(this.patientSince);
  }

  async pause(): Promise<void> {
    // Who asked for the end gets it.
    if (this.paused || this.over || this.ending !== 'no') return;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.paused = { over, end };
    await this.update({ state: 'paused' });
  }

  async unpause(): Promise<void> {
    const { paused } = this;
    if (!paused) return;
    // At once, for more calls may come while the change is written.
    this.paused = undefined;
    await this.update({ state: 'running' });
    this.training.resumeClock();
    paused.end();
  }

  stop(forNow: boolean): void {
    this.ending = forNow ? 'forNow' : 'stop';
    this.paused?.end();
    this.paused = undefined;
  }

  sample(request: SampleRequest): Promise<Sample> {
    return this.alone(() => this.draw(request));
  }

  probe(input: string | undefined): Promise<Probe> {
    return this.alone(() => this.record(input));
  }

  rename(name: string): Promise<void> {
    return this.update({ name });
  }

  private draw(request: SampleRequest): Promise<Sample> {
    const { step } = this.training.position;
    const { task, prepared } = this.dataset;
    return task.sample(this.training.model, prepared.encoding, request, {
      step,
      seed: this.training.seedAt(step),
      random: randomFromSeed,
      breathe,
    });
  }

  private async record(input?: string): Promise<Probe> {
    const { task, prepared } = this.dataset;
    const wanted = await task.probeInput(prepared.encoding, input);
    return probeModel(this.training.model, wanted, this.training.position.step);
  }

  /** One after another: a sample is drawn from weights that no step changes meanwhile. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.busy.then(work);
    this.busy = done.catch(() => undefined);
    return done;
  }

  private async step(): Promise<void> {
    const { sampleEvery, checkpointEvery } = this.configuration.training;
    const { step, metrics, isBest } = await this.training.step();
    if (isBest) this.best = metrics;
    if (isBest) await this.writer.best(await this.training.model.toArrays(), step);
    if (metrics) {
      await this.writer.metrics(metrics);
      this.emit('metrics', metrics);
    }
    if (this.training.isDue(sampleEvery)) await this.look();
    if (this.training.isDue(checkpointEvery)) await this.checkpoint();
  }

  private async look(): Promise<void> {
    const sample = await this.draw({});
    await this.writer.sample(sample);
    this.emit('sample', sample);
    const probe = await this.record();
    await this.writer.probe(probe);
    this.emit('probe', probe);
    this.training.resumeClock();
  }

  private async checkpoint(): Promise<void> {
    if (await this.training.isSound()) await this.writer.checkpoint(await this.training.snapshot());
    if (this.training.position.step > 0) await this.update({ result: this.result() });
  }

  private async update(change: Partial<RunRecord>): Promise<void> {
    this.emit('run', await this.writer.update(change));
  }

  /** Measures the best weights on the test part, which nothing has seen before. */
  private async test(): Promise<void> {
    const { prepared } = this.dataset;
    const best = prepared.test && this.training.position.step > 0 ? await readBest(this.folder) : undefined;
    if (!best) return;
    const model = Model.fromArrays(this.training.model.spec, best.weights);
    try {
      const { validationLoss, ...scores } = (await prepared.test?.(model, this.configuration.training, breathe)) ?? {};
      if (validationLoss !== undefined && Number.isFinite(validationLoss))
        this.tested = { ...scores, loss: validationLoss, step: best.step };
    } finally {
      model.dispose();
    }
  }

  private result(): RunResult {
    const { step, loss, validationLoss, bestValidationLoss, bestStep } = this.training.position;
    const own = { step, loss, validationLoss, bestValidationLoss, bestStep };
    const said = verdict({ ...own, test: this.tested }, this.dataset.report, this.best);
    const numbers = this.tested ? { ...own, test: this.tested } : own;
    return said.length > 0 ? { ...numbers, verdict: said } : numbers;
  }

  private async fail(error: unknown): Promise<void> {
    const data =
      error instanceof UserError
        ? error.toData()
        : {
            what: `Something failed inside: ${error instanceof Error ? error.message : error}`,
            wayOut: 'Continue the run from its last checkpoint.',
          };
    const state: RunState = 'failed';
    // The failure itself matters more than that it could not be written down, as on a full disk.
    await this.update({
      state,
      error: data,
      ...(this.training.position.step > 0 ? { result: this.result() } : {}),
    }).catch(() => undefined);
  }
}

function trainingOf(
  { task, prepared }: ReadDataset,
  configuration: RunConfiguration,
  cell: Cell,
  checkpoint?: Checkpoint,
): Training {
  const spec = modelOf(prepared.encoding, { ...configuration.model, cell });
  const { loss = task.loss } = prepared;
  return new Training(
    { task: { loss }, prepared, spec, configuration, now: () => performance.now(), breathe },
    checkpoint,
  );
}

/** A slow engine is told where all that one should know is told. What only could be faster stands in the run's record. */
function withEngineNote(dataset: ReadDataset, { backend, note }: EngineReport): ReadDataset {
  if (backend !== 'cpu' || note === undefined) return dataset;
  const warnings = [...dataset.report.warnings, `The fast engine does not work here: ${note}.`];
  return { ...dataset, report: { ...dataset.report, warnings } };
}

function datasetPath(folder: string, { dataset }: RunRecord): string {
  const copy = runFile.dataset(folder);
  return existsSync(copy) ? copy : (dataset.path ?? copy);
}
