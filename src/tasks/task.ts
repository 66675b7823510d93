import type { Random } from '../base/random';
import type { ModelConfiguration, Reading, TaskName, TrainingConfiguration } from '../configuration/run';
import type { DatasetFile } from '../data';
import type { tf } from '../engine/tensors';
import type { BatchSequences, ForwardResult } from '../models/forward';
import type { Model } from '../models/model';
import type { ModelSpec } from '../models/parameters';
import type { DatasetReport } from '../protocol/dataset';
import type { Sample, SampleRequest, ValidationScores } from '../protocol/run';

/** One window of all streams, or some sequences. `reset` is true where they begin again and the state with them. */
export interface Batch extends BatchSequences {
  /** Ids [batch, time] or numbers [batch, time, size]. */
  readonly input: tf.Tensor;
  /** What follows each step: ids [batch, time] or numbers [batch, time, outputs]; of whole sequences with a time of 1. */
  readonly targets: tf.Tensor;
  readonly reset: boolean;
}

/** How much is trained on at once, and the seed of what is drawn. */
export type WindowSize = Pick<TrainingConfiguration, 'timeSteps' | 'batchSize'> &
  Partial<Pick<TrainingConfiguration, 'seed'>>;

/** The training part as windows; a function of the step alone, so that a training can go on anywhere. */
export interface TrainingWindows {
  readonly batchSize: number;
  /** Tokens or rows in a batch. */
  readonly tokensPerStep: number;
  /** Sentences for a person: what a window of this size leaves out. */
  readonly warnings?: readonly string[];
  /** The batch of a step, counted from 1. The caller disposes of its tensors. */
  at(step: number): Batch;
}

export interface Evaluation extends ValidationScores {
  /** In the unit of the training loss. */
  readonly validationLoss: number;
}

/** Of the logits with class numbers as targets, or any of a forward pass. */
export type Loss = 'crossEntropy' | ((result: ForwardResult, targets: tf.Tensor) => tf.Scalar);

/** A dataset made ready for training by a task. */
export interface Prepared<E> {
  readonly report: Omit<DatasetReport, 'proposal' | 'why' | 'ambiguous' | 'alternatives'>;
  readonly encoding: E;
  /** In place of the task's own, where how it is read decides. */
  readonly loss?: Loss;
  /** Throws a UserError when the training part is shorter than one window. */
  windows(training: WindowSize): TrainingWindows;
  /** Runs the model over the validation part. Yields between windows so that its caller may breathe. */
  evaluate(model: Model, training: WindowSize, breathe: () => Promise<void>): Promise<Evaluation>;
  /** The same of the test part, where one is kept. */
  test?(model: Model, training: WindowSize, breathe: () => Promise<void>): Promise<Evaluation>;
}

/** What a probe is fed: one label a time step, and the tensor, which the caller disposes of. */
export interface ProbeInput {
  readonly labels: readonly string[];
  readonly input: tf.Tensor;
}

export interface SampleContext {
  /** Training steps that the model has seen. */
  readonly step: number;
  /** Used when the request has none. */
  readonly seed: number;
  readonly random: (seed: number) => Random;
  /** Lets messages in during a long sample. */
  readonly breathe: () => Promise<void>;
}

/** What a task's model is made of besides its input and outputs. */
export type ModelChoice = Pick<ModelSpec, 'cell' | 'units' | 'layers' | 'dropout'> &
  Partial<Pick<ModelConfiguration, 'direction' | 'pooling' | 'attention' | 'embeddingSize'>>;

/** How records become batches, which model, which loss, which metrics, what a prediction looks like. */
export interface Task<E extends { readonly task: TaskName } = { readonly task: TaskName }> {
  readonly name: E['task'];
  /** Throws a UserError when the file does not suit the task. */
  prepare(
    file: DatasetFile,
    reading: Reading,
    training: Pick<TrainingConfiguration, 'validationShare'> & Partial<Pick<TrainingConfiguration, 'testShare'>>,
  ): Promise<Prepared<E>>;
  spec(encoding: E, model: ModelChoice): ModelSpec;
  readonly loss: Loss;
  sample(model: Model, encoding: E, request: SampleRequest, context: SampleContext): Promise<Sample>;
  /** `text` is a person's own input, of speech the path of a recording; absent: the held-out excerpt that the encoding keeps. */
  probeInput(encoding: E, text: string | undefined): ProbeInput | Promise<ProbeInput>;
}
