import type { Random } from '../../base/random';
import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { ForecastSample } from '../../protocol/run';
import { type ColumnForm, changeOver, expectedOf, outerValue } from './form';
import { type ForecastHead, perAim, pointOf } from './head';
import { drawn, quantileOf } from './quantiles';
import { backIn, continueRows, featureTensor, type History } from './recursive';

interface Wanted {
  readonly steps: number;
  /** Place of the target among the columns. */
  readonly target: number;
}

/** Paths that are drawn for an interval. */
const paths = 200;

/** The target's next rows after each history, in the file's own units: [histories, steps] */
export async function pointsAhead(
  model: Model,
  histories: readonly History[],
  head: ForecastHead,
  { steps, target }: Wanted,
): Promise<number[][]> {
  if (head.direct !== undefined) {
    const point = pointOf(head);
    const said = await directly(model, histories, head, { steps, target });
    return said.map((rows) => rows.map(point));
  }
  const ahead = await continueRows(model, histories, { steps, perColumn: perAim(head), chosen: pointOf(head) });
  return ahead.map((rows, at) => {
    const form = histories[at]?.forms[target] ?? {};
    return rows.map((row) => outerValue(form, row[target] ?? Number.NaN));
  });
}

/**
 * The target's next rows, with an interval where quantiles are said: between the outermost ones of each row, where all are
 * said at once; else paths are drawn, row after row, each going on from what it drew: the forecast is their median at each
 * row, the interval what lies between the outer levels (as in Salinas et al. 2020).
 */
export async function forecastAhead(
  model: Model,
  history: History,
  head: ForecastHead,
  { steps, target, random }: Wanted & { readonly random: Random },
): Promise<Pick<ForecastSample, 'forecast' | 'interval'>> {
  const { quantiles } = head;
  if (quantiles.length < 2) {
    const [forecast = []] = await pointsAhead(model, [history], head, { steps, target });
    return { forecast };
  }
  const share = (quantiles.at(-1) ?? 1) - (quantiles[0] ?? 0);
  if (head.direct !== undefined) {
    const [said = []] = await directly(model, [history], head, { steps, target });
    return {
      forecast: said.map(pointOf(head)),
      interval: { share, low: said.map((row) => Math.min(...row)), high: said.map((row) => Math.max(...row)) },
    };
  }
  const form = history.forms[target] ?? {};
  const ahead = await continueRows(model, [history], {
    ...{ steps, paths, perColumn: perAim(head) },
    chosen: (outputs) => drawn(quantiles, outputs, random.normal()),
  });
  const at = Array.from({ length: steps }, (_, step) =>
    Float64Array.from(ahead, (path) => outerValue(form, path[step]?.[target] ?? Number.NaN)).sort(),
  );
  const of = (level: number) => at.map((values) => quantileOf(values, level));
  return {
    forecast: of(0.5),
    interval: { share, low: of(quantiles[0] ?? 0), high: of(quantiles.at(-1) ?? 1) },
  };
}

/** What a direct head says of the target's next rows, in the file's own units: [histories, steps, perAim] */
async function directly(
  model: Model,
  histories: readonly History[],
  head: ForecastHead,
  { steps, target }: Wanted,
): Promise<number[][][]> {
  const each = perAim(head);
  const input = featureTensor(histories);
  const state = model.zeroState(histories.length);
  const output = tf.tidy(() => tf.slice(model.forward(input, state).output, [0, input.shape[1] - 1, 0], [-1, 1, -1]));
  tf.dispose([input, ...state]);
  const said = await output.data();
  output.dispose();
  const width = said.length / histories.length;
  return histories.map(({ forms, rows }, at) => {
    const form = forms[target] as ColumnForm;
    return Array.from({ length: Math.min(steps, width / each) }, (_, step) => {
      const expected = expectedOf(form, step + 1, backIn(rows, target));
      return Array.from({ length: each }, (_, place) =>
        outerValue(form, expected + (said[at * width + step * each + place] ?? 0) * changeOver(form.change, step + 1)),
      );
    });
  });
}
