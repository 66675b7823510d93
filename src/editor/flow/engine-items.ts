import type { EngineConfiguration } from '../../configuration/run';
import type { Choice } from './proposal-items';

export type Backend = EngineConfiguration['backend'];

export const engineLabels: Readonly<Record<Backend, string>> = {
  auto: "Unroll's own",
  wasm: "Unroll's own or none",
  tensorflow: 'TensorFlow',
  cpu: 'TF.js in JavaScript',
};

/**
 * Engines to choose from.
 *
 * @param installed TensorFlow's version, where it is
 */
export function engineChoices(installed: string | undefined): readonly Choice<Backend>[] {
  const texts: Readonly<Record<Backend, Pick<Choice<Backend>, 'description' | 'detail'>>> = {
    auto: { description: 'WebAssembly', detail: 'Installs nothing, and is as fast or faster for most models' },
    tensorflow: {
      description: installed === undefined ? 'not installed: install it…' : `${installed}, installed`,
      detail: 'The native library: for large models, and as a second opinion',
    },
    wasm: {
      description: 'WebAssembly',
      detail: 'The same, and an error where it does not work, in place of a slow engine',
    },
    cpu: { description: 'slow', detail: 'What others are compared with' },
  };
  return (Object.keys(texts) as Backend[]).map((value) => ({ label: engineLabels[value], ...texts[value], value }));
}
