import { describe, expect, it } from 'vitest';
import { contrast, hue, hueDistance, legible, type Rgb, rgbToLab } from '../../webview/charts/color';
import { divergingPalette, type Palette, sequentialPalette } from '../../webview/charts/palette';
import { themes } from '../../webview/dev/themes';

const entry = (palette: Palette, i: number) => rgbToLab([...palette.subarray(i * 4, i * 4 + 3)] as unknown as Rgb);

describe.each(Object.entries(themes))('colours of the maps in %s', (_, { variables }) => {
  const colors = {
    background: variables['editor-background'] ?? '',
    foreground: variables['editor-foreground'] ?? '',
    negative: variables['charts-blue'] ?? '',
    positive: variables['charts-orange'] ?? '',
  };

  it('grow steadily in contrast from least to greatest', () => {
    const palette = sequentialPalette(colors);
    const lights = Array.from({ length: 16 }, (_, i) => entry(palette, i * 17).l);
    const direction = Math.sign((lights.at(-1) ?? 0) - (lights[0] ?? 0));
    lights.slice(1).forEach((light, i) => {
      expect((light - (lights[i] ?? 0)) * direction).toBeGreaterThan(0.015);
    });
  });

  it('are alike in strength and apart in hue on both sides of zero', () => {
    const palette = divergingPalette(colors);
    for (const distance of [40, 80, 127]) {
      const negative = entry(palette, 127 - distance);
      const positive = entry(palette, 128 + distance);
      expect(Math.abs(negative.l - positive.l)).toBeLessThan(0.06);
      expect(hueDistance(hue(negative), hue(positive))).toBeGreaterThan(1.2);
    }
  });

  it('meet the background at zero', () => {
    const background = entry(sequentialPalette(colors), 0);
    expect(Math.abs(entry(divergingPalette(colors), 128).l - background.l)).toBeLessThan(0.03);
  });
});

describe('colours of lines', () => {
  it('are moved away from a background on which they would not be seen', () => {
    for (const [color, background] of [
      [
        [58, 30, 12],
        [31, 31, 31],
      ],
      [
        [250, 220, 180],
        [255, 255, 255],
      ],
    ] as const) {
      const seen = legible(color, background);
      expect(contrast(seen, background)).toBeGreaterThanOrEqual(3);
      expect(hueDistance(hue(rgbToLab(seen)), hue(rgbToLab(color)))).toBeLessThan(0.35);
    }
    expect(legible([55, 148, 255], [31, 31, 31])).toEqual([55, 148, 255]);
  });
});
