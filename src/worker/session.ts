import { randomFromSeed } from '../base/random';
import { UserError } from '../base/user-error';
import type { RunConfiguration } from '../configuration/run';
import { letGo } from '../engine/tensors';
import { Model } from '../models/model';
import { probeModel } from '../probes/probe';
import type { MetricsPoint, Probe, RunRecord, RunResult, RunState, Sample, SampleRequest } from '../protocol/run';
import type { Outcome } from '../protocol/worker';
import { type RunWriter, readBest } from '../runs';
import type { ReadDataset } from '../tasks';
import type { Training } from '../training/training';
import { verdict } from '../training/verdict';
import type { Begun, Emit } from './beginning';
import { breathe } from './breathe';

/** Milliseconds between two breaths, in which messages come in: a step of a small model takes less. */
const longestBreath = 4;

/** One training with its run: takes steps, writes and tells what came of them, and obeys pause and stop. */
export class Session {
  private ending: 'no' | 'stop' | 'forNow' = 'no';
  /** No more steps come. */
  private over = false;
  private busy: Promise<unknown> = Promise.resolve();
  private tested: RunResult['test'];
  private paused: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  private readonly dataset: ReadDataset;
  private readonly training: Training;
  private readonly writer: RunWriter;
  private readonly configuration: RunConfiguration;
  /** Step from which patience counts, at the earliest. */
  private readonly patientSince: number;
  /** What the validation of the best weights found. */
  private best: MetricsPoint | undefined;

  constructor(
    begun: Begun,
    private readonly emit: Emit,
  ) {
    this.dataset = begun.dataset;
    this.training = begun.training;
    this.writer = begun.writer;
    this.configuration = begun.writer.record.configuration;
    this.patientSince = begun.patientSince;
    this.best = begun.best;
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
      letGo();
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
