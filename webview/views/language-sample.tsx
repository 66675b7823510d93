import { visibleText, visibleToken } from '../visible-text';
import type { SampleViewProps } from './samples';

/** Generated text after its prompt; control characters are shown as pictures. */
export function LanguageView({ sample, view }: SampleViewProps) {
  if (sample.task !== 'language') return null;
  const { language } = view.validated ?? {};
  const { prompt, text, next = [], temperature, topK } = sample;
  return (
    <figure class="language-sample">
      {language ? (
        <p class="note" data-bits-per-character={language.bitsPerCharacter}>
          Perplexity <strong>{language.perplexity.toPrecision(3)}</strong> a token,{' '}
          <strong>{language.bitsPerCharacter.toFixed(2)}</strong> bits per character of the validation part.
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="sample-text" tabIndex={0} aria-label="Sample" data-sample-text>
        {prompt === '' ? null : (
          <mark class="prompt" data-sample-prompt title="Prompt">
            {visibleText(prompt)}
          </mark>
        )}
        {visibleText(text)}
      </section>
      {next.length > 0 ? (
        <ol class="candidates" aria-label="Likeliest next tokens">
          {next.map(({ token, probability }) => (
            <li key={token} data-candidate={token} style={{ '--share': probability.toFixed(3) }}>
              <code>{visibleToken(token)}</code> {probability < 0.01 ? '< 1' : Math.round(100 * probability)} %
            </li>
          ))}
        </ol>
      ) : null}
      <figcaption class="note">
        {next.length > 0 ? 'What may come after the prompt; text at ' : null}
        temperature {Number(temperature.toPrecision(3))}
        {topK > 0 ? `, top ${topK}` : ', all tokens'}
      </figcaption>
    </figure>
  );
}
