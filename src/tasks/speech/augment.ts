import type { Random } from '../../base/random';
import type { Scale } from '../scale';

/** By how much the bands of a voice are moved at most: as vocal tracts differ in length (Jaitly and Hinton 2013). */
const mostWarp = 0.12;
/** Bands, and share of the frames, that are covered at most (Park et al. 2019, SpecAugment). */
const mostBands = 6;
const mostFrames = 0.1;

/**
 * Features as another voice might have them, with some bands and some moments covered: what is learned from a few voices then
 * holds for others too.
 *
 * @param features [frames, bands]
 * @param scales of each band; its mean covers
 */
export function varied(features: Float32Array, scales: readonly Scale[], random: Random): Float32Array {
  const bands = scales.length;
  const frames = features.length / bands;
  const warp = 1 + mostWarp * (2 * random.uniform() - 1);
  const [bandsFrom, bandsTo] = span(bands, random.integer(mostBands + 1), random);
  const [framesFrom, framesTo] = span(frames, random.integer(Math.floor(mostFrames * frames) + 1), random);
  const values = new Float32Array(features.length);
  for (let band = 0; band < bands; band++) {
    const at = Math.min(bands - 1, band * warp);
    const below = Math.floor(at);
    const share = at - below;
    const above = Math.min(bands - 1, below + 1);
    const { mean = 0 } = scales[band] ?? {};
    for (let frame = 0; frame < frames; frame++) {
      const isCovered = (band >= bandsFrom && band < bandsTo) || (frame >= framesFrom && frame < framesTo);
      const row = frame * bands;
      const [low = 0, high = 0] = [features[row + below], features[row + above]];
      values[row + band] = isCovered ? mean : low + share * (high - low);
    }
  }
  return values;
}

/** So many of a length, from anywhere on. */
function span(length: number, count: number, random: Random): readonly [from: number, to: number] {
  const from = random.integer(length - count + 1);
  return [from, from + count];
}
