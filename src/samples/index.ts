import type { Sample, TaskName } from '../protocol/run';
import { classifySamples } from './classify';
import { forecastSamples } from './forecast';
import { framesSamples } from './frames';
import type { SampleKind } from './kind';
import { languageSamples } from './language';
import { speechSamples } from './speech';
import { translateSamples } from './translate';

export { fieldProblem, requestOf, type SampleField, type SampleKind } from './kind';

const kinds: { readonly [N in TaskName]: SampleKind<Extract<Sample, { task: N }>> } = {
  language: languageSamples,
  forecast: forecastSamples,
  classify: classifySamples,
  translate: translateSamples,
  speech: speechSamples,
  frames: framesSamples,
};

/** What is known of the samples of a task. */
export function samplesOf(task: TaskName): SampleKind<Sample> {
  // A kind is given samples of its own task alone.
  return kinds[task] as unknown as SampleKind<Sample>;
}
