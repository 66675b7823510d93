import { deriveSeed, type Random, randomFromSeed, randomFromState } from '../base/random';
import { UserError } from '../base/user-error';
import type { RunConfiguration } from '../configuration/run';
import { ClippedAdam } from '../engine/adam';
import { tf } from '../engine/tensors';
import type { LossGradients, ModelState } from '../models/forward';
import { Model } from '../models/model';
import { joined, type ModelSpec, type NamedArray, stateNames } from '../models/parameters';
import type { Checkpoint, NamedArrays, TrainingPosition } from '../protocol/checkpoint';
import type { MetricsPoint } from '../protocol/run';
import type { Batch, Evaluation, Prepared, Task, TrainingWindows } from '../tasks/task';
import { rateAt } from './schedule';
import { SpeedMeter } from './speed';

/** What happened in a step, beyond that it was done. */
export interface StepReport {
  readonly step: number;
  readonly metrics: MetricsPoint | undefined;
  /** The validation loss is the lowest so far. */
  readonly isBest: boolean;
}

export interface TrainingParts {
  readonly task: Pick<Task, 'loss'>;
  readonly prepared: Pick<Prepared<unknown>, 'windows' | 'evaluate' | 'loss'>;
  readonly spec: ModelSpec;
  /** Where a new training begins, unless they are to be drawn. */
  readonly weights?: NamedArrays | undefined;
  readonly configuration: RunConfiguration;
  /** Milliseconds. */
  readonly now: () => number;
  /** Lets messages in between two pieces of work. */
  readonly breathe: () => Promise<void>;
}

/** Metrics lines of a whole training, at most about this many: a chart has no more pixels. */
const mostMetrics = 2000;

/** One training: the model, its optimizer, and where it stands in the data. */
export class Training {
  readonly model: Model;
  private readonly windows: TrainingWindows;
  private readonly optimizer: ClippedAdam;
  private readonly random: Random;
  private readonly speed: SpeedMeter;
  private state: ModelState;
  private done: TrainingPosition;

  constructor(
    private readonly parts: TrainingParts,
    from?: Checkpoint,
  ) {
    const { spec, configuration, prepared } = parts;
    const weights = from?.weights ?? parts.weights;
    const { training } = configuration;
    this.windows = prepared.windows(training);
    this.random = from ? randomFromState(from.position.random) : randomFromSeed(training.seed);
    this.model = weights ? Model.fromArrays(spec, weights) : Model.initialise(spec, this.random);
    const byParameter = (arrays: NamedArrays) =>
      new Map(joined(spec, arrays).map(({ name, values }) => [name, values]));
    this.optimizer = new ClippedAdam(
      this.model.parameters,
      from && { first: byParameter(from.firstMoments), second: byParameter(from.secondMoments) },
    );
    this.state = from ? this.restoreState(from.state) : this.model.zeroState(this.windows.batchSize);
    this.done = from?.position ?? { step: 0, random: [], loss: Number.NaN, pendingLoss: 0, pendingSteps: 0 };
    this.speed = new SpeedMeter(parts.now);
    this.speed.start(this.done.step);
  }

  get position(): Omit<TrainingPosition, 'random'> {
    return this.done;
  }

  /**
   * Whether validations have been no better for longer than the run has patience.
   *
   * @param since step from which it is counted, where that is later than the best one
   */
  isOutOfPatience(since: number): boolean {
    const { patience, evaluateEvery } = this.parts.configuration.training;
    const { step, bestStep = 0 } = this.done;
    return patience > 0 && step - Math.max(since, bestStep) >= patience * evaluateEvery;
  }

  /** Sequences trained on at once: fewer than asked for on a short file. */
  get batchSize(): number {
    return this.windows.batchSize;
  }

  /** What the windows leave out, in sentences. */
  get warnings(): readonly string[] {
    return this.windows.warnings ?? [];
  }

  /** After a pause, so that its time does not count. */
  resumeClock(): void {
    this.speed.start(this.done.step);
  }

  /** A seed for what is drawn beside the training, which does not disturb its own numbers. */
  seedAt(step: number): number {
    return deriveSeed(this.parts.configuration.training.seed, step);
  }

