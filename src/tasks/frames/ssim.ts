import type { ImageSize } from '../../engine/wasm/images';

const [k1, k2] = [0.01, 0.03];
const usualWindow = 7;

/**
 * Structural similarity of two pictures (Wang et al. 2004), as scikit-image computes it by default: over windows of 7 × 7
 * pixels that lie within, each pixel counted alike, with sample covariances; the mean over windows and channels. Of smaller
 * pictures the window is the largest odd one that fits. Values are from 0 to 1. Both are [height, width, channels].
 */
export function structuralSimilarity(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  { height, width }: ImageSize,
  channels: number,
): number {
  const least = Math.min(height, width, usualWindow);
  const window = least % 2 === 0 ? least - 1 : least;
  let sum = 0;
  let count = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y + window <= height; y++) {
      for (let x = 0; x + window <= width; x++) {
        sum += similarity(one, other, (y * width + x) * channels + channel, window, width, channels);
        count++;
      }
    }
  }
  return sum / count;
}

function similarity(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  from: number,
  window: number,
  width: number,
  channels: number,
): number {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let row = 0; row < window; row++) {
    for (let column = 0; column < window; column++) {
      const at = from + (row * width + column) * channels;
      const [u, v] = [one[at] ?? 0, other[at] ?? 0];
      a += u;
      b += v;
      aa += u * u;
      bb += v * v;
      ab += u * v;
    }
  }
  const count = window * window;
  const [meanA, meanB] = [a / count, b / count];
  // Of a single pixel there is no covariance.
  const unbiased = count > 1 ? count / (count - 1) : 0;
  const varianceA = unbiased * (aa / count - meanA * meanA);
  const varianceB = unbiased * (bb / count - meanB * meanB);
  const covariance = unbiased * (ab / count - meanA * meanB);
  const [c1, c2] = [k1 ** 2, k2 ** 2];
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (varianceA + varianceB + c2))
  );
}
