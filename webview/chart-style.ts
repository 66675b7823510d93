import { useEffect, useState } from 'preact/hooks';
import { hue, hueDistance, legible, parseColor, rgbToLab } from './charts/color';
import { divergingPalette, type Palette, sequentialPalette } from './charts/palette';

/** How every chart looks: the theme's colours and fonts as a canvas needs them. */
export interface ChartStyle {
  /** Changes with the theme, to redraw. */
  readonly id: string;
  readonly font: string;
  readonly monospace: string;
  readonly text: string;
  readonly faintText: string;
  readonly background: string;
  readonly grid: string;
  /** Behind a part of a chart. */
  readonly shade: string;
  readonly reference: string;
  readonly training: string;
  /** The raw line behind a smoothed one. */
  readonly faintTraining: string;
  readonly validation: string;
  readonly gradient: string;
  readonly warning: string;
  readonly cursor: string;
  readonly highContrast: boolean;
  readonly sequential: Palette;
  readonly diverging: Palette;
}

export const fontSize = 11;
/** The same for all charts, so that those below each other share their x axis; CSS pixels. */
export const yAxisWidth = 42;
export const rightPadding = 14;
export const lineWidth = { main: 1.6, faint: 1, reference: 1 };
export const referenceDash = [4, 4];

/** Reads the style from the page, where VS Code puts the theme's variables. */
export function readChartStyle(): ChartStyle {
  const computed = getComputedStyle(document.documentElement);
  const read = (...names: string[]) => {
    for (const name of names) {
      const value = computed.getPropertyValue(`--vscode-${name}`).trim();
      if (value) return value;
    }
    return '';
  };
  const text = read('foreground', 'editor-foreground') || 'CanvasText';
  const background = read('editor-background') || 'Canvas';
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  // Some themes give chart colours that are translucent or near the background.
  const line = (color: string) => {
    const [own, ground] = [parseColor(color), parseColor(background)];
    return own && ground ? `rgb(${legible(own, ground).join(',')})` : color;
  };
  const blue = line(read('charts-blue') || text);
  const orange = line(distinct(blue, [read('charts-orange'), read('charts-yellow'), read('charts-red')]) || text);
  const colors = { background, foreground: read('editor-foreground', 'foreground'), negative: blue, positive: orange };
  return {
    id: `${document.body.dataset.vscodeThemeId ?? ''} ${document.body.className} ${text} ${background} ${blue}`,
    font: `${fontSize}px ${read('font-family') || 'sans-serif'}`,
    monospace: read('editor-font-family') || 'monospace',
    text,
    faintText: highContrast ? text : read('descriptionForeground') || text,
    background,
    grid: withAlpha(text, highContrast ? 0.3 : 0.1),
    shade: withAlpha(text, highContrast ? 0.14 : 0.06),
    reference: highContrast ? text : withAlpha(text, 0.55),
    training: blue,
    faintTraining: withAlpha(blue, 0.35),
    validation: orange,
    gradient: line(read('charts-purple') || blue),
    warning: read('editorWarning-foreground', 'charts-yellow') || text,
    cursor: withAlpha(text, 0.6),
    highContrast,
    sequential: sequentialPalette(colors),
    diverging: divergingPalette(colors),
  };
}

/** The chart style of the theme in force; renders again when the theme changes. */
export function useChartStyle(): ChartStyle {
  const [style, setStyle] = useState(readChartStyle);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      const next = readChartStyle();
      setStyle((before) => (before.id === next.id ? before : next));
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    return () => observer.disconnect();
  }, []);
  return style;
}

/** The colours of lines for the keys beside a chart, as properties of an element's style. */
export function keyColors(style: ChartStyle): Readonly<Record<string, string>> {
  return {
    '--training': style.training,
    '--validation': style.validation,
    '--gradient': style.gradient,
    '--reference': style.reference,
  };
}

/** The first of the candidates whose hue is clearly another than the given colour's. */
function distinct(color: string, candidates: readonly string[]): string | undefined {
  const own = parseColor(color);
  return candidates.find((candidate) => {
    const other = parseColor(candidate);
    return own && other && hueDistance(hue(rgbToLab(own)), hue(rgbToLab(other))) > 1.2;
  });
}

function withAlpha(color: string, alpha: number): string {
  const rgb = parseColor(color);
  return rgb ? `rgba(${rgb.join(',')},${alpha})` : color;
}
