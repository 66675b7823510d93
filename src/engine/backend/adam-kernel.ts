import type { AdamSettings } from '../adam';
import type { EngineBackend } from './backend';
import { oneWay, Programs } from './programs';
import type { Stored } from './storage';

/** Numbers that the kernel takes at a time: `piece` of kernels/adam.ts. */
const piece = 8192;

/** A parameter with its gradient and moments, all in the engine's memory. */
export interface AdamEntry {
  readonly values: Stored;
  readonly gradient: Stored;
  readonly first: Stored;
  readonly second: Stored;
  readonly size: number;
}

/** Adam over all parameters at once, in place; see `clippedAdam` of ../adam.ts. */
export class AdamKernel {
  private readonly programs;

  constructor(private readonly backend: EngineBackend) {
    this.programs = new Programs(backend.machine, oneWay);
  }

  /** @returns the global norm before clipping; nothing changes where it is not finite */
  run(entries: readonly AdamEntry[], { clipNorm, rate, epsilon }: AdamSettings): number {
    const { machine } = this.backend;
    const { heap } = machine;
    const pieces = entries.reduce((sum, { size }) => sum + Math.ceil(size / piece), 0);
    // The table, the sums, then the settings with room for the norm.
    const table = heap.allocate(24 * entries.length + 8 * pieces + 64);
    const sums = table + Math.ceil((24 * entries.length) / 8) * 8;
    const settings = sums + 8 * pieces;
    const words = entries.flatMap(({ values, gradient, first, second, size }) => [
      ...[values.rows(), gradient.rows(), first.rows(), second.rows()],
      ...[size, 0],
    ]);
    heap.words(table, words.length).set(words);
    heap.floats(settings, 3).set([clipNorm, rate, epsilon]);
    this.programs.run([table, entries.length, pieces], (writer) => {
      writer.block('panels', 1, 1).command('squares', table, entries.length, sums);
      writer.barrier().block('panels', 1, 1).command('adam', table, entries.length, sums, pieces, settings);
    });
    const [norm = Number.NaN] = new Float64Array(heap.memory.buffer, settings + 16, 1);
    heap.release(table);
    for (const { values, first, second } of entries) for (const stored of [values, first, second]) stored.version++;
    return norm;
  }

  dispose(): void {
    this.programs.dispose();
  }
}
