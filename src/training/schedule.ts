import type { TrainingConfiguration } from '../configuration/run';

/**
 * The learning rate of a step, counted from 1. `cosine`: half a wave from the whole rate to almost 0 at the last step
 * (Loshchilov and Hutter 2017, SGDR, without restarts).
 */
export function rateAt(
  step: number,
  { learningRate, schedule, steps }: Pick<TrainingConfiguration, 'learningRate' | 'schedule' | 'steps'>,
): number {
  if (schedule !== 'cosine') return learningRate;
  return (learningRate * (1 + Math.cos((Math.PI * (step - 1)) / steps))) / 2;
}
