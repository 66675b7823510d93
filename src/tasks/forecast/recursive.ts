import { tf } from '../../engine/tensors';
import type { Model, ModelState } from '../../models/model';
import { type ColumnForm, featuresOf, featureValue } from './form';

/** What a series' values became by their forms, row by row, with these forms. */
export interface History {
  readonly forms: readonly ColumnForm[];
  /** [rows, columns] */
  readonly rows: readonly (readonly number[])[];
}

/** The change of a column that is taken, scaled, of those that the head says for it. */
export type Chosen = (outputs: readonly number[]) => number;

export interface Continuation {
  readonly steps: number;
  /** Outputs of the head for each column. */
  readonly perColumn: number;
  readonly chosen: Chosen;
  /** How often to go on from each history; the paths of a history stand side by side. */
  readonly paths?: number;
}

/**
 * Goes on from what came before, each forecast fed back as the next row.
 *
 * @param given as many rows each
 * @returns values of the same forms: [histories * paths, steps, columns]
 */
export async function continueRows(
  model: Model,
  given: readonly History[],
  { steps, perColumn, chosen, paths = 1 }: Continuation,
): Promise<number[][][]> {
  const histories = given.flatMap((history) => Array<History>(paths).fill(history));
  let state: ModelState = model.zeroState(given.length);
  let input = featureTensor(given);
  let last = histories.map(({ rows }) => rows.at(-1) ?? []);
  const ahead: number[][][] = histories.map(() => []);
  for (let step = 0; step < steps; step++) {
    const length = input.shape[1];
    const [change, ...next] = tf.tidy(() => {
      const forward = model.forward(input, state);
      const said = [tf.slice(forward.output, [0, length - 1, 0], [-1, 1, -1]), ...forward.state];
      return step > 0 || paths === 1 ? said : said.map((tensor) => repeated(tensor, paths));
    });
    tf.dispose([input, ...state]);
    state = next as tf.Tensor2D[];
    const changes = (await change?.data()) ?? [];
    change?.dispose();
    const rows = histories.map(({ forms }, at) =>
      forms.map((form, column) => {
        const from = (at * forms.length + column) * perColumn;
        const outputs = Array.from(changes.slice(from, from + perColumn));
        return (last[at]?.[column] ?? 0) + chosen(outputs) * form.change;
      }),
    );
    rows.forEach((row, at) => {
      ahead[at]?.push(row);
    });
    input = featureTensor(
      histories.map(({ forms }, at) => ({ forms, rows: [rows[at] ?? []] })),
      last,
    );
    last = rows;
  }
  tf.dispose([input, ...state]);
  return ahead;
}

/** Each row so often, side by side. */
function repeated(tensor: tf.Tensor, times: number): tf.Tensor {
  const rows = Array.from({ length: tensor.shape[0] ?? 0 }, (_, row) => Array<number>(times).fill(row)).flat();
  return tf.gather(tensor, rows);
}

/**
 * What the network reads of some rows: [histories, rows, features].
 *
 * @param before the row before each history, where there is one
 */
export function featureTensor(histories: readonly History[], before?: readonly (readonly number[])[]): tf.Tensor3D {
  const features = featuresOf(histories[0]?.forms ?? []);
  const values = histories.flatMap(({ forms, rows }, history) =>
    rows.flatMap((row, at) => {
      const previous = at > 0 ? rows[at - 1] : before?.[history];
      return features.map((feature) => {
        const { column } = feature;
        return featureValue(forms[column] as ColumnForm, feature, row[column] ?? Number.NaN, previous?.[column]);
      });
    }),
  );
  return tf.tensor3d(values, [histories.length, histories[0]?.rows.length ?? 0, features.length]);
}
