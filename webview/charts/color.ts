/** Colours in OKLab (Björn Ottosson, 2020): equal distances look equally different. */
export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

/** 0–255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

const toLinear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c: number) => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);

export function rgbToLab([red, green, blue]: Rgb): Lab {
  const r = toLinear(red / 255);
  const g = toLinear(green / 255);
  const b = toLinear(blue / 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** Clipped to what a screen shows. */
export function labToRgb(lab: Lab): Rgb {
  const l = (lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b) ** 3;
  const m = (lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b) ** 3;
  const s = (lab.l - 0.0894841775 * lab.a - 1.291485548 * lab.b) ** 3;
  const channel = (c: number) => Math.round(255 * toGamma(Math.min(1, Math.max(0, c))));
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

export const hue = ({ a, b }: Lab): number => Math.atan2(b, a);
export const chroma = ({ a, b }: Lab): number => Math.hypot(a, b);

/** The smaller angle between two hues, in radians. */
export function hueDistance(first: number, second: number): number {
  const turn = Math.abs(first - second) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** Reads what `getComputedStyle` gives for a colour: `#rgb`, `#rrggbb(aa)`, `rgb()`, `rgba()`. */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1];
  if (hex) {
    const wide = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const byte = (at: number) => Number.parseInt(wide.slice(at, at + 2), 16);
    return [byte(0), byte(2), byte(4)];
  }
  const numbers = /^rgba?\(([^)]*)\)$/i
    .exec(text.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  const [red, green, blue] = numbers ?? [];
  return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue];
}

/** Contrast of two colours as WCAG 2 defines it, from 1 to 21. */
export function contrast(first: Rgb, second: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * toLinear(red / 255) + 0.7152 * toLinear(green / 255) + 0.0722 * toLinear(blue / 255);
}

/** The colour for a line on a background: opaque, and as much lighter or darker as it takes to be seen (contrast of 3). */
export function legible(color: Rgb, background: Rgb): Rgb {
  const { l: ground } = rgbToLab(background);
  const away = ground < 0.6 ? 0.02 : -0.02;
  let lab = rgbToLab(color);
  let seen = labToRgb(lab);
  while (contrast(seen, background) < 3 && lab.l > 0 && lab.l < 1) {
    lab = { ...lab, l: lab.l + away };
    seen = labToRgb(lab);
  }
  return seen;
}
