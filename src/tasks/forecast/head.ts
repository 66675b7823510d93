import { UserError } from '../../base/user-error';
import type { Reading } from '../../configuration/run';
import { meanAbsoluteError, meanSquaredError, pinballLoss } from '../../engine/losses';
import type { Task } from '../task';
import { middleOf, pinball, usualQuantiles } from './quantiles';
import type { Chosen } from './recursive';

/** What the network says after each row, and what that is measured by. */
export interface ForecastHead {
  readonly loss: NonNullable<Reading['loss']>;
  /** Rising levels; of a head that says one number none. */
  readonly quantiles: readonly number[];
  /**
   * Rows ahead of which the target is said at once; absent where the next row of every column is said, and read as if it had
   * come.
   */
  readonly direct?: number;
}

/** One thing that is said: the change of a column from the last row that is known to one so many rows ahead. */
export interface Aim {
  readonly column: number;
  readonly ahead: number;
}

/** What a head says, in the order of its outputs, for each as many numbers as `perAim`. */
export function aimsOf({ direct }: ForecastHead, columns: number, target: number): readonly Aim[] {
  return direct === undefined
    ? Array.from({ length: columns }, (_, column) => ({ column, ahead: 1 }))
    : Array.from({ length: direct }, (_, step) => ({ column: target, ahead: step + 1 }));
}

/** @throws UserError for levels with a loss that has no use for them */
export function headOf({ loss, quantiles }: Pick<Reading, 'loss' | 'quantiles'>): Omit<ForecastHead, 'direct'> {
  if (quantiles && loss !== undefined && loss !== 'pinball') {
    throw new UserError({
      what: `The loss ${loss} aims at one number, not at ${quantiles.length} quantiles`,
      where: '--quantiles',
      wayOut: 'Leave the quantiles out, or take --loss pinball.',
    });
  }
  if (quantiles === undefined && loss !== 'pinball') return { loss: loss ?? 'mse', quantiles: [] };
  const levels = [...new Set(quantiles ?? usualQuantiles)].toSorted((a, b) => a - b);
  return { loss: 'pinball', quantiles: levels };
}

/** Numbers that the head says of each aim. */
export const perAim = ({ quantiles }: ForecastHead) => Math.max(1, quantiles.length);

/** The point forecast among them. */
export function pointOf({ quantiles }: ForecastHead): Chosen {
  const middle = quantiles.length > 0 ? middleOf(quantiles) : 0;
  return (outputs) => outputs[middle] ?? Number.NaN;
}

/** The loss of a batch. */
export function batchLoss({ loss, quantiles }: ForecastHead): Task['loss'] {
  if (loss === 'pinball') return ({ output }, targets) => pinballLoss(output, targets, quantiles);
  return ({ output }, targets) => (loss === 'mae' ? meanAbsoluteError : meanSquaredError)(output, targets);
}

/** The same loss of what is said of one value; of quantiles the mean over their levels. */
export function lossOf({ loss, quantiles }: ForecastHead, said: readonly number[], truth: number): number {
  if (loss === 'pinball') return pinball(quantiles, (place) => truth - (said[place] ?? Number.NaN));
  const error = truth - (said[0] ?? Number.NaN);
  return loss === 'mae' ? Math.abs(error) : error ** 2;
}
