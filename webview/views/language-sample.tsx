import { visibleText } from '../visible-text';
import type { SampleViewProps } from './samples';

/** Generated text after its prompt; control characters are shown as pictures. */
export function LanguageView({ sample }: SampleViewProps) {
  if (sample.task !== 'language') return null;
  const { prompt, text, temperature, topK } = sample;
  return (
    <figure class="language-sample">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="sample-text" tabIndex={0} aria-label="Sample" data-sample-text>
        {prompt === '' ? null : (
          <mark class="prompt" data-sample-prompt title="Prompt">
            {visibleText(prompt)}
          </mark>
        )}
        {visibleText(text)}
      </section>
      <figcaption class="note">
        temperature {Number(temperature.toPrecision(3))}
        {topK > 0 ? `, top ${topK}` : ', all tokens'}
      </figcaption>
    </figure>
  );
}
