/** Tensors on their way between a training and its run: single precision, row by row, by name. */
export type NamedArrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** Where a training stands, besides its tensors. */
export interface TrainingPosition {
  /** Steps done. The position in the data follows from it. */
  readonly step: number;
  /** State of the random generator. */
  readonly random: readonly number[];
  /** Of the last step. */
  readonly loss: number;
  /** Sum and number of the losses since the last metrics line. */
  readonly pendingLoss: number;
  readonly pendingSteps: number;
  readonly validationLoss?: number | undefined;
  readonly bestValidationLoss?: number | undefined;
  readonly bestStep?: number | undefined;
}

/** All that a training needs to go on with the numbers that it would have had. */
export interface Checkpoint {
  readonly weights: NamedArrays;
  readonly firstMoments: NamedArrays;
  readonly secondMoments: NamedArrays;
  /** State carried into the next window. */
  readonly state: NamedArrays;
  readonly position: TrainingPosition;
}
