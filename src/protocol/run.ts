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
  /** Of the best weights on the test part, measured once at the end; absent where there is none. */
  readonly test?: (ValidationScores & { readonly loss: number; readonly step: number }) | undefined;
  /** What a person should know besides, in sentences; absent where that is nothing. */
  readonly verdict?: readonly string[] | undefined;
}

/** `run.json`. The dataset's report is kept without its proposal. */
/** What computed. */
export interface EngineReport {
  readonly backend: string;
  /** Build of the kernels, where they computed; TensorFlow's version, where that did. */
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
  /** The file of the model whose weights it began with, and what wrote that; absent where they were drawn. */
  readonly startedFrom?: { readonly path: string; readonly generatedBy: string } | undefined;
  readonly result?: RunResult | undefined;
  /** Why a failed run failed. */
  readonly error?: UserErrorData | undefined;
}

/** RMSE and MAE in the file's own units. */
export interface ForecastError {
  readonly rmse: number;
  readonly mae: number;
}

/** Errors of a forecast; what is beyond RMSE and MAE is absent in runs of earlier versions. */
export interface ForecastScores extends ForecastError {
  /** MAE in units of the naive forecast's in the training part; absent also where that is never wrong. */
  readonly mase?: number;
  /** Symmetric mean absolute percentage error, from 0 to 200. */
  readonly smape?: number;
}

/** Errors of the network's forecasts beside those of forecasts that learn little or nothing. */
export interface ForecastComparison extends ForecastScores {
  readonly lastValue: ForecastScores;
  readonly seasonalNaive?: (ForecastScores & { readonly period: number }) | undefined;
  /** A linear autoregression that looks so many rows back. */
  readonly linear?: (ForecastScores & { readonly lags: number }) | undefined;
}

/** Forecasts of several rows, from so many origins that roll through the part. */
export interface Backtest extends ForecastComparison {
  readonly horizon: number;
  readonly origins: number;
}

/** One row ahead over the whole validation part, and by backtest. */
export interface ValidationError extends ForecastComparison {
  /** Of quantiles: the share of rows that should lie between the outer ones, and that which does. */
  readonly interval?: { readonly share: number; readonly covered: number };
  readonly backtest?: Backtest;
}

/** How well classes are told apart on the validation part. */
export interface ClassificationScores {
  /** Share of examples that are predicted right. */
  readonly accuracy: number;
  /** Mean of the classes' F1. */
  readonly macroF1: number;
  /** How many examples of each class, by row, were taken for each, by column. */
  readonly confusion: readonly (readonly number[])[];
  /** Share of the most frequent class: the accuracy of who always says that. */
  readonly mostFrequent: number;
}

/** Errors of a predicted score in the file's own units, and those of who always says the mean. */
export interface ValidationScore extends ForecastError {
  readonly average: ForecastError;
}

/** How near translations of the validation part come, each token the likeliest one. */
export interface TranslationScores {
  /** From 0 to 100, as sacreBLEU computes them. */
  readonly bleu: number;
  readonly chrf: number;
  /** Share that is as the reference, character by character. */
  readonly exactMatch: number;
  /** How many were translated. */
  readonly pairs: number;
}

/** How well a text is foreseen, whatever its tokens are. */
export interface LanguageScores {
  /** Tokens among which the network is as unsure as among equally likely ones. */
  readonly perplexity: number;
  /** Of Unicode; comparable between characters, words, bytes and byte pairs, but that unknown words cost little. */
  readonly bitsPerCharacter: number;
}

/** How near transcripts of the validation part come, by the likeliest path. */
export interface TranscriptionScores {
  /** Insertions, deletions and replacements over characters of the references. */
  readonly characterErrorRate: number;
  /** The same of words. */
  readonly wordErrorRate: number;
  /** How many were transcribed. */
  readonly recordings: number;
}

/** How far predicted frames are from those that came, on shades from 0 to 1. */
export interface FrameError {
  readonly mse: number;
  /** Structural similarity, as scikit-image computes it: 1 of frames that are alike. */
  readonly ssim: number;
}

/** Of a network, and of who says that nothing moves, or always the mean of all frames. */
export interface FrameErrors {
  readonly network: FrameError;
  readonly lastFrame: FrameError;
  readonly meanFrame: FrameError;
}

/** Of frames that are predicted several steps ahead, each prediction read as if it had come: on average, and by step. */
export interface FrameScores extends FrameErrors {
  readonly ahead: readonly FrameErrors[];
}

/** What a validation finds besides its loss, by task. */
export interface ValidationScores {
  readonly language?: LanguageScores;
  readonly validationError?: ValidationError;
  readonly classification?: ClassificationScores;
  readonly score?: ValidationScore;
  readonly translation?: TranslationScores;
  readonly transcription?: TranscriptionScores;
  readonly frames?: FrameScores;
}

/** A line of `metrics.jsonl`, and the `metrics` event. */
export interface MetricsPoint extends ValidationScores {
  readonly step: number;
  readonly loss: number;
  readonly validationLoss?: number;
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
  /** The likeliest tokens after the prompt, with what the model gives each of them at a temperature of 1. */
  readonly next?: readonly { readonly token: string; readonly probability: number }[];
  readonly temperature: number;
  readonly topK: number;
  readonly seed: number;
}

