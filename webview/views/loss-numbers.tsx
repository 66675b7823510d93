import { useMemo } from 'preact/hooks';
import { DataTable } from '../components/data-table';
import { Icon } from '../components/icon';
import { count, measure } from '../format';
import type { RunView } from '../model/panel-store';
import { taskWords } from '../tasks';
import { visibleLine } from '../visible-text';

const tableRows = 300;

/** The best validation loss against the best of the predictors that learn nothing, in a sentence. */
export function Verdict({ view, unit }: { readonly view: RunView; readonly unit: string }) {
  const { metrics, run } = view;
  const bar = useMemo(() => [...run.dataset.baselines].sort((a, b) => a.loss - b.loss)[0], [run.dataset.baselines]);
  if (metrics.best < 0) return <p class="note">Validation has not run yet.</p>;
  const loss = metrics.column('validationLoss')[metrics.best] ?? Number.NaN;
  const step = metrics.column('step')[metrics.best];
  return (
    <>
      <p class="note" data-verdict>
        Best validation <strong>{measure(loss)}</strong> {unit} at step {count(step)}
        {bar ? (
          <>
            , {measure(Math.abs(bar.loss - loss))} {loss < bar.loss ? 'below' : 'above'} {bar.name} ({measure(bar.loss)}
            )
          </>
        ) : null}
        .
      </p>
      {run.result?.verdict?.map((sentence) => (
        <p key={sentence} class="note said" data-said>
          <Icon name="warning" /> {visibleLine(sentence)}
        </p>
      ))}
    </>
  );
}

/** The points behind the chart, the latest first. */
export function LossTable({ view }: { readonly view: RunView }) {
  const { metrics, run } = view;
  const columns = [
    metrics.column('step'),
    metrics.column('loss'),
    metrics.column('validationLoss'),
    metrics.column('gradientNorm'),
  ] as const;
  const shown = Math.min(tableRows, metrics.length);
  const rows = Array.from({ length: shown }, (_, i) => {
    const at = metrics.length - 1 - i;
    return columns.map((column, j) => (j === 0 ? count(column[at]) : measure(column[at])));
  });
  return (
    <div class="loss" data-points={metrics.length}>
      <DataTable
        caption={`Loss in ${taskWords[run.dataset.task].lossUnit(run.dataset)}, latest step first`}
        columns={['Step', 'Training', 'Validation', 'Gradient norm']}
        rows={rows}
        note={shown < metrics.length ? `The latest ${count(shown)} of ${count(metrics.length)} points.` : undefined}
      />
    </div>
  );
}
