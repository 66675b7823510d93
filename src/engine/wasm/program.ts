/** Operations of a program; what their words mean stands beside each kernel in ../kernels. */
const blocks = {
  each: 1,
  forward: 2,
  backward: 3,
  panels: 4,
  barrier: 5,
  lockstepForward: 6,
  lockstepBackward: 7,
} as const;
const commands = {
  segment: 1,
  product: 2,
  zero: 3,
  norm: 4,
  normGradient: 5,
  gather: 6,
  toPanels: 7,
  fromPanels: 8,
  crossEntropy: 9,
  crossEntropyGradient: 10,
  productOfSteps: 11,
  rows: 12,
  wait: 13,
  attend: 14,
  attendGradient: 15,
  backwards: 16,
  tanhOfSum: 17,
  tanhGradient: 18,
  sum: 19,
  mapGradient: 20,
  ctc: 21,
  ctcGradient: 22,
  pack: 23,
  packTransposed: 24,
  packVector: 25,
  vectorGradient: 26,
  squares: 27,
  adam: 28,
  convolution: 29,
} as const;

/** Words before a block's commands: `headerBytes` of ../kernels/words.ts. */
const headerWords = 5;

/** A buffer with a time axis: where it begins, and the bytes from one step to the next. */
export interface Place {
  readonly at: number;
  readonly stride: number;
}

export const fixed = (at: number): Place => ({ at, stride: 0 });

/** Two buffers, `distance` bytes apart, used in turns: this one at even time steps, or at odd ones. */
export const inTurns = (at: number, distance: number, atEven: 'first' | 'second'): Place => ({
  at: at + 1 + (atEven === 'second' ? 2 : 0),
  stride: distance,
});

/** Writes the words of a program. */
export class ProgramWriter {
  private readonly list: number[] = [];
  private blockAt = -1;

  /**
   * Begins a block: its commands hold for so many time steps and rows.
   *
   * @param part whose rows they are; absent: every thread does its share of them
   */
  block(kind: Exclude<keyof typeof blocks, 'barrier'>, timeSteps: number, rows: number, part = -1): this {
    this.close();
    this.blockAt = this.list.length;
    this.list.push(blocks[kind], timeSteps, rows, 0, part);
    return this;
  }

  /** All threads have done what came before. */
  barrier(): this {
    this.close();
    this.list.push(blocks.barrier, 0, 0, 0, -1);
    return this;
  }

  command(operation: keyof typeof commands, ...words: readonly (number | Place)[]): this {
    const flat = words.flatMap((word) => (typeof word === 'number' ? [word] : [word.at, word.stride]));
    this.list.push(commands[operation], flat.length + 2, ...flat);
    return this;
  }

  words(): Int32Array {
    this.close();
    return Int32Array.from([...this.list, 0, 0, 0, 0, 0]);
  }

  private close(): void {
    if (this.blockAt >= 0) this.list[this.blockAt + 3] = 4 * (this.list.length - this.blockAt - headerWords);
    this.blockAt = -1;
  }
}

/** The bits of a 32-bit float, as a word. */
export function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}
