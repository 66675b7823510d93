import type { Machine } from '../wasm/machine';
import type { Usual } from '../wasm/pace';
import { ProgramWriter } from '../wasm/program';

/** The few programs of one kind that were run last: the same addresses come back from step to step. */
export class Programs {
  private list: { readonly key: readonly number[]; readonly at: number; readonly usual: Usual }[] = [];

  constructor(
    private readonly machine: Machine,
    private readonly most = 4,
  ) {}

  /**
   * Runs what `write` writes, which depends on the key alone.
   *
   * @param isAlone done by one thread: where there is but one row to share out
   */
  run(key: readonly number[], write: (writer: ProgramWriter) => void, isAlone = false): void {
    let known = this.list.find((one) => one.key.length === key.length && one.key.every((word, at) => word === key[at]));
    if (!known) {
      const writer = new ProgramWriter();
      write(writer);
      known = { key, at: this.machine.store(writer.words()), usual: {} };
      this.list.unshift(known);
      for (const { at } of this.list.splice(this.most)) this.machine.heap.release(at);
    }
    if (isAlone || this.machine.threads === 1) {
      this.machine.runAlone(known.at);
      return;
    }
    const { at, usual } = known;
    const { pace } = this.machine;
    const began = performance.now();
    if (pace.crew === 'one') this.machine.runAlone(at);
    else this.machine.run(at);
    pace.took(usual, performance.now() - began);
  }

  dispose(): void {
    for (const { at } of this.list) this.machine.heap.release(at);
    this.list = [];
  }
}
