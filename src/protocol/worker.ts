import type { EngineConfiguration, Reading, RunChoices } from '../configuration/run';
import type { BenchSizes, StepTimes } from './bench';
import type { CellCheck, CellSummary } from './cell';
import type { DatasetReport, DatasetSource } from './dataset';
import type { WireError } from './errors';
import type { EngineReport, MetricsPoint, Probe, RunRecord, RunResult, RunState, Sample, SampleRequest } from './run';

/** The text of an editor that holds a cell, where that is not (wholly) on the disk. */
export interface CellText {
  /** Of the editor or file, for messages. */
  readonly name: string;
  readonly text: string;
}

/** How a training ended, or that it was stopped. */
export interface Outcome {
  /** The run's folder. */
  readonly run: string;
  readonly state: RunState;
  readonly result: RunResult;
}

/** What host and command line can ask of a worker: each call's argument and result. */
export interface WorkerCalls {
  /** Reads a dataset and says how it is understood, as a training with that validation share would. */
  inspect(request: {
    source: DatasetSource;
    reading: Partial<Reading>;
    validationShare?: number | undefined;
    testShare?: number | undefined;
  }): DatasetReport;
  /**
   * Trains a new run in `folder` (which must not hold one); settles when it ends. `choices.model.cell` is a cell of
   * Unroll or the path of a `.cell` file, which is read unless `cell` has its text. `model` is the path of a `model.json` in
   * TF.js' layers format, whose weights it begins with; cell, units, layers and direction are then that model's, and
   * `choices.model` has nothing else of these.
   */
  train(request: {
    source: DatasetSource;
    choices: RunChoices;
    cell?: CellText | undefined;
    model?: string | undefined;
    folder: string;
    name?: string | undefined;
  }): Outcome;
  /** Goes on from the last checkpoint of a run; `steps` is a new total, for a finished run, `engine` what computes from now on. */
  resume(request: {
    folder: string;
    steps?: number | undefined;
    engine?: NonNullable<RunChoices['engine']> | undefined;
  }): Outcome;
  /** Of the training in this worker. */
  pause(request: Record<string, never>): void;
  unpause(request: Record<string, never>): void;
  /** Ends the training after the current step, with a checkpoint; `forNow` leaves it to be gone on with, as an interrupted one. */
  stop(request: { forNow?: boolean }): void;
  /** From the model in training when `folder` is its run, else from the run's best checkpoint. */
  sample(request: { folder: string; request: SampleRequest }): Sample;
  probe(request: { folder: string; input?: string | undefined }): Probe;
  /**
   * Writes the best weights of a run in TF.js' layers format into the folder `out`, which must not hold anything else: as
   * `model.json`, whose path is given back, and `weights.bin`; `bytes` of both.
   */
  exportModel(request: { folder: string; out: string }): { path: string; bytes: number };
  rename(request: { folder: string; name: string }): void;
  /** Times training steps of a cell, by name or path and says which engine took them. */
  bench(request: { cell: string; sizes: BenchSizes; engine: Partial<EngineConfiguration>; seconds: number }): {
    engine: EngineReport;
    times: StepTimes;
    /** What the engine reaches in a product at best, in thousand million multiplications and additions a second. */
    roof: number | undefined;
  };
  /** Unroll's own cells. */
  cells(request: { inputs: number; units: number }): readonly CellSummary[];
  /** Checks a cell of Unroll, or of a file, which is read unless `cell` has its text. */
  checkCell(request: { choice: string; cell?: CellText | undefined; inputs: number; units: number }): CellCheck;
}

/** What a training tells while it goes on. */
export interface WorkerEvents {
  dataset: DatasetReport;
  /** The run as written to `run.json`, at its start and at each change. */
  run: RunRecord;
  metrics: MetricsPoint;
  sample: Sample;
  probe: Probe;
}

export type Calls = { [name: string]: (request: never) => unknown };
export type CallName<C> = keyof C & string;
export type Argument<C, N extends keyof C> = C[N] extends (request: infer A) => unknown ? A : never;
export type Result<C, N extends keyof C> = C[N] extends (request: never) => infer R ? R : never;

/** On the wire, to the side that answers. */
export interface CallMessage {
  readonly id: number;
  readonly call: string;
  readonly argument: unknown;
}

/** On the wire, back: the answer to a call, or an event. */
export type ReplyMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError }
  | { readonly event: string; readonly value: unknown };
