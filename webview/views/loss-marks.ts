import uPlot from 'uplot';
import type { Baseline } from '../../src/protocol/dataset';
import { type ChartStyle, fontSize, lineWidth, referenceDash } from '../chart-style';
import type { Range } from '../charts/ranges';
import { measure } from '../format';
import { visibleLine } from '../visible-text';

/**
 * The baselines that a chart shows: those that the curves come near. One far off would flatten what is learnt;
 * when zoomed the view is the person's own and only what lies in it is shown.
 */
export function baselinesInView(
  baselines: readonly Baseline[],
  [min, max]: Range,
  zoomed: boolean,
): readonly Baseline[] {
  return baselines.filter(({ loss }) => {
    if (!Number.isFinite(loss)) return false;
    return zoomed ? loss >= min && loss <= max : loss <= max * 1.5 && loss > 0 && loss >= min - (max - min);
  });
}

/** Dashed lines across the chart. */
export function drawBaselines(chart: uPlot, style: ChartStyle, baselines: readonly Baseline[]): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = style.reference;
  ctx.lineWidth = lineWidth.reference * uPlot.pxRatio;
  ctx.setLineDash(referenceDash.map((length) => length * uPlot.pxRatio));
  for (const { y } of placed(chart, baselines)) {
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * Names above the right ends of their lines, or above the left ends while the curves end near them; clear of each other.
 * @param ends losses of the curves at the right edge
 */
export function nameBaselines(
  chart: uPlot,
  style: ChartStyle,
  baselines: readonly Baseline[],
  ends: readonly number[],
): void {
  const { ctx, bbox } = chart;
  const scale = uPlot.pxRatio;
  const room = 22 * scale;
  const free = { left: Number.POSITIVE_INFINITY, right: Number.POSITIVE_INFINITY };
  ctx.save();
  ctx.fillStyle = style.faintText;
  ctx.strokeStyle = style.background;
  ctx.lineWidth = 4 * scale;
  ctx.lineJoin = 'round';
  ctx.font = scaledFont(style.font, scale);
  ctx.textBaseline = 'bottom';
  for (const { name, loss, y } of placed(chart, baselines)) {
    const taken = ends.some((end) => Math.abs(chart.valToPos(end, 'y', true) - (y - room / 3)) < room);
    const side = taken ? 'left' : 'right';
    const bottom = Math.min(free[side], y - 2 * scale);
    ctx.textAlign = side;
    const text = `${visibleLine(name)} ${measure(loss)}`;
    const x = taken ? bbox.left + 4 * scale : bbox.left + bbox.width;
    // Readable on top of lines that pass through it.
    ctx.strokeText(text, x, bottom);
    ctx.fillText(text, x, bottom);
    free[side] = bottom - (fontSize + 2) * scale;
  }
  ctx.restore();
}

/** The baselines in the chart with their heights in canvas pixels, from bottom to top. */
function placed(chart: uPlot, baselines: readonly Baseline[]): readonly (Baseline & { readonly y: number })[] {
  const { top, height } = chart.bbox;
  return baselines
    .map((baseline) => ({ ...baseline, y: Math.round(chart.valToPos(baseline.loss, 'y', true)) }))
    .filter(({ y }) => y >= top && y <= top + height)
    .sort((a, b) => b.y - a.y);
}

/** A ring at the best validation loss: the checkpoint that is kept. */
export function drawBest(
  chart: uPlot,
  style: ChartStyle,
  best: { readonly step: number; readonly loss: number },
): void {
  const { ctx, bbox } = chart;
  const scale = uPlot.pxRatio;
  const x = chart.valToPos(best.step, 'x', true);
  const y = chart.valToPos(best.loss, 'y', true);
  if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1 || !Number.isFinite(y)) return;
  ctx.save();
  ctx.beginPath();
  ctx.arc(x, y, 4 * scale, 0, 2 * Math.PI);
  ctx.fillStyle = style.background;
  ctx.fill();
  ctx.lineWidth = 2 * scale;
  ctx.strokeStyle = style.validation;
  ctx.stroke();
  ctx.restore();
}

/** uPlot draws in device pixels. */
export function scaledFont(font: string, scale: number): string {
  return font.replace(/^([\d.]+)px/, (_, size: string) => `${Number(size) * scale}px`);
}
