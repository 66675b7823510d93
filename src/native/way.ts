export interface InstallOptions {
  readonly signal: AbortSignal;
  /** @param share of the work with which this is done, 0 to 1 */
  readonly progress: (words: string, share: number) => void;
  /** After so long without an answer the package's own store is given up. 10 where it is not said. */
  readonly answerSeconds?: number;
}

/** A way to come by TensorFlow and tfjs-node's part in C++. */
export interface Way {
  /** In the middle of a sentence. */
  readonly name: string;
  /** Bytes of disk that it takes at the same time. */
  readonly neededBytes: number;
  /** Whether it is one for this kind of machine. */
  isHere(): boolean;
  /**
   * Puts whatever is loaded in a folder that is there and empty, as `installation.ts` has it, and checks it against digests.
   *
   * @throws UserError; the signal's reason where it was cancelled
   */
  fill(folder: string, options: InstallOptions): Promise<Filled>;
}

export interface Filled {
  /** Where it came from, in words that follow "the". */
  readonly source: string;
  /** What is loaded, as paths within the folder. */
  readonly files: readonly string[];
}
