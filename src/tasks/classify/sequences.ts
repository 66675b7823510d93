import type { Channels, Column } from '../../data';
import { tf } from '../../engine/tensors';
import type { Scale } from '../scale';
import type { Sequences } from '../sequences';
import { type Tokens, tokensOf as usualTokens } from '../tokens/tokens';
import { splitWords } from '../tokens/words';

/** The tokens of a short text: as always, but of words: words and marks, in which case and the space before them make no difference. */
export function tokensOf(text: string, tokens: Tokens): string[] {
  return tokens.unit !== 'words'
    ? usualTokens(text, tokens)
    : Array.from(splitWords(text.toLowerCase()), (word) => word.trim()).filter(Boolean);
}

/** Rows of numbers, scaled. A row ends at its last step with a number; a gap within is read as the mean. */
export class RowSequences implements Sequences {
  constructor(
    private readonly columns: readonly Column[],
    private readonly channels: Channels,
    /** Row of the table of each example. */
    private readonly rows: Int32Array,
    /** Of each channel. */
    private readonly scales: readonly Scale[],
  ) {}

  lengthOf(example: number): number {
    const { steps } = this.channels;
    let length = steps.length;
    while (length > 0 && steps[length - 1]?.every((column) => Number.isNaN(this.valueAt(example, column)))) length -= 1;
    return length;
  }

  tensor(examples: readonly number[], timeSteps: number): tf.Tensor {
    const { steps, names } = this.channels;
    const values = new Float32Array(examples.length * timeSteps * names.length);
    examples.forEach((example, row) => {
      for (const [step, columns] of steps.slice(0, timeSteps).entries()) {
        for (const [channel, column] of columns.entries()) {
          const value = scaled(this.valueAt(example, column), this.scales[channel]);
          values[(row * timeSteps + step) * names.length + channel] = Number.isNaN(value) ? 0 : value;
        }
      }
    });
    return tf.tensor3d(values, [examples.length, timeSteps, names.length]);
  }

  private valueAt(example: number, column: number): number {
    const values = this.columns[column];
    return values?.kind === 'number' ? values.values.at(this.rows[example] ?? 0) : Number.NaN;
  }
}

export function scaled(value: number, { mean, deviation }: Scale = { mean: 0, deviation: 1 }): number {
  return (value - mean) / deviation;
}
