import type { ModelConfiguration, TaskName } from './run';

/** What of a model only some tasks have a use for. */
export const modelKeysOfTasks: Readonly<Partial<Record<keyof ModelConfiguration, readonly TaskName[]>>> = {
  direction: ['classify', 'translate'],
  pooling: ['classify'],
  attention: ['translate'],
  embeddingSize: ['language', 'classify', 'translate'],
};