/** A forecast of the target column, fed back into itself from the end of `history`. */
export interface ForecastSample {
  readonly task: 'forecast';
  readonly step: number;
  readonly target: string;
  /** The series that is forecast, where the file has several. */
  readonly group?: string;
  /** Labels of the rows of history and forecast, where there is a date column. */
  readonly times: readonly string[] | undefined;
  readonly history: readonly number[];
  readonly forecast: readonly number[];
  /** Between what bounds so large a share of what comes should lie, where quantiles are forecast. */
  readonly interval?: { readonly share: number; readonly low: readonly number[]; readonly high: readonly number[] };
  /** What really came; shorter than `forecast` or empty past the file's end. */
  readonly truth: readonly number[];
}

/** One example with what the network says of it. */
export interface ClassifiedItem {
  readonly tokens: readonly string[];
  /** How much less likely the prediction would be (of a score: how much lower) without each token. */
  readonly contributions: readonly number[];
  /** A class, or a score in the file's own units. */
  readonly prediction: string;
  /** Of each class; of a score none. */
  readonly probabilities: readonly number[];
  readonly truth?: string;
}

export interface ClassifySample {
  readonly task: 'classify';
  readonly step: number;
  /** The column of the labels. */
  readonly target: string;
  /** Absent for a score. */
  readonly classes: readonly string[] | undefined;
  readonly items: readonly ClassifiedItem[];
}

/** One translation. */
export interface TranslatedItem {
  /** Tokens that were read. */
  readonly source: readonly string[];
  /** Tokens that were written. */
  readonly output: readonly string[];
  /** What was written, as a text. */
  readonly text: string;
  readonly reference?: string;
  /** How much each token of the output attended to each of the source: [output, source]. */
  readonly attention: readonly (readonly number[])[];
  /** Of the whole translation, from 0 to 1. */
  readonly probability: number;
}

export interface TranslateSample {
  readonly task: 'translate';
  readonly step: number;
  /** The columns. */
  readonly from: string;
  readonly to: string;
  readonly items: readonly TranslatedItem[];
}

/** A character of a transcript, and where in the recording it was heard. */
export interface HeardCharacter {
  readonly character: string;
  /** Seconds. */
  readonly from: number;
  readonly to: number;
}

/** One recording and what was heard in it. */
export interface TranscribedItem {
  readonly name: string;
  readonly seconds: number;
  readonly transcript: string;
  readonly reference?: string;
  readonly characters: readonly HeardCharacter[];
  /** How the transcript becomes the reference, character by character; absent without one. */
  readonly edits?: readonly { readonly kind: 'same' | 'replaced' | 'added' | 'missing'; readonly text: string }[];
  /** Power in bands from low to high, from 0 (silent) to 99: [time][band]; the columns are even parts of its seconds. */
  readonly spectrogram: readonly (readonly number[])[];
  /** Of the transcript, from 0 to 1, as far as its paths were followed. */
  readonly probability: number;
}

export interface SpeechSample {
  readonly task: 'speech';
  readonly step: number;
  readonly items: readonly TranscribedItem[];
}

/** A sequence that was held out: frames that were read, those that came then, and those that were predicted. */
export interface FramesSample {
  readonly task: 'frames';
  readonly step: number;
  /** Which one of those that are kept, from 1, and how many there are. */
  readonly sequence: number;
  readonly sequences: number;
  readonly height: number;
  readonly width: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: number;
  /** [frames, height, width, channels], a byte each, in base64. */
  readonly context: string;
  readonly predicted: string;
  /** As many as predicted, or fewer at a clip's end. */
  readonly truth: string;
  /** By step ahead, as far as the truth goes. */
  readonly errors: readonly FrameError[];
  /** The same of who says the last frame that was read. */
  readonly lastFrame: readonly FrameError[];
}

/** A line of `samples.jsonl`, and the `sample` event. */
export type Sample = LanguageSample | ForecastSample | ClassifySample | TranslateSample | SpeechSample | FramesSample;

export interface SampleRequest {
  readonly prompt?: string | undefined;
  /** Name of one of several series. */
  readonly group?: string | undefined;
  /** Tokens or rows to generate. */
  readonly length?: number | undefined;
  readonly temperature?: number | undefined;
  /** 0: all tokens. */
  readonly topK?: number | undefined;
  /** Path of a recording to transcribe. */
  readonly audio?: string | undefined;
  /** Translations or transcripts that are followed at once. */
  readonly beam?: number | undefined;
  readonly seed?: number | undefined;
}

/** How a layer reads; a bidirectional one reads both ways, with weights of their own. */
export type Direction = 'forward' | 'backward';

/** One named value of a cell over a short input. */
export interface Trace {
  readonly layer: number;
  readonly direction: Direction;
  readonly name: string;
  readonly role: 'gate' | 'state' | 'output';
  /** What the values can reach: [0, 1] of a sigmoid, [-1, 1] of a tanh; infinite where unbounded. */
  readonly range: readonly [number, number];
  readonly timeSteps: number;
  readonly units: number;
  /** [time, units], row by row, in the order of the input in both directions. */
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
