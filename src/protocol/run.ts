import type { RunConfiguration, TaskName } from '../configuration/run';
import type { DatasetReport } from './dataset';
import type { UserErrorData } from './errors';

/** `interrupted` is never written: it is a `running` or `paused` run whose process is gone. */
export type RunState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'interrupted';

export interface RunResult {
  readonly step: number;
  /** Training loss at `step`: nats per token, or mean squared error in scaled units. */
  readonly loss: number;
  readonly validationLoss?: number | undefined;
  readonly bestValidationLoss?: number | undefined;
  readonly bestStep?: number | undefined;
}

/** `run.json`. The dataset's report is kept without its proposal. */
/** What computed. */
export interface EngineReport {
  readonly backend: string;
  /** Build of the kernels, where they computed. */
  readonly variant?: string;
  readonly threads: number;
  /** What would be faster and does not work here. */
  readonly note?: string;
}

export interface RunRecord {
  readonly formatVersion: 1;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly state: RunState;
  readonly configuration: RunConfiguration;
  /** The name that the cell's own text gives it; absent in runs of earlier versions, whose cell is Unroll's own. */
  readonly cell?: string | undefined;
  readonly dataset: Omit<DatasetReport, 'proposal'>;
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: EngineReport;
  readonly parameters: number;
  readonly result?: RunResult | undefined;
  /** Why a failed run failed. */
  readonly error?: UserErrorData | undefined;
}

/** RMSE and MAE in the file's own units. */
export interface ForecastError {
  readonly rmse: number;
  readonly mae: number;
}

export interface ValidationError extends ForecastError {
  readonly lastValue: ForecastError;
  readonly seasonalNaive?: (ForecastError & { readonly period: number }) | undefined;
}

/** A line of `metrics.jsonl`, and the `metrics` event. */
export interface MetricsPoint {
  readonly step: number;
  readonly loss: number;
  readonly validationLoss?: number;
  readonly validationError?: ValidationError;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly stepsPerSecond: number;
  readonly tokensPerSecond: number;
}

export interface LanguageSample {
  readonly task: 'language';
  readonly step: number;
  readonly prompt: string;
  readonly text: string;
  readonly temperature: number;
  readonly topK: number;
  readonly seed: number;
}

/** A forecast of the target column, fed back into itself from the end of `history`. */
export interface ForecastSample {
  readonly task: 'forecast';
  readonly step: number;
  readonly target: string;
  /** Labels of the rows of history and forecast, where there is a date column. */
  readonly times: readonly string[] | undefined;
  readonly history: readonly number[];
  readonly forecast: readonly number[];
  /** What really came; shorter than `forecast` or empty past the file's end. */
  readonly truth: readonly number[];
}

/** A line of `samples.jsonl`, and the `sample` event. */
export type Sample = LanguageSample | ForecastSample;

/** How long a sample is when nobody says: in tokens of a text by its unit, in rows of a table. */
export const sampleLength = { chars: 240, words: 60, rows: 24 } as const;

export interface SampleRequest {
  readonly prompt?: string | undefined;
  /** Tokens or rows to generate. */
  readonly length?: number | undefined;
  readonly temperature?: number | undefined;
  /** 0: all tokens. */
  readonly topK?: number | undefined;
  readonly seed?: number | undefined;
}

/** One named value of a cell over a short input. */
export interface Trace {
  readonly layer: number;
  readonly name: string;
  readonly role: 'gate' | 'state' | 'output';
  /** What the values can reach: [0, 1] of a sigmoid, [-1, 1] of a tanh; infinite where unbounded. */
  readonly range: readonly [number, number];
  readonly timeSteps: number;
  readonly units: number;
  /** [time, units], row by row. */
  readonly values: Float32Array;
}

/** What was recorded inside the model on a chosen input. */
export interface Probe {
  readonly step: number;
  /** One label a time step: a token, or a date or row. */
  readonly input: readonly string[];
  readonly traces: readonly Trace[];
}

export type { RunConfiguration, TaskName };
