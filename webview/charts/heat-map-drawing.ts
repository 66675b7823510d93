import type { Trace } from '../../src/protocol/run';
import type { ChartStyle } from '../chart-style';
import type { Domain } from '../model/gate-statistics';
import type { Palette } from './palette';

/** Room at the right for the marks of rows, in CSS pixels. */
export const gutter = 8;
/** Room below for the labels of the time steps, in CSS pixels. */
export const labelHeight = 16;

/** CSS pixels: every unit can be told apart while they are few; many share pixels rather than fill the panel. */
export function heatMapHeight(units: number): number {
  if (units <= 16) return Math.max(24, units * 8);
  return Math.min(240, Math.max(128, units));
}

interface Drawn {
  readonly trace: Trace;
  readonly domain: Domain;
  readonly order: readonly number[];
  readonly labels: readonly string[];
  readonly marked: readonly boolean[];
  readonly style: ChartStyle;
}

/** @param width of the canvas with its gutter, in CSS pixels */
export function drawHeatMap(canvas: HTMLCanvasElement, width: number, drawn: Drawn): void {
  const { trace, order, labels, marked, style } = drawn;
  const scale = window.devicePixelRatio || 1;
  const height = heatMapHeight(trace.units);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round((height + labelHeight) * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const mapWidth = width - gutter;

  const cells = cellImage(trace, order, drawn.domain, style);
  // Rows that share pixels are averaged; others keep hard edges.
  context.imageSmoothingEnabled = trace.units > height * scale;
  context.imageSmoothingQuality = 'high';
  context.drawImage(cells, 0, 0, mapWidth, height);

  if (style.highContrast) {
    context.strokeStyle = style.text;
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, mapWidth - 1, height - 1);
  }

  const rowHeight = height / trace.units;
  context.fillStyle = style.warning;
  order.forEach((unit, row) => {
    if (!marked[unit]) return;
    const middle = (row + 0.5) * rowHeight;
    context.beginPath();
    context.moveTo(mapWidth + 1.5, middle);
    context.lineTo(mapWidth + 7, middle - 3);
    context.lineTo(mapWidth + 7, middle + 3);
    context.fill();
  });
  drawLabels(context, labels, mapWidth, height, style);
}

/** One pixel a cell. */
function cellImage(trace: Trace, order: readonly number[], domain: Domain, style: ChartStyle): OffscreenCanvas {
  const { timeSteps, units, values } = trace;
  const palette: Palette = domain.kind === 'sequential' ? style.sequential : style.diverging;
  const last = palette.length / 4 - 1;
  const pixels = new Uint8ClampedArray(timeSteps * units * 4);
  const range = domain.max - domain.min || 1;
  for (let row = 0; row < units; row++) {
    for (let t = 0; t < timeSteps; t++) {
      const value = values[t * units + (order[row] ?? row)] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const entry = 4 * Math.round(last * Math.min(1, Math.max(0, (value - domain.min) / range)));
      pixels.set(palette.subarray(entry, entry + 4), (row * timeSteps + t) * 4);
    }
  }
  const image = new OffscreenCanvas(timeSteps, units);
  image.getContext('2d')?.putImageData(new ImageData(pixels, timeSteps, units), 0, 0);
  return image;
}

/** Labels under their columns, as large as the columns allow; those that find no room are left out. */
function drawLabels(
  context: CanvasRenderingContext2D,
  labels: readonly string[],
  mapWidth: number,
  top: number,
  style: ChartStyle,
): void {
  const columnWidth = mapWidth / labels.length;
  const size = Math.min(11, Math.max(9, columnWidth / 0.62));
  context.font = `${size}px ${style.monospace}`;
  context.fillStyle = style.faintText;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  let freeFrom = 0;
  labels.forEach((label, step) => {
    const width = context.measureText(label).width;
    // Long labels at the edges move inwards rather than being cut.
    const middle = Math.min(mapWidth - width / 2, Math.max(width / 2, (step + 0.5) * columnWidth));
    const gap = [...label].length > 1 ? 6 : -0.5;
    if (middle - width / 2 < freeFrom) return;
    context.fillText(label, middle, top + 4);
    freeFrom = middle + width / 2 + gap;
  });
}
