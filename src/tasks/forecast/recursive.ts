import { tf } from '../../engine/tensors';
import type { ModelState } from '../../models/forward';
import type { Model } from '../../models/model';
import { type ColumnForm, expectedOf, featuresOf, featureValue } from './form';

/** What a series' values became by their forms, row by row, with these forms. */
export interface History {
  readonly forms: readonly ColumnForm[];
  /** [rows, columns] */
  readonly rows: readonly (readonly number[])[];
  /** The last so many rows are read; those before them only looked back to. */
  readonly read: number;
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
 * @param given of each as many rows are read
 * @returns values of the same forms: [histories * paths, steps, columns]
 */
export async function continueRows(
  model: Model,
  given: readonly History[],
  { steps, perColumn, chosen, paths = 1 }: Continuation,
): Promise<number[][][]> {
  const histories = given.flatMap((history) =>
    Array.from({ length: paths }, () => ({ ...history, rows: [...history.rows] })),
  );
  let state: ModelState = model.zeroState(given.length);
  let input = featureTensor(given);
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
    histories.forEach(({ forms, rows }, at) => {
      const next = forms.map((form, column) => {
        const from = (at * forms.length + column) * perColumn;
        const outputs = Array.from(changes.slice(from, from + perColumn));
        return expectedOf(form, 1, backIn(rows, column)) + chosen(outputs) * form.change;
      });
      rows.push(next);
    });
    input = featureTensor(histories.map(({ forms, rows }) => ({ forms, rows, read: 1 })));
  }
  tf.dispose([input, ...state]);
  return histories.map(({ rows }) => rows.slice(-steps) as number[][]);
}

/** A column so many rows before the last one. */
export const backIn = (rows: History['rows'], column: number) => (back: number) =>
  rows[rows.length - 1 - back]?.[column];

/** Each row so often, side by side. */
function repeated(tensor: tf.Tensor, times: number): tf.Tensor {
  const rows = Array.from({ length: tensor.shape[0] ?? 0 }, (_, row) => Array<number>(times).fill(row)).flat();
  return tf.gather(tensor, rows);
}

/** What the network reads of some rows: [histories, read, features]. */
export function featureTensor(histories: readonly History[]): tf.Tensor3D {
  const features = featuresOf(histories[0]?.forms ?? []);
  const read = histories[0]?.read ?? 0;
  const values = histories.flatMap(({ forms, rows }) =>
    Array.from({ length: read }, (_, index) => rows.length - read + index).flatMap((at) =>
      features.map((feature) => {
        const { column } = feature;
        return featureValue(forms[column] as ColumnForm, feature, (back) => rows[at - back]?.[column]);
      }),
    ),
  );
  return tf.tensor3d(values, [histories.length, read, features.length]);
}
