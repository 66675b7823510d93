/**
 * What is beyond is refused rather than read, so that no text can exhaust time, memory or the stack. No cell that a person
 * wrote comes near.
 */
export const limits = {
  /** Characters of a text. */
  text: 100_000,
  /** Characters of a name. */
  name: 60,
  /** Terms within terms. */
  depth: 100,
  /** Operators of an equation. */
  operators: 500,
  /** Arguments of a call, options among them. */
  arguments: 100,
  /** Equations, states, params and constants. */
  names: 500,
  /** Weights and vectors that a cell learns. */
  learned: 500,
  /** Problems that are told. */
  problems: 100,
} as const;
