/** Receives the corners of a line; `start` begins a new stroke (the first point, or one after a gap kept open). */
export interface LineSink {
  move(x: number, y: number): void;
  line(x: number, y: number): void;
}

export type ToPixel = (value: number) => number;

/**
 * Draws a column as a line with at most four corners a pixel column (first, least, greatest, last), whatever the
 * number of points: the picture is the same as with all of them. Points without a value are passed over.
 * @param from first index, inclusive
 * @param to last index, inclusive
 */
export function decimatedLine(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  toX: ToPixel,
  toY: ToPixel,
  sink: LineSink,
): void {
  let column = Number.NaN;
  let started = false;
  let least = 0;
  let greatest = 0;
  let last = 0;

  const finish = () => {
    if (least < last || greatest > last) {
      if (least < last) sink.line(column, least);
      if (greatest > last) sink.line(column, greatest);
      sink.line(column, last);
    }
  };

  for (let i = from; i <= to; i++) {
    const py = toY(y[i] ?? Number.NaN);
    if (!Number.isFinite(py)) continue;
    const px = Math.round(toX(x[i] ?? Number.NaN));
    if (px === column) {
      if (py < least) least = py;
      else if (py > greatest) greatest = py;
      last = py;
      continue;
    }
    if (started) {
      finish();
      sink.line(px, py);
    } else {
      sink.move(px, py);
      started = true;
    }
    column = px;
    least = greatest = last = py;
  }
  if (started) finish();
}

/** Index of the point nearest to `index` that has a value, at most `reach` away; -1 if there is none. */
export function nearestWithValue(y: ArrayLike<number>, index: number, reach = y.length): number {
  for (let distance = 0; distance <= reach; distance++) {
    if (index - distance < 0 && index + distance >= y.length) return -1;
    if (Number.isFinite(y[index - distance] ?? Number.NaN)) return index - distance;
    if (Number.isFinite(y[index + distance] ?? Number.NaN)) return index + distance;
  }
  return -1;
}
