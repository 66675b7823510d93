interface Shared {
  readonly batch: number;
  readonly timeSteps: number;
  readonly units: number;
  readonly layers: number;
}

interface OfTokens extends Shared {
  readonly vocabulary: number;
  readonly embedding: number;
}

/** A model of the bench: of language, or the usual one of another task. */
export type BenchSizes =
  | (OfTokens & { readonly task?: undefined })
  | (Shared & { readonly task: 'forecast'; readonly columns: number })
  | (OfTokens & { readonly task: 'classify'; readonly classes: number })
  /** Frames of one channel. */
  | (Shared & { readonly task: 'frames'; readonly height: number; readonly width: number })
  /** `written`: steps of what the decoder writes. */
  | (OfTokens & { readonly task: 'translate'; readonly written: number })
  /** `columns` numbers a step, read both ways; `labels` of a row are to be found. */
  | (Shared & { readonly task: 'speech'; readonly columns: number; readonly classes: number; readonly labels: number });

/** Milliseconds of whole training steps. */
export interface StepTimes {
  readonly best: number;
  readonly median: number;
  /** How many steps were done. */
  readonly steps: number;
  /** From nothing to the end of the first step. */
  readonly firstStep: number;
  /** Of the first and the last step, in nats per token or example, or mean squared errors. */
  readonly losses: readonly [first: number, last: number];
  /** Multiplications and additions in one step's products, where they are known. */
  readonly operations: number | undefined;
}
