import type { BenchSizes } from '../protocol/bench';

/** The four models that every measurement here is of: from one that fits in the first cache to one that fills the second. */
export const benchRows: readonly BenchSizes[] = [
  { vocabulary: 65, batch: 8, timeSteps: 32, embedding: 32, units: 32, layers: 1 },
  { vocabulary: 65, batch: 32, timeSteps: 50, embedding: 64, units: 64, layers: 1 },
  { vocabulary: 65, batch: 50, timeSteps: 50, embedding: 64, units: 128, layers: 2 },
  { vocabulary: 65, batch: 32, timeSteps: 100, embedding: 512, units: 512, layers: 2 },
];
