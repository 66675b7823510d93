import { useMemo, useRef, useState } from 'preact/hooks';
import { keyColors, lineWidth, useChartStyle } from '../chart-style';
import { LineChart, type LineSeries } from '../charts/line-chart';
import { extent, indexFrom, padded, type Range } from '../charts/ranges';
import { Section, Toggle } from '../components/section';
import { count, measure, shortCount } from '../format';
import type { MetricsBuffer } from '../model/metrics-buffer';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { taskWords } from '../tasks';
import { baselinesInView, drawBaselines, drawBest, nameBaselines } from './loss-marks';
import { LossTable, Verdict } from './loss-numbers';

/** Training and validation loss over the steps, beside predictors that learn nothing. */
export function Loss({ view }: { readonly view: RunView }) {
  const [log, setLog] = usePersistedState('settings', 'loss.log', false);
  const [smooth, setSmooth] = usePersistedState('settings', 'loss.smooth', false);
  const [gradient, setGradient] = usePersistedState('settings', 'loss.gradient', false);
  const [table, setTable] = usePersistedState('settings', 'loss.table', false);
  const [zoom, setZoom] = usePersistedState<Range | undefined>('run', 'loss.zoom', undefined);
  const tools = (
    <>
      <Toggle label="Log" title="Logarithmic scale" on={log} onToggle={setLog} />
      <Toggle
        label="Smooth"
        title="Smooth the training loss (mean of ten points on each side)"
        on={smooth}
        onToggle={setSmooth}
      />
      <Toggle label="Gradient" title="Show the gradient's norm" on={gradient} onToggle={setGradient} />
      <Toggle label="Table" title="Show as table" on={table} onToggle={setTable} />
    </>
  );
  return (
    <Section view="loss" title="Loss" tools={tools}>
      {view.metrics.length === 0 ? (
        <p class="note">The first numbers appear after the first training step.</p>
      ) : table ? (
        <LossTable view={view} />
      ) : (
        <LossCharts view={view} log={log} smooth={smooth} gradient={gradient} zoom={zoom} setZoom={setZoom} />
      )}
    </Section>
  );
}

interface LossChartsProps {
  readonly view: RunView;
  readonly log: boolean;
  readonly smooth: boolean;
  readonly gradient: boolean;
  readonly zoom: Range | undefined;
  readonly setZoom: (range: Range | undefined) => void;
}

