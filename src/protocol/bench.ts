/** A model of the bench. */
export interface BenchSizes {
  readonly vocabulary: number;
  readonly batch: number;
  readonly timeSteps: number;
  readonly embedding: number;
  readonly units: number;
  readonly layers: number;
}

/** Milliseconds of whole training steps. */
export interface StepTimes {
  readonly best: number;
  readonly median: number;
  /** How many steps were done. */
  readonly steps: number;
  /** From nothing to the end of the first step. */
  readonly firstStep: number;
  /** Of the first and the last step, in nats per token. */
  readonly losses: readonly [first: number, last: number];
  /** Multiplications and additions in one step's products. */
  readonly operations: number;
}
