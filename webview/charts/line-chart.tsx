import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { type ChartStyle, fontSize, rightPadding, yAxisWidth } from '../chart-style';
import { decimatedLine, nearestWithValue } from './decimate';
import { onChartKey } from './line-chart-keys';
import { indexFrom, type Range } from './ranges';

export interface LineSeries {
  readonly label: string;
  /** As long as `x`; NaN where there is no value. */
  readonly values: Float64Array;
  readonly stroke: string;
  readonly width: number;
  readonly dash?: number[];
  /** Behind another: the cursor passes it over. */
  readonly quiet?: boolean;
  /** Rings at the points, for columns with few of them. */
  readonly rings?: boolean;
}

export interface LineChartProps {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Rising. New data come as new arrays: those that were drawn are known by identity. */
  readonly x: Float64Array;
  readonly series: readonly LineSeries[];
  readonly xRange: Range;
  readonly yRange: Range;
  readonly log?: boolean;
  /** For a chart beside another. */
  readonly small?: boolean;
  readonly style: ChartStyle;
  /** May have several lines. */
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  readonly showX?: boolean;
  /** Draws below the lines, in canvas pixels. */
  readonly below?: (chart: uPlot) => void;
  /** Draws above the lines. */
  readonly above?: (chart: uPlot) => void;
  /** A range chosen by dragging or by key; undefined: everything. */
  readonly onZoom?: (range: Range | undefined) => void;
  /** Index of the point nearest to the cursor. */
  readonly onCursor?: (index: number | undefined) => void;
  /** Charts with the same key share their cursor. */
  readonly syncKey?: string;
}

