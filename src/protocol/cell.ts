/** One of Unroll's own cells. */
export interface CellSummary {
  readonly name: string;
  readonly description: string;
  /** Where it was published. */
  readonly paper: string;
  readonly states: readonly string[];
  /** Names of its equations that are no states. */
  readonly gates: readonly string[];
  /** Numbers that its weights are, for the sizes that were asked for. */
  readonly parameters: number;
}

/** What is wrong in a cell's text, with line and column from 1. */
export interface LocatedProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** What a cell's check found. */
export interface CellCheck {
  /** The cell's name; undefined where its text cannot be read. */
  readonly cell: string | undefined;
  /** Its text can be read, every gradient agrees, and values are finite. */
  readonly sound: boolean;
  /** Of the text; then nothing else was checked. */
  readonly problems: readonly LocatedProblem[];
  /** The engine's gradients against central differences in double precision. */
  readonly gradients: readonly CheckedGradient[];
  /** What makes the cell unsound. */
  readonly faults: readonly string[];
  /** What may make it hard to train. */
  readonly warnings: readonly string[];
  /** What is good to know, as where a function has no derivative. */
  readonly notes: readonly string[];
  /** Largest magnitude of a value in the first ten of 200 steps and in all; null where one is not finite. */
  readonly values: { readonly early: number | null; readonly all: number | null } | undefined;
  /** Share of a gradient that reaches so many steps back; null where it is not finite. */
  readonly reach: readonly { readonly timeSteps: number; readonly share: number | null }[];
  readonly sizes: { readonly inputs: number; readonly units: number; readonly parameters: number } | undefined;
}

export interface CheckedGradient {
  /** A weight, the input, or a first state. */
  readonly name: string;
  readonly kind: 'weight' | 'fixed weight' | 'input' | 'state';
  readonly shape: readonly number[];
  /** Relative to the gradient's largest number; null where it is not finite. */
  readonly error: number | null;
}