function LossCharts({ view, log, smooth, gradient, zoom, setZoom }: LossChartsProps) {
  const style = useChartStyle();
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const syncKey = useRef(`loss ${view.folder}`).current;
  const { metrics, run } = view;
  const { clipNorm } = run.configuration.training;
  const unit = taskWords[run.dataset.task].lossUnit(run.dataset);
  const { x, loss, smoothed, validation, norm } = useColumns(metrics);

  const all: Range = [Math.min(x[0] ?? 0, 1), Math.max(x[x.length - 1] ?? 1, (x[0] ?? 0) + 1)];
  const xRange: Range = zoom ?? all;
  const from = indexFrom(x, xRange[0]);
  const to = Math.min(x.length - 1, indexFrom(x, xRange[1]));
  const seen = extent(smooth && zoom ? [smoothed, validation] : [loss, validation], from, to, log) ?? [0.1, 1];
  const baselines = baselinesInView(run.dataset.baselines, seen, zoom !== undefined);
  const yRange = padded(
    [Math.min(seen[0], ...baselines.map((b) => b.loss)), Math.max(seen[1], ...baselines.map((b) => b.loss))],
    log,
  );

  const chooseZoom = (range: Range | undefined) => {
    if (!range) return setZoom(undefined);
    const clipped: Range = [Math.max(all[0], range[0]), Math.min(all[1], range[1])];
    if (clipped[1] - clipped[0] < 1) return;
    setZoom(clipped[0] <= all[0] && clipped[1] >= all[1] ? undefined : clipped);
  };

  const lines: readonly LineSeries[] = [
    ...(smooth
      ? [
          { label: 'training, raw', values: loss, stroke: style.faintTraining, width: lineWidth.faint, quiet: true },
          { label: 'training', values: smoothed, stroke: style.training, width: lineWidth.main },
        ]
      : [{ label: 'training', values: loss, stroke: style.training, width: lineWidth.main }]),
    { label: 'validation', values: validation, stroke: style.validation, width: lineWidth.main, rings: true },
  ];

  const best = metrics.best >= 0 ? { step: x[metrics.best] ?? 0, loss: validation[metrics.best] ?? 0 } : undefined;
  const at = cursor === undefined ? x.length - 1 : Math.min(cursor, x.length - 1);
  const validationAt = metrics.lastWith('validationLoss', at);
  const lastValidation = metrics.lastWith('validationLoss', to);
  const ends = [smoothed[to] ?? 0, ...(lastValidation < 0 ? [] : [validation[lastValidation] ?? 0])];
  const label = `${count(x.length)} points of training and validation loss in ${unit}, up to step ${count(x[x.length - 1])}.`;

  return (
    <div class="loss" data-points={x.length} data-steps={xRange.join(' ')} style={keyColors(style)}>
      <p class="legend">
        <Key
          class="training"
          name={smooth ? 'training, smoothed' : 'training'}
          value={measure((smooth ? smoothed : loss)[at])}
        />
        <Key class="validation" name="validation" value={validationAt < 0 ? '–' : measure(validation[validationAt])} />
        {best ? <Key class="best" name="best" value={measure(best.loss)} /> : null}
      </p>
      <p class="axis-title">
        {unit}
        {zoom ? (
          <button
            type="button"
            class="link"
            title="Show all steps (double-click in the chart, or press 0)"
            onClick={() => setZoom(undefined)}
          >
            Show all steps
          </button>
        ) : null}
        <span class="at">{cursor === undefined ? 'latest' : `step ${count(x[at])}`}</span>
      </p>
      <LineChart
        label={label}
        x={x}
        series={lines}
        xRange={xRange}
        yRange={yRange}
        log={log}
        style={style}
        formatX={shortCount}
        formatY={axisNumber}
        below={(chart) => drawBaselines(chart, style, baselines)}
        above={(chart) => {
          nameBaselines(chart, style, baselines, ends);
          if (best) drawBest(chart, style, best);
        }}
        onZoom={chooseZoom}
        onCursor={setCursor}
        syncKey={syncKey}
      />
      {gradient ? (
        <>
          <p class="axis-title">
            <Key
              class="gradient"
              name={`gradient norm, clipped at ${shortCount(clipNorm)}`}
              value={measure(norm[at])}
            />
          </p>
          <LineChart
            label={`Gradient norm of ${count(x.length)} points.`}
            x={x}
            series={[{ label: 'gradient norm', values: norm, stroke: style.gradient, width: lineWidth.faint }]}
            xRange={xRange}
            yRange={padded(extent([norm], from, to, log) ?? [0.1, 1], log)}
            log={log}
            small
            style={style}
            formatX={shortCount}
            formatY={axisNumber}
            showX={false}
            onZoom={chooseZoom}
            onCursor={setCursor}
            syncKey={syncKey}
          />
        </>
      ) : null}
      <p class="axis-title x">training step</p>
      <Verdict view={view} unit={unit} />
    </div>
  );
}

/** The same arrays until something is appended. */
function useColumns(metrics: MetricsBuffer) {
  const { version } = metrics;
  return useMemo(
    () => ({
      version,
      x: metrics.column('step'),
      loss: metrics.column('loss'),
      smoothed: metrics.column('smoothLoss'),
      validation: metrics.column('validationLoss'),
      norm: metrics.column('gradientNorm'),
    }),
    [metrics, version],
  );
}

function Key({
  class: name,
  name: label,
  value,
}: {
  readonly class: string;
  readonly name: string;
  readonly value: string;
}) {
  return (
    <span class={`key ${name}`}>
      {label} <output>{value}</output>
    </span>
  );
}

const axisNumber = (value: number) =>
  Math.abs(value) >= 1000 ? shortCount(value) : String(Number(value.toPrecision(3)));
