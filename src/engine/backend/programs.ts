import type { Machine } from '../wasm/machine';
import { ProgramWriter } from '../wasm/program';

/** The few programs of one kind that were run last: the same addresses come back from step to step. */
export class Programs {
  private list: { readonly key: readonly number[]; readonly at: number }[] = [];

  constructor(
    private readonly machine: Machine,
    private readonly most = 4,
  ) {}

  /**
   * Runs what `write` writes, which depends on the key alone.
   *
   * @param rows that can be shared out; a single one, or small work, is done by one thread
   */
  run(key: readonly number[], write: (writer: ProgramWriter) => void, rows = Number.POSITIVE_INFINITY): void {
    let known = this.list.find((one) => one.key.length === key.length && one.key.every((word, at) => word === key[at]));
    if (!known) {
      const writer = new ProgramWriter();
      write(writer);
      known = { key, at: this.machine.store(writer.words()) };
      this.list.unshift(known);
      for (const { at } of this.list.splice(this.most)) this.machine.heap.release(at);
    }
    if (rows > 1) this.machine.run(known.at);
    else this.machine.runAlone(known.at);
  }

  dispose(): void {
    for (const { at } of this.list) this.machine.heap.release(at);
    this.list = [];
  }
}
