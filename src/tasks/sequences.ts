import { tf } from '../engine/tensors';
import { PackedIds, type TokenIds } from './tokens/ids';

/** A sequence for each example, of any length. */
export interface Sequences {
  /** Steps of an example; 0 where there is nothing to read. */
  lengthOf(example: number): number;
  /** Ids [examples, time] or numbers [examples, time, 1]; what is beyond an example's end is 0. */
  tensor(examples: readonly number[], timeSteps: number): tf.Tensor;
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

  idsOf(example: number): Uint32Array {
    this.ids ??= this.packed.finish();
    return this.ids.read(this.starts[example] ?? 0, this.lengthOf(example));
  }

  tensor(examples: readonly number[], timeSteps: number): tf.Tensor {
    const values = new Int32Array(examples.length * timeSteps);
    examples.forEach((example, at) => {
      values.set(this.idsOf(example).subarray(0, timeSteps), at * timeSteps);
    });
    return tf.tensor2d(values, [examples.length, timeSteps], 'int32');
  }
}
