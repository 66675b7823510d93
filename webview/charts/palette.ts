import { chroma, hue, hueDistance, type Lab, labToRgb, parseColor, type Rgb, rgbToLab } from './color';

/**
 * Colours of a heat map, made from the theme's own: lightness goes evenly from the background to near the text
 * colour, so the maps read in every theme, in print and for colour-blind eyes; the hue only helps.
 * 256 entries of RGBA.
 */
export type Palette = Uint8ClampedArray<ArrayBuffer>;

const entries = 256;
const blueHue = -1.75;
const orangeHue = 1.15;

export interface PaletteColors {
  readonly background: string;
  readonly foreground: string;
  readonly positive: string;
  readonly negative: string;
}

/** From background (0) to the strongest colour (1). */
export function sequentialPalette(colors: PaletteColors): Palette {
  const { from, to, negative } = anchors(colors);
  return palette((t) => at(from, to, t, negative, 0.95));
}

/** From one hue (-1) over the background (0) to the opposite hue (1), equally light at both ends. */
export function divergingPalette(colors: PaletteColors): Palette {
  const { from, to, negative, positive } = anchors(colors);
  return palette((t) => (t < 0.5 ? at(from, to, 1 - 2 * t, negative, 0.8) : at(from, to, 2 * t - 1, positive, 0.8)));
}

/** The two hues that stand for negative and positive; the fallbacks keep them apart where a theme's are alike. */
function anchors({ background, foreground, positive, negative }: PaletteColors) {
  const from = rgbToLab(parseColor(background) ?? [30, 30, 30]);
  const to = rgbToLab(parseColor(foreground) ?? [212, 212, 212]);
  const cool = hueOf(negative, blueHue);
  const warm = hueOf(positive, orangeHue);
  return { from, to, negative: cool, positive: hueDistance(cool, warm) < 1.2 ? cool + Math.PI : warm };
}

function hueOf(color: string, fallback: number): number {
  const rgb = parseColor(color);
  if (!rgb) return fallback;
  const lab = rgbToLab(rgb);
  return chroma(lab) < 0.03 ? fallback : hue(lab);
}

/** Saturated in the middle of the way, calm at its ends, as the eye can tell colours apart there. */
function at(from: Lab, to: Lab, t: number, towards: number, reach: number): Rgb {
  const strength = 0.16 * Math.sin(Math.PI * Math.min(1, t) ** 0.75 * 0.82);
  return labToRgb({
    l: from.l + (to.l - from.l) * reach * t,
    a: from.a * (1 - t) + strength * Math.cos(towards),
    b: from.b * (1 - t) + strength * Math.sin(towards),
  });
}

function palette(color: (t: number) => Rgb): Palette {
  const table = new Uint8ClampedArray(entries * 4);
  for (let i = 0; i < entries; i++) table.set([...color(i / (entries - 1)), 255], i * 4);
  return table;
}

/** CSS gradient of a palette, for its legend. */
export function paletteGradient(table: Palette, stops = 16): string {
  const colors = Array.from({ length: stops + 1 }, (_, i) => {
    const entry = Math.round((i / stops) * (entries - 1)) * 4;
    return `rgb(${table[entry]} ${table[entry + 1]} ${table[entry + 2]})`;
  });
  return `linear-gradient(to right, ${colors.join(', ')})`;
}
