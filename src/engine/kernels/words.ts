// The words of a program, as src/engine/wasm/program.ts writes them. A program is blocks, a block is commands, each of
// them 32-bit words. A buffer is two words: its address, and the bytes from one time step to the next.

// Blocks: kind, time steps, rows, bytes of the commands, part. The batch is cut into parts, one a thread, each with memory of
// its own; a block of one part is done by its thread, and of a block without (−1) every thread does a share of the rows.
export const headerBytes: usize = 20;
export const END = 0;
/** Each command for all time steps. */
export const EACH = 1;
/** All commands at each time step, first to last. */
export const FORWARD = 2;
/** The same from last to first. */
export const BACKWARD = 3;
/** Each command for its own panels. */
export const PANELS = 4;
export const BARRIER = 5;
/** As FORWARD and BACKWARD, with every thread at the same step, each with its share of the panels. */
export const LOCKSTEP_FORWARD = 6;
export const LOCKSTEP_BACKWARD = 7;

// Commands: operation, words of the whole command, arguments.
export const SEGMENT = 1;
export const PRODUCT = 2;
export const ZERO = 3;
export const NORM = 4;
export const NORM_GRADIENT = 5;
export const GATHER = 6;
export const TO_PANELS = 7;
export const FROM_PANELS = 8;
export const CROSS_ENTROPY = 9;
export const CROSS_ENTROPY_GRADIENT = 10;
export const PRODUCT_OF_STEPS = 11;
/** In lockstep: so many rows from here on. */
export const ROWS = 12;
/** In lockstep: all threads have done what came before. */
export const WAIT = 13;
export const ATTEND = 14;
export const ATTEND_GRADIENT = 15;
export const BACKWARDS = 16;
export const TANH_OF_SUM = 17;
export const TANH_GRADIENT = 18;
export const SUM = 19;
export const CTC = 21;
export const CTC_GRADIENT = 22;

export const MAP_GRADIENT = 20;
export const PACK = 23;
export const PACK_TRANSPOSED = 24;
export const PACK_VECTOR = 25;
export const VECTOR_GRADIENT = 26;
export const SQUARES = 27;
export const ADAM = 28;
export const CONVOLUTION = 29;

@inline
export function word(at: usize, index: i32): i32 {
  return load<i32>(at + (<usize>index << 2));
}

/**
 * Where a buffer (two words) is at a time step. The lowest bit of the address marks a pair of buffers that are used in
 * turns, the second bit which one is used at even time steps.
 */
@inline
export function place(at: usize, index: i32, t: i32): usize {
  const base = <usize>word(at, index);
  const stride = <usize>word(at, index + 1);
  if (base & 1) return (base & ~3) + ((t ^ (<i32>base >> 1)) & 1 ? stride : 0);
  return base + <usize>t * stride;
}
