import type { Part } from './parts';
import type { ProgramWriter } from './program';

/** How threads go through the time steps: each with its own rows, or all at the same step, each with its own units. */
export type Loop = 'rows' | 'lockstep';

export type Direction = 'forward' | 'backward';

/** Takes the commands of a step. */
export type StepWriter = Pick<ProgramWriter, 'command'>;

/** Writes the commands of one step for one part; the same operations for each part. */
export type StepOfPart = (writer: StepWriter, part: number) => void;

/** Each thread goes through all steps with its own part of the rows, and waits for nobody. */
export function writeLoops(
  writer: ProgramWriter,
  direction: Direction,
  timeSteps: number,
  parts: readonly Part[],
  step: StepOfPart,
): void {
  for (const { index, rows } of parts) step(writer.block(direction, timeSteps, rows, index), index);
}

/**
 * All threads go through the steps together, each with its own panels of the units: where a step's weights would not fit into
 * the cache of one core, or some threads would have no row.
 */
export function writeLockstep(
  writer: ProgramWriter,
  direction: Direction,
  timeSteps: number,
  batch: number,
  parts: readonly Part[],
  step: StepOfPart,
): void {
  const lists = parts.map(({ index }) => {
    const list: Parameters<ProgramWriter['command']>[] = [];
    const steps: StepWriter = {
      command: (...command) => {
        list.push(command);
        return writer;
      },
    };
    step(steps, index);
    return list;
  });
  writer.barrier().block(direction === 'forward' ? 'lockstepForward' : 'lockstepBackward', timeSteps, batch);
  // A wait wherever what one thread wrote another one may read.
  lists[0]?.forEach(([operation], number) => {
    const isOfRows = operation === 'norm' || operation === 'normGradient';
    if (isOfRows) writer.command('wait');
    parts.forEach(({ rows }, index) => {
      const command = lists[index]?.[number];
      if (command) writer.command('rows', rows).command(...command);
    });
    if (isOfRows || operation === 'segment') writer.command('wait');
  });
  writer.command('wait');
}