  /**
   * One step of truncated back-propagation through time: forward from the carried state, backward through the window,
   * clip, Adam; then a validation where it is due.
   *
   * @throws UserError when the loss or its gradient is no longer finite; the model stays as it was before the step
   */
  async step(): Promise<StepReport> {
    const { training } = this.parts.configuration;
    const step = this.done.step + 1;
    const batch = this.windows.at(step);
    const start = batch.reset ? this.model.zeroState(this.windows.batchSize) : this.state;
    const { loss, gradients, next } = this.gradientsOf(batch, start);
    const lossValue = (await loss.data())[0] ?? Number.NaN;
    const gradientNorm = Number.isFinite(lossValue)
      ? await this.optimizer.apply(step, gradients, { ...training, learningRate: rateAt(step, training) })
      : Number.NaN;
    tf.dispose([loss, gradients, ...tensorsOf(batch)]);
    if (batch.reset) tf.dispose([...start]);
    if (!Number.isFinite(gradientNorm)) {
      tf.dispose([...next]);
      throw diverged(step, lossValue, training.learningRate);
    }
    tf.dispose([...this.state]);
    this.state = next;

    const stepsPerSecond = this.speed.mark(step);
    this.done = {
      ...this.done,
      step,
      loss: lossValue,
      pendingLoss: this.done.pendingLoss + lossValue,
      pendingSteps: this.done.pendingSteps + 1,
    };
    const evaluation = this.isDue(training.evaluateEvery) ? await this.evaluate() : undefined;
    const isBest = evaluation !== undefined && this.recordEvaluation(evaluation);
    const reportEvery = Math.max(1, Math.floor(training.steps / mostMetrics));
    // The first one, so that whoever watches sees soon that something happens.
    const isReported = step === 1 || step % reportEvery === 0;
    if (evaluation === undefined && !isReported) return { step, metrics: undefined, isBest };
    const metrics: MetricsPoint = {
      step,
      loss: this.done.pendingLoss / this.done.pendingSteps,
      ...finite(evaluation),
      gradientNorm,
      stepsPerSecond,
      tokensPerSecond: stepsPerSecond * this.windows.tokensPerStep,
    };
    this.done = { ...this.done, pendingLoss: 0, pendingSteps: 0 };
    return { step, metrics, isBest };
  }

  /** Whether what happens every so many steps happens now. */
  isDue(every: number): boolean {
    const { step } = this.done;
    return step % every === 0 || step === this.parts.configuration.training.steps;
  }

  /** Whether the next step would find a finite loss: a checkpoint of a model that has just exploded is of no use. */
  async isSound(): Promise<boolean> {
    const batch = this.windows.at(this.done.step + 1);
    const loss = tf.tidy(() => {
      const start = batch.reset ? this.model.zeroState(this.windows.batchSize) : this.state;
      const of = this.loss;
      const result = this.model.forward(batch.input, start, batch);
      return of === 'crossEntropy' ? result.crossEntropy(batch.targets as tf.Tensor2D) : of(result, batch.targets);
    });
    const [value] = await loss.data();
    tf.dispose([loss, ...tensorsOf(batch)]);
    return Number.isFinite(value);
  }

  async snapshot(): Promise<Checkpoint> {
    const { first, second } = await this.optimizer.moments();
    const names = stateNames(this.model.spec);
    const state = await Promise.all(
      this.state.map(
        async (tensor, index): Promise<[string, NamedArray]> => [
          names[index] ?? '',
          { shape: tensor.shape, values: Float32Array.from(await tensor.data()) },
        ],
      ),
    );
    return {
      weights: await this.model.toArrays(),
      firstMoments: this.model.named(first),
      secondMoments: this.model.named(second),
      state: new Map(state),
      position: { ...this.done, random: this.random.state() },
    };
  }

  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
    tf.dispose([...this.state]);
  }

  private get loss(): Task['loss'] {
    return this.parts.prepared.loss ?? this.parts.task.loss;
  }

  private gradientsOf(batch: Batch, start: ModelState): LossGradients {
    const { input, targets } = batch;
    const { loss } = this;
    return loss === 'crossEntropy'
      ? this.model.crossEntropyGradients(input, targets as tf.Tensor2D, start, this.random, batch)
      : this.model.gradients((result) => loss(result, targets), input, start, this.random, batch);
  }

  private async evaluate(): Promise<Evaluation> {
    const { prepared, configuration, breathe } = this.parts;
    const evaluation = await prepared.evaluate(this.model, configuration.training, breathe);
    this.speed.start(this.done.step);
    return evaluation;
  }

  private recordEvaluation({ validationLoss }: Evaluation): boolean {
    const isBest = validationLoss < (this.done.bestValidationLoss ?? Number.POSITIVE_INFINITY);
    this.done = {
      ...this.done,
      validationLoss,
      ...(isBest ? { bestValidationLoss: validationLoss, bestStep: this.done.step } : {}),
    };
    return isBest;
  }

  private restoreState(arrays: NamedArrays): ModelState {
    return stateNames(this.model.spec).map((name) => {
      const array = arrays.get(name);
      if (!array) throw new Error(`The checkpoint has no state ${name}`);
      return tf.tensor2d(array.values, [array.shape[0] ?? 0, array.shape[1] ?? 0]);
    });
  }
}

function tensorsOf({ input, targets, written }: Batch): tf.Tensor[] {
  return [input, targets, ...(written ? [written] : [])];
}

/** A validation part of a single token has no loss; JSON has no NaN. */
function finite(evaluation: Evaluation | undefined): Partial<Evaluation> {
  return evaluation && Number.isFinite(evaluation.validationLoss) ? evaluation : {};
}

function diverged(step: number, loss: number, learningRate: number): UserError {
  const what = Number.isFinite(loss)
    ? 'The gradient is no longer finite'
    : `The loss became ${Number.isNaN(loss) ? 'NaN' : 'infinite'}`;
  const lower = Number((learningRate / 10).toPrecision(2));
  return new UserError({
    what,
    where: `step ${step}`,
    wayOut: `The last good checkpoint is kept. Train again with a lower learning rate, such as ${lower} (--rate ${lower}).`,
    actions: [{ label: `Train at Rate ${lower}`, choices: { training: { learningRate: lower } } }],
  });
}
