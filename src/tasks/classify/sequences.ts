import type { Column } from '../../data';
import { tf } from '../../engine/tensors';
import { PackedIds, type TokenIds } from '../language/ids';
import { splitWords } from '../language/words';

/** A sequence for each example, of any length. */
export interface Sequences {
  /** Steps of an example; 0 where there is nothing to read. */
  lengthOf(example: number): number;
  /** Ids [examples, time] or numbers [examples, time, 1]; what is beyond an example's end is 0. */
  tensor(examples: readonly number[], timeSteps: number): tf.Tensor;
}

/** The tokens of a short text: characters, or words and marks, in which case and the space before them make no difference. */
export function tokensOf(text: string, unit: 'chars' | 'words'): string[] {
  return unit === 'chars'
    ? Array.from(text)
    : Array.from(splitWords(text.toLowerCase()), (word) => word.trim()).filter(Boolean);
}

/** Texts as ids, one after another. */
export class IdSequences implements Sequences {
  private readonly packed = new PackedIds();
  private readonly starts: number[] = [0];
  private ids: TokenIds | undefined;

  push(ids: readonly number[]): void {
    for (const id of ids) this.packed.push(id);
    this.starts.push((this.starts.at(-1) ?? 0) + ids.length);
  }

  lengthOf(example: number): number {
    return (this.starts[example + 1] ?? 0) - (this.starts[example] ?? 0);
  }

  tensor(examples: readonly number[], timeSteps: number): tf.Tensor {
    this.ids ??= this.packed.finish();
    const values = new Int32Array(examples.length * timeSteps);
    examples.forEach((example, at) => {
      const read = this.ids?.read(this.starts[example] ?? 0, Math.min(timeSteps, this.lengthOf(example)));
      if (read) values.set(read, at * timeSteps);
    });
    return tf.tensor2d(values, [examples.length, timeSteps], 'int32');
  }
}

/** Rows of numbers, each column a step, scaled. A row ends at its last number; a gap within is read as the mean. */
export class RowSequences implements Sequences {
  constructor(
    private readonly columns: readonly Column[],
    /** Row of the table of each example. */
    private readonly rows: Int32Array,
    private readonly scale: { readonly mean: number; readonly deviation: number },
  ) {}

  lengthOf(example: number): number {
    let length = this.columns.length;
    while (length > 0 && Number.isNaN(this.valueAt(example, length - 1))) length -= 1;
    return length;
  }

  tensor(examples: readonly number[], timeSteps: number): tf.Tensor {
    const values = new Float32Array(examples.length * timeSteps);
    examples.forEach((example, at) => {
      for (let step = 0; step < Math.min(timeSteps, this.columns.length); step++) {
        const value = (this.valueAt(example, step) - this.scale.mean) / this.scale.deviation;
        values[at * timeSteps + step] = Number.isNaN(value) ? 0 : value;
      }
    });
    return tf.tensor3d(values, [examples.length, timeSteps, 1]);
  }

  private valueAt(example: number, step: number): number {
    const column = this.columns[step];
    return column?.kind === 'number' ? column.values.at(this.rows[example] ?? 0) : Number.NaN;
  }
}
