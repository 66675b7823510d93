import type { Machine } from '../wasm/machine';
import { Pace, type Usual } from '../wasm/pace';
import { ProgramWriter } from '../wasm/program';

/** For programs that can be written in one way only. */
export const oneWay = [undefined, undefined] as const;

/**
 * The few programs of one kind that were run last: the same addresses come back from step to step. They may be written in
 * one of two ways, which give the same bits; the faster one is found out as they run.
 */
export class Programs<Way = undefined> {
  private list: { readonly key: readonly number[]; readonly way: Way; readonly at: number; readonly usual: Usual }[] =
    [];
  private readonly pace: Pace<Way> | undefined;
  private readonly usual: Usual = {};

  /** @param ways the first one is taken at first */
  constructor(
    private readonly machine: Machine,
    private readonly ways: readonly [Way, Way],
    private readonly most = 4,
  ) {
    if (ways[0] !== ways[1]) this.pace = new Pace(ways, 0.98, true);
  }

  /**
   * Runs what `write` writes, which depends on the key and the way alone.
   *
   * @param isAlone done by one thread: where there is but one row to share out
   */
  run(key: readonly number[], write: (writer: ProgramWriter, way: Way) => void, isAlone = false): void {
    const way = this.pace?.way ?? this.ways[0];
    let known = this.list.find(
      (one) => one.way === way && one.key.length === key.length && one.key.every((word, at) => word === key[at]),
    );
    if (!known) {
      const writer = new ProgramWriter();
      write(writer, way);
      known = { key, way, at: this.machine.store(writer.words()), usual: {} };
      this.list.unshift(known);
      for (const { at } of this.list.splice(this.pace ? 2 * this.most : this.most)) this.machine.heap.release(at);
    }
    if (isAlone || this.machine.threads === 1) {
      this.machine.runAlone(known.at);
      return;
    }
    const { at, usual } = known;
    const { crew } = this.machine;
    const who = crew.way;
    const began = performance.now();
    if (who === 'one') this.machine.runAlone(at);
    else this.machine.run(at);
    const milliseconds = performance.now() - began;
    crew.took(usual, milliseconds);
    if (who === 'all') this.pace?.took(this.usual, milliseconds);
  }

  dispose(): void {
    for (const { at } of this.list) this.machine.heap.release(at);
    this.list = [];
  }
}
