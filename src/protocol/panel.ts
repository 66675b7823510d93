import type { UserErrorData } from './errors';
import type { MetricsPoint, Probe, RunRecord, Sample, SampleRequest } from './run';

/** Metrics as columns, so that thousands of points travel as a few buffers; `NaN` where a point has no value. */
export interface MetricsColumns {
  readonly step: Float64Array;
  readonly loss: Float64Array;
  readonly validationLoss: Float64Array;
  readonly gradientNorm: Float64Array;
}

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly tokensPerSecond: number;
  /** Estimated, in seconds. */
  readonly secondsLeft: number;
}

/** Everything that a view needs of a run; read from its folder, then followed. */
export interface RunSnapshot {
  readonly folder: string;
  readonly run: RunRecord;
  readonly metrics: MetricsColumns;
  /** The last point, whole. */
  readonly last: MetricsPoint | undefined;
  /** The last point with a validation: most are between two. */
  readonly validated: MetricsPoint | undefined;
  readonly samples: readonly Sample[];
  readonly probe: Probe | undefined;
  readonly progress: Progress | undefined;
}

/** What came since the last message; at most one a frame. */
export interface RunUpdate {
  readonly folder: string;
  readonly run?: RunRecord;
  readonly metrics?: MetricsColumns;
  readonly last?: MetricsPoint;
  readonly validated?: MetricsPoint;
  readonly samples?: readonly Sample[];
  /** Samples that a person asked for outside of the view, to be shown at once. */
  readonly asked?: readonly Sample[];
  readonly probe?: Probe;
  readonly progress?: Progress;
}

/** Files that a dialog offers. */
export interface FileKind {
  /** "Recordings" */
  readonly name: string;
  /** Without a point. */
  readonly endings: readonly string[];
}

/** What a view can ask of the host. */
export interface PanelCalls {
  /** First call of a view: the run it shows, or undefined when there is none yet. `folder` is the one it showed before a reload. */
  open(request: { folder?: string | undefined }): RunSnapshot | undefined;
  pause(request: { folder: string }): void;
  unpause(request: { folder: string }): void;
  stop(request: { folder: string }): void;
  /** Goes on from the last checkpoint; `steps` is a new total. */
  resume(request: { folder: string; steps?: number | undefined }): void;
  sample(request: { folder: string; request: SampleRequest }): Sample;
  probe(request: { folder: string; input: string }): Probe;
  /** Asks the person for a file; undefined when none was chosen. */
  chooseFile(request: FileKind): string | undefined;
  /** Runs one of the extension's commands: the way out of an empty view. */
  command(request: {
    command: 'unroll.train' | 'unroll.trainAgain' | 'unroll.openRun' | 'unroll.openExample' | 'unroll.revealRun';
    folder?: string | undefined;
  }): void;
}

/** What the host tells a view. */
export interface PanelEvents {
  /** Another run is shown from now on. */
  show: RunSnapshot;
  update: RunUpdate;
  /** The run is gone (deleted), or cannot be read. */
  gone: { readonly folder: string; readonly error: UserErrorData };
}
