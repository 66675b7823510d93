import { useState } from 'preact/hooks';
import type { TranslatedItem, TranslateSample, TranslationScores } from '../../src/protocol/run';
import { useChartStyle } from '../chart-style';
import { DataTable } from '../components/data-table';
import { Icon } from '../components/icon';
import { usePersistedState } from '../persisted-state';
import { visibleLine, visibleToken } from '../visible-text';
import type { SampleViewProps } from './samples';

/** Tokens of a side that the picture has room for. */
const mostShown = 48;

/** Source, translation and reference of held-out pairs, and what one of them attended to. */
export function TranslateView({ sample, view, table }: SampleViewProps) {
  const style = useChartStyle();
  const [wanted, setChosen] = usePersistedState('run', 'samples.attended', 0);
  if (sample.task !== 'translate') return null;
  const { translation } = view.validated ?? {};
  const chosen = Math.min(wanted, sample.items.length - 1);
  const item = sample.items[chosen];
  return (
    <div class="translate" style={{ '--attention': style.validation }}>
      {table ? (
        <TranslationTable sample={sample} />
      ) : (
        <>
          <ol class="pairs" aria-label="Translations">
            {sample.items.map((own, at) => (
              <Pair key={at} item={own} chosen={at === chosen} onChoose={() => setChosen(at)} />
            ))}
          </ol>
          {item && item.output.length > 0 ? <Attention item={item} /> : null}
        </>
      )}
      {translation ? <Scores scores={translation} /> : null}
    </div>
  );
}

interface PairProps {
  readonly item: TranslatedItem;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Pair({ item, chosen, onChoose }: PairProps) {
  const { source, text, reference } = item;
  const right = reference === undefined ? undefined : text === reference;
  return (
    <li data-pair={right === undefined ? 'asked' : right ? 'right' : 'wrong'}>
      <button type="button" aria-pressed={chosen} title="Show what it attended to" onClick={onChoose}>
        <span class="read">{visibleLine(joined(source))}</span>
        <span class="written">
          {right === undefined ? null : <Icon name={right ? 'check' : 'warning'} />}
          <strong data-translation>{text === '' ? '(nothing)' : visibleLine(text)}</strong>
        </span>
        {right === false ? <span class="truth">truth: {visibleLine(reference ?? '')}</span> : null}
      </button>
    </li>
  );
}

/** A row for each token that was written, a column for each that was read, as dark as it was attended to. */
function Attention({ item }: { readonly item: TranslatedItem }) {
  const [at, setAt] = useState<readonly [row: number, column: number] | undefined>(undefined);
  const source = item.source.slice(0, mostShown);
  const output = item.output.slice(0, mostShown);
  const isCut = source.length < item.source.length || output.length < item.output.length;
  const isSpelled = isSpelledOut(item.source);
  const [row, column] = at ?? [];
  const weight = row === undefined || column === undefined ? undefined : item.attention[row]?.[column];
  return (
    <figure class="attention" data-attention={`${output.length} x ${source.length}`}>
      <div class="attention-box">
        <table class={isSpelled ? 'spelled' : ''} onMouseLeave={() => setAt(undefined)}>
          <thead>
            <tr>
              <td class="corner">written ↓ read →</td>
              {source.map((token, step) => (
                <th key={step} scope="col" class={step === column ? 'here' : ''}>
                  <span>{visibleToken(token)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {output.map((token, written) => (
              <tr key={written}>
                <th scope="row" class={written === row ? 'here' : ''}>
                  {visibleToken(token)}
                </th>
                {source.map((_, step) => (
                  <td
                    key={step}
                    style={{ '--share': (item.attention[written]?.[step] ?? 0).toFixed(3) }}
                    onMouseEnter={() => setAt([written, step])}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figcaption class="note">
        {weight === undefined || row === undefined || column === undefined
          ? `What each token attended to while it was written${isCut ? `; the first ${mostShown} tokens` : ''}.`
          : `${visibleToken(output[row] ?? '')} ← ${visibleToken(source[column] ?? '')}: ${Math.round(100 * weight)} %`}
      </figcaption>
    </figure>
  );
}

function Scores({ scores }: { readonly scores: TranslationScores }) {
  const { bleu, chrf, exactMatch, pairs } = scores;
  return (
    <p class="note" data-exact-match={exactMatch} data-bleu={bleu}>
      <strong>{(100 * exactMatch).toFixed(1)} %</strong> of {pairs} held-out pairs exactly as the reference; BLEU{' '}
      <strong>{bleu.toFixed(1)}</strong>, chrF <strong>{chrf.toFixed(1)}</strong>.
    </p>
  );
}

function TranslationTable({ sample }: { readonly sample: TranslateSample }) {
  return (
    <DataTable
      caption={`${visibleLine(sample.from)} to ${visibleLine(sample.to)}`}
      columns={['Source', 'Translation', 'Reference', 'Probability']}
      rows={sample.items.map(({ source, text, reference, probability }) => [
        visibleLine(joined(source)),
        visibleLine(text),
        visibleLine(reference ?? ''),
        `${(100 * probability).toPrecision(3)} %`,
      ])}
    />
  );
}

const isSpelledOut = (tokens: readonly string[]) => tokens.every((token) => Array.from(token).length === 1);

const joined = (tokens: readonly string[]) => tokens.join(isSpelledOut(tokens) ? '' : ' ');
