import type { NodeId } from './graph';

/**
 * A buffer by what it holds: `map:2`, `node:7` (a value), `norm:7` and `scale of norm:7`, `state:0`, `next:0`, `input`,
 * `vector:a` (learned); backward `gradient of …`, `carry:0` (with respect to the next state, as the step receives it),
 * `carry out:0`, `upstream` (of the output sequence), `sum:a` (of a vector, row by row).
 */
export type Buffer = string;

/** Element-wise work of one stage: every value of `writes` from what `reads` holds, number by number. */
export interface Segment {
  readonly reads: ReadonlyMap<NodeId, Buffer>;
  readonly writes: readonly Write[];
}

export interface Write {
  readonly of: NodeId;
  readonly to: Buffer;
}

export type Command =
  | { readonly op: 'segment'; readonly segment: Segment }
  | {
      readonly op: 'product';
      readonly a: Buffer;
      readonly weight: string;
      /** Side of the square of pixels that it reads; 1: the row alone. */
      readonly size: number;
      /** Times the transposed weight. */
      readonly transposed: boolean;
      readonly c: Buffer;
      /** What C begins with: itself, zero, or a bias. */
      readonly start: 'itself' | 'zero' | { readonly bias: string };
    }
  | { readonly op: 'norm'; readonly a: Buffer; readonly y: Buffer; readonly r: Buffer }
  | {
      readonly op: 'normGradient';
      readonly d: Buffer;
      readonly y: Buffer;
      readonly r: Buffer;
      readonly a: Buffer;
      readonly add: boolean;
    }
  | { readonly op: 'zero'; readonly c: Buffer };
