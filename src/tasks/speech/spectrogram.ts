/** Columns of a picture: a sample is written down again and again, and a screen has not many more. */
const mostColumns = 160;

/** Features as a picture: [column][band] from 0, the quietest in the recording, to 99, the loudest. */
export function pictureOf(features: Float32Array, bands: number): number[][] {
  const frames = features.length / bands;
  const columns = Math.min(mostColumns, frames);
  const sorted = features.toSorted();
  const low = sorted[Math.floor(0.05 * (sorted.length - 1))] ?? 0;
  const range = (sorted.at(-1) ?? 0) - low || 1;
  return Array.from({ length: columns }, (_, column) => {
    const first = Math.floor((column * frames) / columns);
    const behind = Math.floor(((column + 1) * frames) / columns);
    return Array.from({ length: bands }, (_, band) => {
      let sum = 0;
      for (let frame = first; frame < behind; frame++) sum += features[frame * bands + band] ?? 0;
      return Math.max(0, Math.min(99, Math.round((99 * (sum / (behind - first) - low)) / range)));
    });
  });
}
