import type { Value } from './operations';

/** A layer's way through a sequence, and back. */
export interface LayerPass {
  /** [batch, time, units] */
  readonly output: Value;
  /** Each state after the last step: [batch, units]. */
  readonly last: readonly Value[];
  /** Of each equation, where they are recorded: [batch, time, units]. */
  readonly recorded: readonly Value[];
  /** What the way back reads; it has to live until then. */
  readonly kept: readonly Value[];
  /**
   * @param upstream of the output, [batch, time, units]
   * @param last of each state after the last step, [batch, units]
   */
  gradients(upstream: Value, last: readonly Value[], wantsInput: boolean): Gradients;
}

export interface Gradients {
  /** All of a layer's weights one after another; of those that are not trained 0. */
  readonly weights: Value;
  /** Of the shape of what was read; undefined when nobody asked: TF.js asks for it first, if at all. */
  readonly input: Value | undefined;
  /** Of each state before the first step: [batch, units]. */
  readonly states: readonly Value[];
}
