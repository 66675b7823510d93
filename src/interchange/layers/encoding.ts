import type { Encoding } from '../../tasks';
import { isObject, type Json } from './topology';

/** What makes probabilities or numbers of the head's output, as the task's own predictions do. */
export function headActivation(encoding: Encoding): 'softmax' | 'sigmoid' | 'linear' {
  switch (encoding.task) {
    case 'forecast':
      return 'linear';
    case 'frames':
      return encoding.loss === 'cross-entropy' ? 'sigmoid' : 'linear';
    case 'classify':
      return encoding.target.kind === 'class' ? 'softmax' : 'linear';
    default:
      return 'softmax';
  }
}

/** Names of what a model reads and says, where these are numbers of a list. */
export interface Vocabularies {
  readonly input: readonly unknown[] | undefined;
  readonly outputs: readonly unknown[] | undefined;
}

const places: Readonly<Record<string, { readonly [N in keyof Vocabularies]?: readonly string[] }>> = {
  language: { input: ['vocabulary'], outputs: ['vocabulary'] },
  classify: { input: ['input', 'vocabulary'], outputs: ['target', 'classes'] },
  speech: { outputs: ['vocabulary'] },
};

/** Of an encoding, which may come from a file that is wrong. */
export function vocabulariesOf(encoding: Json): Vocabularies {
  const { input = [], outputs = [] } = places[String(encoding.task)] ?? {};
  const at = (place: readonly string[]) => {
    const found = place.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), encoding);
    return Array.isArray(found) ? found : undefined;
  };
  return { input: at(input), outputs: at(outputs) };
}
