import type { Baseline } from '../../src/protocol/dataset';
import type { ClassificationScores, ClassifiedItem, ClassifySample } from '../../src/protocol/run';
import { useChartStyle } from '../chart-style';
import { DataTable } from '../components/data-table';
import { Icon } from '../components/icon';
import { count, measure } from '../format';
import { visibleLine } from '../visible-text';
import { ErrorTable } from './error-table';
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
      {classification && sample.classes ? (
        <Confusion scores={classification} classes={sample.classes} baselines={view.run.dataset.baselines} />
      ) : null}
      {score ? (
        <ErrorTable
          caption={`In the units of ${visibleLine(sample.target)}`}
          rows={[
            ['this network', score],
            ['always the mean', score.average],
          ]}
        />
      ) : null}
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
    <DataTable
      caption={`Prediction of ${visibleLine(sample.target)}`}
      columns={['Input', 'Truth', 'Prediction', 'Probability']}
      rows={sample.items.map(({ tokens, truth, prediction, probabilities }) => [
        visibleLine(tokens.join(' ')),
        visibleLine(truth ?? ''),
        visibleLine(prediction),
        probabilities.length > 0 ? `${Math.round(100 * Math.max(...probabilities))} %` : '',
      ])}
    />
  );
}

interface ConfusionProps {
  readonly scores: ClassificationScores;
  readonly classes: readonly string[];
  readonly baselines: readonly Baseline[];
}

/** A row each class as it is, a column each class as it was predicted. */
function Confusion({ scores, classes, baselines }: ConfusionProps) {
  const counted = baselines.find(({ accuracy }) => accuracy !== undefined);
  const { accuracy, macroF1, mostFrequent, confusion } = scores;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return (
    <div class="confusion" data-confusion>
      <p class="note" data-accuracy={accuracy}>
        <strong>{percent(accuracy)}</strong> of the validation part right; always the most frequent class:{' '}
        {percent(mostFrequent)}
        {counted?.accuracy === undefined ? null : `; ${visibleLine(counted.name)}: ${percent(counted.accuracy)}`}. Macro
        F1 <strong>{macroF1.toFixed(3)}</strong>.
      </p>
      <DataTable
        caption="How many examples of each class, by row, were predicted as each, by column"
        columns={['truth ↓ predicted →', ...classes.map((name) => visibleLine(name))]}
        rows={classes.map((name, truth) => [
          visibleLine(name),
          ...classes.map((_, predicted) => {
            const row = confusion[truth] ?? [];
            const number = row[predicted] ?? 0;
            const share =
              number /
              Math.max(
                1,
                row.reduce((sum, other) => sum + other, 0),
              );
            return (
              <span class={truth === predicted ? 'hit' : 'miss'} style={{ '--share': share.toFixed(2) }}>
                {count(number)}
              </span>
            );
          }),
        ])}
      />
    </div>
  );
}