/** A uPlot that follows its properties: new data are drawn, a new theme or other series build it anew. */
export function LineChart(props: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  const drawn = useRef<readonly unknown[]>([]);
  latest.current = props;

  const shape = JSON.stringify([
    props.style.id,
    props.log,
    props.showX,
    props.series.map(({ label, stroke, width, dash, rings }) => [label, stroke, width, dash, rings]),
  ]);

  // `shape` stands for all that a chart cannot change once it is built.
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const chart = build(element, latest);
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && (width !== chart.width || height !== chart.height)) chart.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  // A cursor that moves renders too, and needs no drawing.
  useEffect(() => {
    const wanted = [...dataOf(props), ...props.xRange, ...props.yRange];
    if (wanted.length === drawn.current.length && wanted.every((value, i) => value === drawn.current[i])) return;
    drawn.current = wanted;
    plot.current?.setData(dataOf(props));
  });

  return (
    <div
      ref={host}
      class={`line-chart ${props.small ? 'small' : ''}`}
      role="application"
      aria-label={`${props.label} Arrow keys move the cursor${props.onZoom ? ', plus and minus zoom, 0 shows everything' : ''}.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is used by key
      tabIndex={0}
      onKeyDown={(event) => plot.current && onChartKey(event, plot.current, latest.current)}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
    />
  );
}

function dataOf({ x, series }: LineChartProps): uPlot.AlignedData {
  return [x, ...series.map(({ values }) => values)];
}

function build(element: HTMLElement, latest: { readonly current: LineChartProps }): uPlot {
  const { style, series, log = false, showX = true, syncKey } = latest.current;
  const axis = {
    stroke: style.faintText,
    font: style.font,
    ticks: { show: false },
    border: { show: false },
  };
  return new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: Math.max(1, element.clientHeight),
      padding: [8, rightPadding, showX ? 0 : 4, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [...latest.current.xRange] },
        y: { distr: log ? 3 : 1, range: () => [...latest.current.yRange] },
      },
      axes: [
        {
          ...axis,
          show: showX,
          grid: { show: false },
          size: (_, values) => ((values as string[] | null)?.some((label) => label.includes('\n')) ? 36 : 22),
          gap: 4,
          space: (chart) => 24 + labelWidth(latest.current.formatX(chart.data[0][0] ?? 0)),
          values: (chart, values) => values.map((v) => xLabel(chart, v, latest.current.formatX(v))),
        },
        {
          ...axis,
          grid: { stroke: style.grid, width: 1 },
          gap: 6,
          space: 34,
          size: yAxisWidth,
          values: (_, values) => values.map((v) => (v === null ? '' : latest.current.formatY(v))),
        },
      ],
      series: [
        {},
        ...series.map(({ label, stroke, width, dash, rings }) => ({
          label,
          stroke,
          width,
          ...(dash ? { dash } : {}),
          auto: false,
          points: { show: false },
          paths: linePaths(rings ?? false),
        })),
      ],
      cursor: {
        y: false,
        drag: { x: latest.current.onZoom !== undefined, y: false, setScale: false, dist: 4 },
        dataIdx: (chart, index, closest) => {
          if (latest.current.series[index - 1]?.quiet) return null;
          const found = nearestWithValue(chart.data[index] as Float64Array, closest);
          return found < 0 ? null : found;
        },
        points: {
          size: 6,
          width: 1.5,
          fill: style.background,
          stroke: (chart, index) => strokeOf(chart.series[index]),
        },
        bind: {
          dblclick: () => () => {
            latest.current.onZoom?.(undefined);
            return null;
          },
        },
        ...(syncKey
          ? { sync: { key: syncKey, setSeries: false, scales: ['x', null] as uPlot.Cursor.Sync.Scales } }
          : {}),
      },
      hooks: {
        drawClear: [(chart) => latest.current.below?.(chart)],
        draw: [
          (chart) => {
            latest.current.above?.(chart);
            element.dataset.draws = String(Number(element.dataset.draws ?? 0) + 1);
          },
        ],
        setCursor: [(chart) => latest.current.onCursor?.(chart.cursor.idx ?? undefined)],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < 4) return;
            latest.current.onZoom?.([chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')]);
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    dataOf(latest.current),
    element,
  );
}

const labelWidth = (label: string) => Math.max(36, longestLine(label) * fontSize * 0.56);

const longestLine = (label: string) => Math.max(...label.split('\n').map((line) => line.length));

/** Empty where the label would be cut at an edge. */
function xLabel(chart: uPlot, value: number, label: string): string {
  const middle = chart.valToPos(value, 'x');
  const half = (longestLine(label) * fontSize * 0.5) / 2;
  const width = chart.bbox.width / uPlot.pxRatio;
  return middle - half < -yAxisWidth || middle + half > width + rightPadding ? '' : label;
}

function strokeOf(series: uPlot.Series | undefined): string {
  const stroke = series?.stroke;
  return typeof stroke === 'function' ? String(stroke(undefined as never, 0)) : String(stroke ?? '');
}

/** Draws what is in view and one point beyond on each side, decimated to the screen. */
function linePaths(rings: boolean): uPlot.Series.PathBuilder {
  return (chart, index) => {
    const x = chart.data[0] as Float64Array;
    const y = chart.data[index] as Float64Array;
    const { min = 0, max = 1 } = chart.scales.x ?? {};
    let from = Math.max(0, indexFrom(x, min ?? 0) - 1);
    let to = Math.min(x.length - 1, indexFrom(x, max ?? 1));
    while (from > 0 && !Number.isFinite(y[from])) from--;
    while (to < x.length - 1 && !Number.isFinite(y[to])) to++;
    const stroke = new Path2D();
    const toX = (value: number) => chart.valToPos(value, 'x', true);
    const toY = (value: number) => chart.valToPos(value, 'y', true);
    decimatedLine(x, y, from, to, toX, toY, {
      move: (px, py) => stroke.moveTo(px, py),
      line: (px, py) => stroke.lineTo(px, py),
    });
    if (rings) addRings(stroke, x, y, from, to, toX, toY, chart.bbox.width);
    return { stroke, fill: null };
  };
}

function addRings(
  path: Path2D,
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  toX: (value: number) => number,
  toY: (value: number) => number,
  room: number,
): void {
  const at: number[] = [];
  for (let i = from; i <= to; i++) if (Number.isFinite(y[i])) at.push(i);
  if (at.length > room / (12 * uPlot.pxRatio)) return;
  const radius = 1.2 * uPlot.pxRatio;
  for (const i of at) {
    const px = Math.round(toX(x[i] ?? 0));
    const py = toY(y[i] ?? 0);
    path.moveTo(px + radius, py);
    path.arc(px, py, radius, 0, 2 * Math.PI);
  }
}
