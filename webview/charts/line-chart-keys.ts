import uPlot from 'uplot';
import { nearestIndex, type Range } from './ranges';

interface Keyed {
  readonly x: Float64Array;
  readonly xRange: Range;
  readonly onZoom?: (range: Range | undefined) => void;
}

/** Moves the cursor of a chart and zooms it by key. */
export function onChartKey(event: KeyboardEvent, chart: uPlot, props: Keyed): void {
  const [min, max] = props.xRange;
  const width = chart.bbox.width / uPlot.pxRatio;
  const left = chart.cursor.left ?? -1;
  const moveTo = (pixel: number) => {
    const index = nearestIndex(props.x, chart.posToVal(Math.min(width, Math.max(0, pixel)), 'x'));
    chart.setCursor({ left: chart.valToPos(props.x[index] ?? min, 'x'), top: 0 }, true);
  };
  const zoom = (factor: number) => {
    const centre = left >= 0 ? chart.posToVal(left, 'x') : (min + max) / 2;
    props.onZoom?.([centre - (centre - min) * factor, centre + (max - centre) * factor]);
  };
  const pixelsAPoint = Math.max(1, width / Math.max(1, props.x.length - 1));
  const stride = event.shiftKey ? width / 10 : Math.min(width / 10, pixelsAPoint);
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => moveTo((left < 0 ? width : left) - stride),
    ArrowRight: () => moveTo(left < 0 ? 0 : left + stride),
    Home: () => moveTo(0),
    End: () => moveTo(width),
    '+': () => zoom(0.5),
    '=': () => zoom(0.5),
    '-': () => zoom(2),
    '0': () => props.onZoom?.(undefined),
    Escape: () => props.onZoom?.(undefined),
  };
  const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
