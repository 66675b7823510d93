import type { CellName, Reading, TaskName, TokenUnit, TrainingConfiguration } from '../configuration/run';

/** Where a dataset comes from: a file, or the text of an editor that is not (wholly) on disk. */
export type DatasetSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string };

/** Identifies a dataset's content, to know on resuming that it is the same. */
export interface DatasetFingerprint {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Alternative {
  readonly task: TaskName;
  readonly why: string;
}

/** Sizes are tokens for language, rows for forecast, examples for classify, frames that are predicted for frames. */
export interface Split {
  readonly training: number;
  readonly validation: number;
  /** Seen by nothing before the end; absent where nothing is kept for it. */
  readonly test?: number;
}

/** A predictor that learns nothing, with its validation loss in the unit of the training loss. */
export interface Baseline {
  readonly name: string;
  readonly loss: number;
  /** Share of examples that it gets right, where it tells classes apart. */
  readonly accuracy?: number;
}

export interface TextSummary {
  readonly encoding: string;
  readonly tokens: TokenUnit;
  readonly tokenCount: number;
  readonly vocabularySize: number;
  /** The most frequent tokens first, at most 100. */
  readonly vocabulary: readonly string[];
}

export interface ColumnSummary {
  readonly name: string;
  readonly kind: 'number' | 'date' | 'text';
  /** Cells without a value. */
  readonly missing: number;
}

export interface TableSummary {
  readonly encoding: string;
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  readonly header: boolean;
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  readonly date: string | undefined;
  readonly target: string;
  /** The numeric columns that the network sees. */
  readonly inputs: readonly string[];
  /** Where series are stacked: the columns that tell them apart, how many there are, and the names of at most 100. */
  readonly series?: { readonly columns: readonly string[]; readonly count: number; readonly names: readonly string[] };
}

/** What recordings hold. */
export interface AudioSummary {
  readonly recordings: number;
  readonly seconds: number;
  /** Samples a second. */
  readonly rate: number;
  /** How many speak, where names tell it; else 0. */
  readonly speakers: number;
  /** Different transcripts. */
  readonly transcripts: number;
  /** Characters of the training part. */
  readonly vocabulary: readonly string[];
}

export interface VideoSummary {
  /** What the file is: "a GIF". */
  readonly format: string;
  readonly frames: number;
  readonly clips: number;
  /** Of a frame as the network sees it. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly original: { readonly height: number; readonly width: number };
}

/** One line of a proposal: a value, and why it suits this file. */
export interface Proposed<T> {
  readonly value: T;
  readonly why: string;
}

export interface ModelSize {
  readonly name: 'tiny' | 'small' | 'medium' | 'large';
  readonly units: number;
  readonly layers: number;
}

/** What Enter all the way trains, with the other choices beside it; the proposed one first in each list. */
export interface Proposal {
  readonly cells: readonly Proposed<CellName>[];
  readonly sizes: readonly Proposed<ModelSize>[];
  /** Values of the training part that differ from the defaults for this dataset. */
  readonly training: Readonly<Partial<TrainingConfiguration>>;
}

/** How a file was understood: the `dataset` line of the command line, and what the quick pick shows. */
export interface DatasetReport {
  readonly task: TaskName;
  readonly why: string;
  /** Whether a person would be asked which reading is meant. */
  readonly ambiguous: boolean;
  readonly alternatives: readonly Alternative[];
  readonly name: string;
  readonly path: string | undefined;
  readonly fingerprint: DatasetFingerprint;
  /** The reading with every `auto` resolved. */
  readonly reading: Reading;
  readonly text?: TextSummary;
  readonly table?: TableSummary;
  readonly audio?: AudioSummary;
  readonly video?: VideoSummary;
  /** With how many examples each has in the training part. */
  readonly classes?: readonly { readonly name: string; readonly training: number }[];
  /**
   * Steps that 19 of 20 sequences of the training part do not exceed, where sequences are of their own length; of a text whose
   * lines are all as long, tokens of a line with its end; of several series, rows of the training part that half of them reach.
   */
  readonly usualLongest?: number;
  readonly split: Split;
  readonly baselines: readonly Baseline[];
  readonly warnings: readonly string[];
  readonly proposal: Proposal;
}
