import { UserError } from '../base/user-error';

/** Where each stream of a batch reads in one step. */
export interface WindowPosition {
  /** First position of each stream's window. */
  readonly starts: readonly number[];
  /** The streams begin again: the state starts from zero. */
  readonly reset: boolean;
}

export interface Windows {
  readonly batchSize: number;
  at(step: number): WindowPosition;
}

/**
 * Cuts a sequence into parallel streams that are read window by window, so that the state can be carried from one
 * window to the next (truncated back-propagation through time, Williams and Peng 1990). Each epoch starts one position
 * later, as far as the last window allows, so that windows are cut elsewhere and no position is left out for ever.
 *
 * @param length positions that have a successor
 * @throws UserError when not even one window fits
 */
export function windowsOf(
  length: number,
  {
    timeSteps,
    batchSize,
    unit,
    name,
  }: {
    readonly timeSteps: number;
    readonly batchSize: number;
    readonly unit: string;
    /** The dataset's, for the error. */
    readonly name?: string | undefined;
  },
): Windows {
  if (length < timeSteps) {
    throw new UserError({
      what: `The training part has ${length + 1} ${unit}, but a window of ${timeSteps} needs ${timeSteps + 1}`,
      where: name,
      wayOut:
        length >= 2
          ? `Use a longer file, or a window of at most ${length} (--window ${length}).`
          : 'Use a longer file.',
    });
  }
  const streams = Math.min(batchSize, Math.floor(length / timeSteps));
  const perStream = Math.floor(length / streams);
  const perEpoch = Math.floor(perStream / timeSteps);
  const slack = perStream - perEpoch * timeSteps;
  return {
    batchSize: streams,
    at(step) {
      const epoch = Math.floor((step - 1) / perEpoch);
      const window = (step - 1) % perEpoch;
      const offset = (epoch % (slack + 1)) + window * timeSteps;
      return {
        starts: Array.from({ length: streams }, (_, stream) => stream * perStream + offset),
        reset: window === 0,
      };
    },
  };
}
