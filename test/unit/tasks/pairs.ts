import { IdSequences } from '../../../src/tasks/sequences';
import type { Pairs } from '../../../src/tasks/translate/pairs';

/** Pairs by their ids, all of them in the training part. */
export function pairsFrom(list: readonly (readonly [readonly number[], readonly number[]])[]): Pairs {
  const [sources, targets] = [new IdSequences(), new IdSequences()];
  for (const [source, target] of list) {
    sources.push(source);
    targets.push(target);
  }
  const side = { name: 'x', unit: 'chars' as const, vocabulary: [] };
  return {
    ...{ source: side, target: side, sources, targets, warnings: [] },
    training: Int32Array.from(list.keys()),
    validation: Int32Array.of(),
    text: () => '',
  };
}
