import type { ClassificationScores, ClassifiedItem, ClassifySample, ForecastError } from '../../src/protocol/run';
import { useChartStyle } from '../chart-style';
import { Icon } from '../components/icon';
import { count, measure } from '../format';
import { visibleLine } from '../visible-text';
import type { SampleViewProps } from './samples';

/** Held-out examples with what each token adds to the prediction, and how often each class is taken for each. */
export function ClassifyView({ sample, view, table }: SampleViewProps) {
  const style = useChartStyle();
  if (sample.task !== 'classify') return null;
  const { classification, score } = view.validated ?? {};
  return (
    <div class="classify" style={{ '--speaks-for': style.validation, '--speaks-against': style.training }}>
      {table ? (
        <ItemTable sample={sample} />
      ) : (
        <ol class="examples">
          {sample.items.map((item, at) => (
            <Item key={at} item={item} />
          ))}
        </ol>
      )}
      {table ? null : (
        <p class="note legend">
          <span class="token for">speaks for</span> <span class="token against">speaks against</span> the prediction
        </p>
      )}
      {classification && sample.classes ? <Confusion scores={classification} classes={sample.classes} /> : null}
      {score ? <ScoreErrors own={score} average={score.average} target={sample.target} /> : null}
    </div>
  );
}

function Item({ item }: { readonly item: ClassifiedItem }) {
  const { tokens, contributions, prediction, probabilities, truth } = item;
  const most = Math.max(1e-9, ...contributions.map(Math.abs));
  const right = truth === undefined ? undefined : truth === prediction;
  const isScore = probabilities.length === 0;
  const probability = Math.max(0, ...probabilities);
  return (
    <li data-example>
      <p class="verdict">
        <strong>{visibleLine(prediction)}</strong>
        {isScore ? null : (
          <>
            <meter min={0} max={1} value={probability} aria-label="probability" />
            <span>{Math.round(100 * probability)} %</span>
          </>
        )}
        {truth === undefined ? null : (
          <span class={right || isScore ? 'note' : 'wrong'}>
            {isScore ? null : <Icon name={right ? 'check' : 'warning'} />}
            {right ? 'right' : `truth: ${visibleLine(truth)}`}
          </span>
        )}
      </p>
      <p class="tokens">
        {tokens.map((token, at) => {
          const share = (contributions[at] ?? 0) / most;
          return (
            <span
              key={at}
              class={`token ${share > 0 ? 'for' : 'against'}`}
              style={{ '--share': Math.abs(share).toFixed(2) }}
              title={`${share < 0 ? 'against' : 'for'}: ${measure(Math.abs(contributions[at] ?? 0))}`}
            >
              {visibleLine(token)}
            </span>
          );
        })}
      </p>
    </li>
  );
}

function ItemTable({ sample }: { readonly sample: ClassifySample }) {
  return (
    <table class="errors">
      <caption>Prediction of {visibleLine(sample.target)}</caption>
      <thead>
        <tr>
          {['Input', 'Truth', 'Prediction', 'Probability'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sample.items.map(({ tokens, truth, prediction, probabilities }, at) => (
          <tr key={at}>
            <th scope="row">{visibleLine(tokens.join(' '))}</th>
            <td>{visibleLine(truth ?? '')}</td>
            <td>{visibleLine(prediction)}</td>
            <td>{probabilities.length > 0 ? `${Math.round(100 * Math.max(...probabilities))} %` : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ConfusionProps {
  readonly scores: ClassificationScores;
  readonly classes: readonly string[];
}

/** A row each class as it is, a column each class as it was predicted. */
function Confusion({ scores, classes }: ConfusionProps) {
  const { accuracy, macroF1, mostFrequent, confusion } = scores;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return (
    <div class="confusion" data-confusion>
      <p class="note" data-accuracy={accuracy}>
        <strong>{percent(accuracy)}</strong> of the validation part right; always the most frequent class:{' '}
        {percent(mostFrequent)}. Macro F1 <strong>{macroF1.toFixed(3)}</strong>.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key */}
      <section class="scrolling" tabIndex={0} aria-label="Confusion matrix">
        <table>
          <caption class="visually-hidden">How many examples of each class were predicted as each</caption>
          <thead>
            <tr>
              <th scope="col" class="corner">
                truth ↓ predicted →
              </th>
              {classes.map((name) => (
                <th key={name} scope="col">
                  {visibleLine(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, truth) => {
              const row = confusion[truth] ?? [];
              const all = Math.max(
                1,
                row.reduce((sum, number) => sum + number, 0),
              );
              return (
                <tr key={name}>
                  <th scope="row">{visibleLine(name)}</th>
                  {classes.map((other, predicted) => (
                    <td
                      key={other}
                      class={truth === predicted ? 'hit' : 'miss'}
                      style={{ '--share': ((row[predicted] ?? 0) / all).toFixed(2) }}
                    >
                      {count(row[predicted] ?? 0)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface ScoreErrorsProps {
  readonly own: ForecastError;
  readonly average: ForecastError;
  readonly target: string;
}

function ScoreErrors({ own, average, target }: ScoreErrorsProps) {
  return (
    <table class="errors" data-errors>
      <caption>In the units of {visibleLine(target)}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">Prediction by</span>
          </th>
          <th scope="col">RMSE</th>
          <th scope="col">MAE</th>
        </tr>
      </thead>
      <tbody>
        {(
          [
            ['this network', own],
            ['always the mean', average],
          ] as const
        ).map(([name, { rmse, mae }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{measure(rmse)}</td>
            <td>{measure(mae)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
